using System.Reflection;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Runtime.Postgres;

/// <summary>Brings the engine schema to this program's version: numbered migrations, each in a transaction of its own, under one lock for the database.</summary>
public sealed class SchemaMigrator(NpgsqlDataSource database)
{
    // Any fixed number: "ActorSyn" in ASCII.
    private const long LockKey = 0x4163746f7253796e;
    private const string S = RuntimeOptions.Schema;

    // A lock is waited for a second each time.
    private const int LockAttemptsMax = 120;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(600);

    /// <summary>Applies what is missing. Returns the names of the migrations applied.</summary>
    /// <param name="shardCount">Used only when the database is initialised.</param>
    /// <exception cref="InvalidOperationException">
    /// The database was initialised by a newer program, or with another number of shards; or the schema or hstore is missing and the login may not create it; or the
    /// engine's tables are of another server.
    /// </exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(int shardCount, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", stop);
        try
        {
            await CreateAsync(connection, $"select 1 from pg_namespace where nspname = '{S}'", $"create schema {S}", $"create schema {S} authorization {{0}}", stop);
            await CreateAsync(connection, "select 1 from pg_extension where extname = 'hstore'", "create extension hstore", "create extension hstore", stop);
            await ExecuteAsync(
                connection,
                $"create table if not exists {S}.migration(number int primary key, name text not null, applied_at timestamptz not null default clock_timestamp())",
                stop);
            var done = await ScalarAsync<int?>(connection, $"select max(number) from {S}.migration", stop) ?? 0;
            var migrations = Migrations().ToArray();
            if (done > migrations[^1].Number)
            {
                throw new InvalidOperationException(
                    $"the database's engine schema is at migration {done}, this program knows {migrations[^1].Number}: run the newer actorsync, or restore a backup taken before its upgrade");
            }

            if (done > 0)
            {
                // Before anything of this login, or for this number of shards, is written into the engine's functions.
                await CheckClusterAsync(connection, shardCount, stop);
            }

            var applied = new List<string>();
            foreach (var (number, name, sql) in migrations.Where(migration => migration.Number > done))
            {
                await ApplyAsync(connection, number, name, await FillInAsync(connection, sql, shardCount, stop), stop);
                applied.Add(name);
            }

            await CheckClusterAsync(connection, shardCount, stop);
            return applied;
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    // Asked for first: who may create nothing in the database is refused even what is there already.
    private static async Task CreateAsync(NpgsqlConnection connection, string exists, string sql, string remedy, CancellationToken stop)
    {
        if (await ScalarAsync<int?>(connection, exists, stop) is not null)
        {
            return;
        }

        try
        {
            await ExecuteAsync(connection, sql, stop);
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFile)
        {
            var login = await ScalarAsync<string>(connection, "select quote_ident(session_user)", stop);
            var advice = refused.SqlState == PostgresErrorCodes.InsufficientPrivilege ? "" : "install PostgreSQL's contrib package on the server, then ";
            throw new InvalidOperationException(
                $"PostgreSQL refused \"{sql}\" to login {login}: {refused.MessageText}: {advice}let a superuser run, in database {connection.Database}: "
                + $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, remedy, login)}; (docs/roles.sql gives the login all it needs)",
                refused);
        }
    }

    // Nodes may be running: a statement that waits for a lock makes them wait behind it, their heartbeats too. So it waits shortly, and again: for less than deadlock_timeout, by default
    // a second, after which somebody who takes the same locks in another order would have to give way.
    private static async Task ApplyAsync(NpgsqlConnection connection, int number, string name, string sql, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ApplyOnceAsync(connection, number, name, sql, stop);
                return;
            }
            catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && attempt < LockAttemptsMax)
            {
                // Whoever holds it, and whoever waits behind, is left in peace until the next attempt.
                await Task.Delay(LockPause, TimeProvider.System, stop);
            }
        }
    }

    private static async Task ApplyOnceAsync(NpgsqlConnection connection, int number, string name, string sql, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await ExecuteAsync(connection, "set local lock_timeout = '400ms'", stop);
        await ExecuteAsync(connection, sql, stop);
        await ExecuteAsync(connection, $"insert into {S}.migration(number, name) values ({number}, '{name}')", stop);
        await transaction.CommitAsync(stop);
    }

    private static async Task<string> FillInAsync(NpgsqlConnection connection, string sql, int shardCount, CancellationToken stop)
    {
        var hstore = await ScalarAsync<string>(
            connection, "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'hstore'", stop);
        var role = await ScalarAsync<string>(connection, "select quote_literal(session_user)", stop);
        return sql.Replace("{schema}", S, StringComparison.Ordinal)
            .Replace("{hstore}", hstore, StringComparison.Ordinal)
            .Replace("{engine_role}", role, StringComparison.Ordinal)
            .Replace("{shard_mask}", (shardCount - 1).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static async Task CheckClusterAsync(NpgsqlConnection connection, int shardCount, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select shard_count, engine_role, session_user::text,
              exists (select from {S}.lease where pg_snapshot_xmax(snap) > pg_snapshot_xmax(pg_current_snapshot()))
            from {S}.cluster
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        if (reader.GetInt32(0) != shardCount)
        {
            throw new InvalidOperationException(
                $"runtime.shard-count is {shardCount}, but this database was initialised with {reader.GetInt32(0)}, which is fixed for its life: write shard-count = {reader.GetInt32(0)}");
        }

        if (reader.GetBoolean(3))
        {
            throw new InvalidOperationException(
                "this server's transaction ids are behind those the engine has decided up to, as after pg_restore of a dump on another server: changes made here would be taken for decided. "
                + "Restore a physical backup (pg_basebackup, or a snapshot of the disk), which keeps them: see docs/operations.md");
        }

        if (reader.GetString(1) != reader.GetString(2))
        {
            throw new InvalidOperationException(
                $"the engine schema belongs to login {reader.GetString(1)}, this node signs in as {reader.GetString(2)}: use the same login in postgres.url on every node");
        }
    }

    private static IEnumerable<(int Number, string Name, string Sql)> Migrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[..^4].Split('.')[^1];
            yield return (int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture), name, reader.ReadToEnd());
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        // A migration may build an index over millions of rows; what it waits for is limited by lock_timeout.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task<T?> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(stop) is T value ? value : default;
    }
}
