using ActorSync.Audit;
using ActorSync.Configuration;
using ActorSync.Operations;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.Provisioning;
using ActorSync.Runtime.Postgres;
using ActorSync.TestKit;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A database, an org over HTTP and a node between them. Both sides are reached as their own users reach them: SQL and the org.</summary>
internal sealed class RunningSync : IAsyncDisposable
{
    /// <summary>Few shards: the tests have few records, and each shard is a row to lease.</summary>
    public const int ShardCount = 4;

    /// <summary>How long a test waits for both sides to agree. A killed node's leases, a lost answer and a busy machine are in it.</summary>
    private static readonly TimeSpan ConvergedWithin = TimeSpan.FromSeconds(45);

    private readonly TestDatabase _database;
    private readonly TemporaryFolder _folder;
    private readonly List<NodeInProcess> _nodes = [];
    private readonly List<ChildProcess> _processes = [];
    private readonly string[] _plain;
    private readonly FlowSettings _settings;
    private readonly CuttableLine? _line;

    private RunningSync(TestDatabase database, string connectionString, OrgServer server, TemporaryFolder folder, FlowSettings settings)
    {
        (_database, ConnectionString, Server, _folder, _settings) = (database, connectionString, server, folder, settings);
        _line = settings.ByLine ? CuttableLine.To(server.Url) : null;
        Org = new SalesforceSide(server);
        _plain = [.. Enumerable.Range(0, 3).Select(i => Org.Create("Account", ("Name", $"Plain {i}"), ("Phone", $"+1 555 {i}")))];
        ConfigFile = folder["node.conf"];
        File.WriteAllText(ConfigFile, settings.Text(connectionString, server, _line?.Url ?? server.Url));
    }

    /// <summary>The org as a server: faults, holds, sessions.</summary>
    public OrgServer Server { get; private set; }

    /// <summary>The network between node and org.</summary>
    public CuttableLine Line => _line ?? throw new InvalidOperationException("This test's settings have no line that can be cut.");

    /// <summary>The org as a person uses it.</summary>
    public SalesforceSide Org { get; }

    /// <summary>The application's connections.</summary>
    public NpgsqlDataSource Application => _database.DataSource;

    /// <summary>The node's own login.</summary>
    public string ConnectionString { get; }

    /// <summary>The node's configuration.</summary>
    public string ConfigFile { get; }

    /// <summary>What the newest node of this process has said.</summary>
    public string Log => _nodes.Count == 0 ? "" : _nodes[^1].Log;

    /// <summary>Database and org, no node.</summary>
    public static async Task<RunningSync> PrepareAsync(FlowSettings? settings = null)
    {
        settings ??= new FlowSettings();
        if (settings.Database is { } own)
        {
            await MigrateAsync(own);
        }

        var database = settings.Database is { } given ? TestDatabase.At(given) : await TestDatabase.CreateAsync("flow", MigrateAsync);
        return await PrepareAsync(settings, database, database.ConnectionString);
    }

    /// <summary>As <see cref="PrepareAsync(FlowSettings?)"/>, with a database of the test's own, which is dropped with the rest.</summary>
    /// <param name="connectionString">The node's login.</param>
    public static async Task<RunningSync> PrepareAsync(FlowSettings settings, TestDatabase database, string connectionString)
    {
        var server = await OrgServer.StartAsync(settings.ServerOptions, CancellationToken.None);
        return new RunningSync(database, connectionString, server, TemporaryFolder.Create(), settings);
    }

