using ActorSync.Audit;
using ActorSync.Bench.Measuring;
using ActorSync.Bench.Wire;
using ActorSync.Commands;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Bench;

/// <summary>A new database, a new org and, when asked for, a node: each a process of its own, and what they use is measured apart.</summary>
internal sealed class BenchWorld : IAsyncDisposable
{
    private const string S = RuntimeOptions.Schema;

    private const string LiveSql = $"""
        select (select count(*) from {S}.lease where cursor->>'phase' = 'live') = (select count(*) from {S}.mapping) and exists (select from {S}.mapping)
        """;

    private static readonly string QuietSql = $"""
        select not exists (select from {S}.submission where finished_at is null) and not exists (select from {S}.offer) and not exists (select from {S}.mailbox)
          and not exists (select from {S}.actor where owes) and not exists ({ChangeLogLag.UndecidedSql} limit 1)
        """;

    /// <summary>How often it is looked whether the work is done.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>No scenario takes as long; one that does has come to a stop.</summary>
    private static readonly TimeSpan GoalMax = TimeSpan.FromMinutes(30);

    private readonly BenchDatabase _database;
    private readonly BenchOrg _org;
    private readonly string _folder;
    private readonly ProcessTable _processes = new();
    private ChildProgram? _node;
    private int? _postmaster;

    private BenchWorld(BenchDatabase database, BenchOrg org, OrgWire wire, string folder, TimeProvider clock) =>
        (_database, _org, Wire, Log, Jobs, _folder, Clock) = (database, org, wire, new OrgLog(wire), new OrgJobs(wire, clock), folder, clock);

    public TimeProvider Clock { get; }

    /// <summary>The application's connections, the floor's too.</summary>
    public NpgsqlDataSource Application => _database.Application;

    /// <summary>Requests by hand.</summary>
    public OrgWire Wire { get; }

    /// <summary>Bulk jobs by hand.</summary>
    public OrgJobs Jobs { get; }

    /// <summary>What the org saw.</summary>
    public OrgLog Log { get; }

    /// <summary>The requests that reached the org while <see cref="MeasureAsync"/> measured last.</summary>
    public IReadOnlyList<LoggedCall> MeasuredCalls { get; private set; } = [];

    /// <summary>The statements of the time that <see cref="MeasureAsync"/> measured; null when they are not wanted.</summary>
    public StatementProfile? Statements { get; private set; }

