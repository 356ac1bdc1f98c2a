using ActorSync.Audit;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Seeds;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Windows of the change log while transactions overlap, mappings are held and go apart, turns fail and shards change hands.</summary>
public sealed class ChangeWindowTests
{
    private const int ShardCount = 4;
    private const int Steps = 150;
    private const int Records = 12;
    private static readonly short[] Mappings = [1, 2, 3];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_change_is_read_once_and_those_of_a_record_in_their_order(int seed)
    {
        await using var database = await TestDatabase.CreateAsync("windows", MigrateAsync);
        await using var sessions = NpgsqlDataSource.Create(database.ConnectionString);
        var random = Seeded.From(seed);
        var applications = new Application[4];
        for (var i = 0; i < applications.Length; i++)
        {
            applications[i] = new Application(await sessions.OpenConnectionAsync(), random);
        }

        var store = new PostgresTurnStore(sessions, TimeProvider.System);
        var window = await HoldAsync(store, null, random);
        var read = new List<CapturedChange>();
        var wentApart = false;
        for (var step = 0; step < Steps; step++)
        {
            await applications[random.Next(applications.Length)].StepAsync();
            if (random.Next(25) == 0)
            {
                window = await HoldAsync(store, window.Node, random);
            }

            var held = Mappings.Where(_ => random.Next(6) == 0).ToHashSet();
            read.AddRange(await ReadAsync(store, window.Window, held, fails: random.Next(8) == 0));
            wentApart |= window.Window.MappingsApart().Count > 0;
            if (step % 10 == 0)
            {
                (await UndecidedAsync(sessions)).ShouldBe((await LoggedAsync(sessions)).Except(read.Select(change => change.Id)), $"step {step}");
            }
        }

        foreach (var application in applications)
        {
            await application.EndAsync();
        }

        for (var quiet = 0; quiet < 3;)
        {
            var piece = await ReadAsync(store, window.Window, [], fails: false);
            read.AddRange(piece);
            quiet = piece.Count == 0 && !window.Window.IsBehind() ? quiet + 1 : 0;
        }

        wentApart.ShouldBeTrue();
        window.Window.MappingsApart().ShouldBeEmpty("all have caught up");
        (await UndecidedAsync(sessions)).ShouldBeEmpty();
        (await LoggedAsync(sessions)).Except(read.Select(change => change.Id)).Take(5).ShouldBeEmpty("lost");
        read.GroupBy(change => change.Id).Where(same => same.Count() > 1).Select(same => same.Key).Take(5).ShouldBeEmpty("doubled");
        foreach (var record in read.GroupBy(change => (change.Mapping, change.Entity)))
        {
            record.Select(change => change.Id).ShouldBeInOrder();
        }
    }

    private static Task<long[]> LoggedAsync(NpgsqlDataSource database) => IdsAsync(database, "select id from actorsync.change_log");

    private static Task<long[]> UndecidedAsync(NpgsqlDataSource database) => IdsAsync(database, $"select id from ({ChangeLogLag.UndecidedSql}) u");

    private static async Task<long[]> IdsAsync(NpgsqlDataSource database, string select)
    {
        await using var command = database.CreateCommand($"select array({select} order by id)");
        return (long[])(await command.ExecuteScalarAsync())!;
    }

    private static async Task<IReadOnlyList<CapturedChange>> ReadAsync(PostgresTurnStore store, ChangeWindow window, HashSet<short> held, bool fails)
    {
        await using var turn = await store.BeginAsync(default);
        var changes = await window.ReadAsync(turn, 100, default, held);
        changes.Where(change => held.Contains(change.Mapping)).ShouldBeEmpty();
        if (fails)
        {
            // What moved without having read anything stays where it is: that is harmless. What has read something is put back.
            foreach (var lease in window.Shards.Where(lease => changes.Any(change => Addresses.ShardOf(change.Entity, ShardCount) == lease.Address)))
            {
                turn.Advance(lease);
            }

            return [];
        }

        await turn.CommitAsync(default);
        return changes;
    }

    private static async Task<(ChangeWindow Window, Guid Node)> HoldAsync(PostgresTurnStore store, Guid? before, Random random)
    {
        if (before is { } last)
        {
            await store.Leases.ReleaseAsync(last, default);
        }

        var bytes = new byte[16];
        random.NextBytes(bytes);
        var node = new Guid(bytes);
        await store.Leases.RegisterAsync(node, new NodeProfile("test", "1", Mappings), TimeSpan.FromHours(1), default);
        var shards = (await store.Leases.AcquireAsync(node, default)).Where(lease => lease.Address < ShardCount).OrderBy(lease => lease.Address).ToArray();
        return (new ChangeWindow(shards) { ShardCount = ShardCount }, node);
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new SchemaMigrator(database).MigrateAsync(ShardCount, default);
    }

    /// <summary>A session that logs what capture would: nobody changes a record that another open transaction has changed.</summary>
    private sealed class Application(NpgsqlConnection connection, Random random)
    {
        private NpgsqlTransaction? _transaction;

        public async Task StepAsync()
        {
            if (_transaction is null)
            {
                _transaction = await connection.BeginTransactionAsync();
                await RunAsync("select pg_current_xact_id()");
            }

            switch (random.Next(10))
            {
                case < 3:
                    await EndAsync();
                    break;
                case 3:
                    await RunAsync(Insert(random.Next(1, 4), "gen_random_uuid()", random.Next(300, 900)));
                    break;
                default:
                    var (mapping, record) = (random.Next(1, 4), random.Next(Records));
                    await RunAsync($"{Insert(mapping, $"'aaaaaaaa-0000-4000-8000-{record:x12}'::uuid", random.Next(1, 4))} where pg_try_advisory_xact_lock({mapping}, {record})");
                    break;
            }
        }

        public async Task EndAsync()
        {
            if (_transaction is { } transaction)
            {
                await (random.Next(6) == 0 ? transaction.RollbackAsync() : transaction.CommitAsync());
                _transaction = null;
            }
        }

        private static string Insert(int mapping, string key, int rows) => $"""
            insert into actorsync.change_log(shard, mapping, operation, external_id, birth, revision)
            select actorsync.shard_of(k), {mapping}, 'U', k, 1, 1 from (select {key} k from generate_series(1, {rows})) r
            """;

        private async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, _transaction);
            await command.ExecuteNonQueryAsync();
        }
    }
}