    /// <summary>Database, org and a node in this process that has loaded everything.</summary>
    public static async Task<RunningSync> StartAsync(FlowSettings? settings = null)
    {
        var sync = await PrepareAsync(settings);
        try
        {
            sync.StartNode();
            await sync.ConvergedAsync();
            return sync;
        }
        catch
        {
            await sync.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, with the node stopped again: what a test does now waits for the next node.</summary>
    public static async Task<RunningSync> LoadedAsync(FlowSettings? settings = null)
    {
        var sync = await StartAsync(settings);
        await sync.StopNodeAsync();
        return sync;
    }

    /// <summary>Starts a node in this process.</summary>
    /// <param name="adjust">What no configuration offers.</param>
    /// <param name="configure">What this node's configuration has and the others' have not.</param>
    /// <param name="clock">Its own clock; null: the one of a node's process.</param>
    public NodeInProcess StartNode(Func<NodeOptions, NodeOptions>? adjust = null, Func<SyncConfig, SyncConfig>? configure = null, TimeProvider? clock = null)
    {
        var loaded = SyncConfigLoader.Load([ConfigFile], new Dictionary<string, string>(StringComparer.Ordinal));
        var config = loaded.Config ?? throw new ShouldAssertException(loaded.Report.ProblemsToText());
        var node = NodeInProcess.Start(configure?.Invoke(config) ?? config, adjust, clock);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Stops the org's server and starts another one of the same org at the same address: it knows no session, no streaming client and no fault.</summary>
    /// <param name="meanwhile">What goes on in the org while nobody can reach it.</param>
    public async Task RestartServerAsync(Func<Task> meanwhile)
    {
        var (model, port) = (Server.Model, Server.Url.Port);
        await Server.DisposeAsync();
        await meanwhile();
        Server = await OrgServer.StartAsync(_settings.ServerOptions with { Model = model, Port = port, Seed = 2 }, CancellationToken.None);
    }

    /// <summary>Drains the newest node of this process.</summary>
    public Task StopNodeAsync() => _nodes[^1].StopAsync();

    /// <summary>Starts <c>actorsync run</c>, to be killed.</summary>
    /// <param name="crashPoint">Where it kills itself; null: nowhere.</param>
    /// <param name="settings">Its environment variables besides.</param>
    public ChildProcess StartProcess(string? crashPoint = null, params (string Name, string Value)[] settings)
    {
        var environment = settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value);
        environment["ACTORSYNC_CRASH_POINT"] = crashPoint;
        var process = ChildProcess.StartActorSync(["run", "-c", ConfigFile], environment);
        _processes.Add(process);
        return process;
    }

    /// <summary>From here on the configuration names files with the address of the database and the consumer secret.</summary>
    public async Task UseSecretFilesAsync(string clientSecret)
    {
        await File.WriteAllTextAsync(_folder["url"], ConnectionString + "\n");
        await File.WriteAllTextAsync(_folder["client-secret"], clientSecret + "\n");
        await File.AppendAllTextAsync(ConfigFile, "\nactorsync { postgres { url = null, url-file = url }, salesforce { client-secret = null, client-secret-file = client-secret } }\n");
    }

    /// <summary>Runs one SQL text as the application.</summary>
    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    /// <summary>The first value of a query; default when there is none.</summary>
    public Task<T?> QueryAsync<T>(string sql) => _database.QueryAsync<T>(sql);

    /// <summary>Values of the first column.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string sql)
    {
        await using var command = Application.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync())
        {
            list.Add(reader.IsDBNull(0) ? "" : reader.GetString(0));
        }

        return list;
    }

    /// <summary>Inserts an account as the application and gives its UUID.</summary>
    public Task<Guid> InsertAccountAsync(string name) => QueryAsync<Guid>($"insert into salesforce.account(name) values ('{name}') returning actorsync_id__c");

    /// <summary>One of three loaded accounts that nothing refers to: UUID and id in Salesforce.</summary>
    /// <param name="number">0 to 2.</param>
    public async Task<(Guid Id, string Sfid)> LoadedAccountAsync(int number = 0) =>
        (await QueryAsync<Guid>($"select actorsync_id__c from salesforce.account where sfid = '{_plain[number]}'"), _plain[number]);

    /// <summary>A column of an account as text; null when it is empty or the row is gone.</summary>
    public Task<string?> AccountAsync(Guid id, string column) => QueryAsync<string>($"select {column}::text from salesforce.account where actorsync_id__c = '{id}'");

    /// <summary>Waits until the feed of an object has read everything that is in Salesforce now, and has mailed it.</summary>
    public async Task PolledAsync(string type)
    {
        // The first read may have begun before; when a third one comes, the second is mailed.
        for (var reads = 0; reads < 3; reads++)
        {
            using var hold = Server.Faults.HoldNext(new CallMatch("queryAll", type), HoldPoint.OnTheWay);
            await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        }
    }

    /// <summary>Waits until the mail of the feeds has been decided.</summary>
    public Task MailIsDecidedAsync() => Eventually.HoldsAsync("the records to take their mail", async () =>
        await QueryAsync<long>("select count(*) from actorsync.mailbox where address < 10000") == 0);

    /// <summary>Waits until nothing is under way and both sides are equal, then checks what must hold at every rest.</summary>
    public async Task ConvergedAsync()
    {
        try
        {
            await Eventually.PassesAsync("both sides to agree", async () => (await OpenWorkAsync() ?? await BothSides.DifferenceAsync(this)).ShouldBeNull(), ConvergedWithin);
        }
        catch (ShouldAssertException e)
        {
            throw new ShouldAssertException($"{e.Message}\n{string.Join('\n', _processes.SelectMany(process => process.Output).TakeLast(60))}\n{Log}");
        }

        await JournalsFoldAsync();
    }

    /// <summary>Waits until nothing is left to do, whether both sides agree or somebody has to say what they shall agree on.</summary>
    public Task RestsAsync() => Eventually.PassesAsync("all work to be done", async () => (await OpenWorkAsync()).ShouldBeNull(), ConvergedWithin);

    /// <summary>Every journal folds to its snapshot and to its row.</summary>
    public async Task JournalsFoldAsync()
    {
        var report = await new HistoryCheck(Application, await MappingStore.ReadAsync(Application, CancellationToken.None)).RunAsync(null, CancellationToken.None);
        report.Differences.Select(difference => difference.ToString()).ShouldBeEmpty(Log);
        report.Undecided.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        if (_line is not null)
        {
            await _line.DisposeAsync();
        }

        await Server.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    // What is under way, in words; null when nothing is.
    private async Task<string?> OpenWorkAsync()
    {
        var isLoaded = await QueryAsync<bool>("select count(*) = 2 from actorsync.lease where address >= 20000 and cursor->>'phase' = 'live'");
        return isLoaded
            ? await QueryAsync<string>(
                $"""
                select nullif(concat_ws(', ',
                  (select 'offer ' || min(body::text) from actorsync.offer having count(*) > 0),
                  (select 'submission ' || min(writes::text) from actorsync.submission where finished_at is null having count(*) > 0),
                  (select 'mail ' || min(body::text) from actorsync.mailbox having count(*) > 0),
                  (select 'owes ' || min(state::text) from actorsync.actor where owes having count(*) > 0),
                  (select 'undecided ' || count(*) from ({ChangeLogLag.UndecidedSql}) u having count(*) > 0)), '')
                """)
            : "the initial load";
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new SchemaMigrator(database).MigrateAsync(ShardCount, CancellationToken.None);
    }
}