    /// <summary>Makes the database and starts the org.</summary>
    public static async Task<BenchWorld> OpenAsync(BenchServer server, BenchOptions options, string folder, TimeProvider clock, CancellationToken stop)
    {
        var database = await server.CreateDatabaseAsync(stop);
        BenchOrg? org = null;
        try
        {
            org = await BenchOrg.StartAsync(options, folder, clock, stop);
            var world = new BenchWorld(database, org, await OrgWire.SignInAsync(org, stop), folder, clock);
            world._postmaster = world._processes.ServerOf(await world.QueryAsync<int>("select pg_backend_pid()", stop));
            if (options.Profile)
            {
                world.Statements = await StatementProfile.StartAsync(world.Application, stop);
            }

            if (options.Realistic)
            {
                await RealisticPace.SetAsync(world.Wire, stop);
            }

            return world;
        }
        catch
        {
            await (org?.DisposeAsync() ?? ValueTask.CompletedTask);
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the node and waits until its table is there and all that the org had is in it.</summary>
    /// <param name="configuration">HOCON over what is shipped.</param>
    public async Task StartNodeAsync(string configuration, CancellationToken stop)
    {
        await LaunchNodeAsync(configuration, stop);
        await GoalAsync("the node to be ready", IsLiveAsync, stop);
    }

    /// <summary>Starts the node and waits for nothing.</summary>
    /// <param name="configuration">HOCON over what is shipped.</param>
    public async Task LaunchNodeAsync(string configuration, CancellationToken stop)
    {
        var file = Path.Combine(_folder, "node.conf");
        await File.WriteAllTextAsync(
            file,
            $$"""
            actorsync { node.name = bench, mappings = [ {{AccountRows.Mapping}} ] }
            {{configuration}}
            """,
            stop);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ACTORSYNC_POSTGRES_URL"] = _database.Url.OriginalString,
            ["ACTORSYNC_SALESFORCE_LOGIN_URL"] = _org.Url.GetLeftPart(UriPartial.Authority),
            ["ACTORSYNC_SALESFORCE_CLIENT_ID"] = _org.ClientId,
            ["ACTORSYNC_SALESFORCE_CLIENT_SECRET"] = _org.ClientSecret,
        };
        _node = ChildProgram.Start(["run", "-c", file], environment, Path.Combine(_folder, "node.log"), Clock);
    }

    /// <summary>Lets the node finish and end.</summary>
    public async Task StopNodeAsync()
    {
        if (_node is { } node)
        {
            _node = null;
            await node.DisposeAsync();
        }
    }

    /// <summary>Most memory the node has held, in bytes; null where it cannot be seen.</summary>
    public long? PeakBytes() => _node is { } node ? _processes.PeakMemoryOf(node.Id) : null;

    /// <summary>Waits until nothing of the application's is on its way.</summary>
    public Task AtRestAsync(CancellationToken stop) => GoalAsync("everything to come to rest", () => QueryAsync<bool>(QuietSql, stop), stop);

    /// <summary>Whether nothing of the application's is on its way.</summary>
    public Task<bool> IsQuietAsync(CancellationToken stop) => QueryAsync<bool>(QuietSql, stop);

    /// <summary>Looks again and again until something holds.</summary>
    /// <exception cref="CommandException">The node has ended, or it takes far too long.</exception>
    public async Task GoalAsync(string what, Func<Task<bool>> holds, CancellationToken stop)
    {
        var began = Clock.GetTimestamp();
        while (!await holds())
        {
            if (_node is { HasExited: true } node)
            {
                throw new CommandException(ExitCode.Failed, $"the node ended by itself:\n{node.Tail}");
            }

            if (Clock.GetElapsedTime(began) > GoalMax)
            {
                throw new CommandException(ExitCode.Failed, $"waited {GoalMax.TotalMinutes:0} min for {what}; see {Path.Combine(_folder, "node.log")}\n{_node?.Tail}");
            }

            await Task.Delay(Look, Clock, stop);
        }
    }

    /// <summary>What some work uses up.</summary>
    public async Task<Cost> MeasureAsync(Func<Task> work, CancellationToken stop)
    {
        // What earlier work left in memory is written by nobody's account.
        await ExecuteAsync("checkpoint", stop);
        await (Statements?.ResetAsync(stop) ?? Task.CompletedTask);
        await Log.NewCallsAsync(stop);
        var before = await ReadCostAsync(stop);
        await work();
        var after = await ReadCostAsync(stop);
        await (Statements?.ReadAsync(stop) ?? Task.CompletedTask);
        MeasuredCalls = await Log.NewCallsAsync(stop);
        return after.Since(before) with { ApiCalls = MeasuredCalls.Count(call => call.IsCounted) };
    }

    /// <summary>Runs one SQL text as the application.</summary>
    /// <returns>Rows it concerned.</returns>
    public async Task<int> ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = Application.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>The first value of a query; default when there is none.</summary>
    public async Task<T?> QueryAsync<T>(string sql, CancellationToken stop)
    {
        await using var command = Application.CreateCommand(sql);
        return await command.ExecuteScalarAsync(stop) is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await StopNodeAsync();
        Wire.Dispose();
        await _org.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<Cost> ReadCostAsync(CancellationToken stop)
    {
        var wal = await QueryAsync<long>("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::int8", stop);
        return new Cost(
            Clock.GetElapsedTime(0), _processes.CpuOf(_node?.Id ?? Environment.ProcessId), _postmaster is { } server ? _processes.CpuOfServer(server) : null,
            _org.ProcessId is { } org ? _processes.CpuOf(org) : null, wal, 0);
    }

    private async Task<bool> IsLiveAsync()
    {
        try
        {
            return await QueryAsync<bool>(LiveSql, CancellationToken.None) && await QueryAsync<bool>(QuietSql, CancellationToken.None);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn)
        {
            return false; // the node has not made all of its tables yet
        }
    }
}
