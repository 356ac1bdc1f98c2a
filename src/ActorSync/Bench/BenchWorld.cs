using System.Globalization;
using ActorSync.Audit;
using ActorSync.Bench.Growth;
using ActorSync.Bench.Measuring;
using ActorSync.Bench.Wire;
using ActorSync.Commands;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Bench;

/// <summary>A new database, a new org and, when asked for, nodes: each a process of its own, and what they use is measured apart.</summary>
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
    private readonly List<ChildProgram> _nodes = [];
    private int? _postmaster;

    private BenchWorld(BenchDatabase database, BenchOrg org, OrgWire wire, BenchSize size, string folder, TimeProvider clock) =>
        (_database, _org, Wire, Log, Jobs, Size, _folder, Clock) = (database, org, wire, new OrgLog(wire), new OrgJobs(wire, clock), size, folder, clock);

    public TimeProvider Clock { get; }

    /// <summary>How much there is around what is measured.</summary>
    public BenchSize Size { get; }

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
            var world = new BenchWorld(database, org, await OrgWire.SignInAsync(org, stop), options.Size, folder, clock);
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

    /// <summary>Starts the nodes and waits until their tables are there and all that the org had is in them; before that it fills in the history that is wanted.</summary>
    /// <param name="configuration">HOCON over what is shipped.</param>
    public async Task StartNodeAsync(string configuration, CancellationToken stop)
    {
        if (Size.History > 0)
        {
            await FilledHistory.MakeAsync(this, configuration, Size.History, stop);
        }

        await StartFirstNodeAsync(configuration, stop);
        if (Size.Nodes > 1)
        {
            for (var number = 2; number <= Size.Nodes; number++)
            {
                await LaunchAsync(configuration, number, stop);
            }

            await GoalAsync("the nodes to share the work", () => QueryAsync<bool>(SharedSql(Size.Nodes), stop), stop);
            await AtRestAsync(stop);
        }
    }

    /// <summary>Starts one node, whatever the size, and waits as <see cref="StartNodeAsync"/> does.</summary>
    public async Task StartFirstNodeAsync(string configuration, CancellationToken stop)
    {
        await LaunchNodeAsync(configuration, stop);
        await GoalAsync("the node to be ready", IsLiveAsync, stop);
    }

    /// <summary>Starts one node and waits for nothing.</summary>
    /// <param name="configuration">HOCON over what is shipped.</param>
    public Task LaunchNodeAsync(string configuration, CancellationToken stop) => LaunchAsync(configuration, 1, stop);

    private async Task LaunchAsync(string configuration, int number, CancellationToken stop)
    {
        var name = number == 1 ? "node" : string.Create(CultureInfo.InvariantCulture, $"node-{number}");
        var file = Path.Combine(_folder, $"{name}.conf");
        await File.WriteAllTextAsync(
            file,
            $$"""
            actorsync { node.name = bench-{{number}}, mappings = [ {{(Size.Objects > 0 ? CustomObjects.Mappings(Size.Objects) : AccountRows.Mapping)}} ] }
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
        _nodes.Add(ChildProgram.Start(["run", "-c", file], environment, Path.Combine(_folder, $"{name}.log"), Clock));
    }

    /// <summary>Lets the nodes finish and end.</summary>
    public async Task StopNodesAsync()
    {
        List<ChildProgram> nodes = [.. _nodes];
        _nodes.Clear();
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Most memory that a node has held, in bytes; null where it cannot be seen.</summary>
    public long? PeakBytes() => _nodes.Max(node => _processes.PeakMemoryOf(node.Id));

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
            if (_nodes.FirstOrDefault(started => started.HasExited) is { } node)
            {
                throw new CommandException(ExitCode.Failed, $"the node ended by itself:\n{node.Tail}");
            }

            if (Clock.GetElapsedTime(began) > GoalMax)
            {
                throw new CommandException(ExitCode.Failed, $"waited {GoalMax.TotalMinutes:0} min for {what}; see {Path.Combine(_folder, "node.log")}\n{_nodes.LastOrDefault()?.Tail}");
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
        await StopNodesAsync();
        Wire.Dispose();
        await _org.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<Cost> ReadCostAsync(CancellationToken stop)
    {
        var wal = await QueryAsync<long>("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::int8", stop);
        return new Cost(
            Clock.GetElapsedTime(0), CpuOfNodes(), _postmaster is { } server ? _processes.CpuOfServer(server) : null,
            _org.ProcessId is { } org ? _processes.CpuOf(org) : null, wal, 0);
    }

    // Of a floor, of the program that does the work of a node.
    private TimeSpan? CpuOfNodes()
    {
        TimeSpan? sum = TimeSpan.Zero;
        foreach (var id in _nodes.Count == 0 ? [Environment.ProcessId] : _nodes.Select(node => node.Id))
        {
            sum += _processes.CpuOf(id);
        }

        return sum;
    }

    // Each holds its share of the shards; where they cannot be equal, one more.
    private static string SharedSql(int nodes) => string.Create(CultureInfo.InvariantCulture, $"""
        select count(*) = {nodes} and max(held) - min(held) <= 1
        from (select count(*) held from {S}.lease where owner is not null and address < (select shard_count from {S}.cluster) group by owner) h
        """);

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
