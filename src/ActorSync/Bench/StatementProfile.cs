using Npgsql;

namespace ActorSync.Bench;

/// <summary>The statements of a database that take longest, by pg_stat_statements: what PostgreSQL does with its time.</summary>
internal sealed class StatementProfile
{
    private const int StatementsMax = 30;
    private const int TextMax = 150;

    private const string Sql = """
        select s.calls, s.total_exec_time, s.rows, s.wal_bytes::float8, s.toplevel, regexp_replace(s.query, '\s+', ' ', 'g')
        from pg_stat_statements s where s.dbid = (select oid from pg_database where datname = current_database()) order by s.total_exec_time desc limit $1
        """;

    private readonly NpgsqlDataSource _database;
    private List<Statement> _statements = [];

    private StatementProfile(NpgsqlDataSource database) => _database = database;

    /// <summary>Has the server tell what it counts.</summary>
    /// <exception cref="PostgresException">It does not count, or does not let us see it.</exception>
    public static async Task<StatementProfile> StartAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        var profile = new StatementProfile(database);
        await profile.ExecuteAsync("create extension if not exists pg_stat_statements", stop);
        return profile;
    }

    /// <summary>Counts from here on.</summary>
    public Task ResetAsync(CancellationToken stop) => ExecuteAsync("select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)", stop);

    /// <summary>Remembers what was counted.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        await using var command = _database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = StatementsMax });
        await using var reader = await command.ExecuteReaderAsync(stop);
        _statements = [];
        while (await reader.ReadAsync(stop))
        {
            _statements.Add(new Statement(reader.GetInt64(0), reader.GetDouble(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetBoolean(4), reader.GetString(5)));
        }
    }

    /// <summary>Prints what was remembered, per record of a scenario. Nested statements are part of the ones that called them.</summary>
    public async Task ShowAsync(long records, TextWriter output)
    {
        await output.WriteLineAsync("   us/record     calls        rows  WAL/record");
        foreach (var statement in _statements)
        {
            await output.WriteLineAsync(FormattableString.Invariant(
                $"  {statement.Milliseconds * 1000 / records,10:0.00} {statement.Calls,9} {statement.Rows,11} {statement.WalBytes / records,11:0.0}  {(statement.IsTopLevel ? "" : "(nested) ")}{statement.Text[..Math.Min(statement.Text.Length, TextMax)]}"));
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }

    private sealed record Statement(long Calls, double Milliseconds, long Rows, double WalBytes, bool IsTopLevel, string Text);
}
