using System.Globalization;
using ActorSync.Audit;
using ActorSync.Commands;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using ActorSync.Provisioning;
using ActorSync.TestKit;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Npgsql;

namespace ActorSync.Chaos;

/// <summary>A PostgreSQL, an org over HTTP, and nodes that are processes of their own.</summary>
internal sealed class ChaosWorld : IAsyncDisposable
{
    /// <summary>The nodes are told that the org gives up a request after this time, and so do they: a lost write is looked up after both.</summary>
    public static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(2);

    /// <summary>Between two reads of everything that may have been committed late.</summary>
    public static readonly TimeSpan OverlapInterval = TimeSpan.FromSeconds(3);

    /// <summary>How late a commit may come at most; what the feeds look back is several times that.</summary>
    public static readonly TimeSpan LateCommitMax = TimeSpan.FromSeconds(8);

    private const int NodeLinesMax = 20;

    private static readonly TimeSpan LoadMax = TimeSpan.FromMinutes(3);

    private readonly TestDatabase _database;
    private readonly TemporaryFolder _folder;
    private readonly List<ChildProcess> _nodes = [];
    private readonly bool _changeEvents;

    private ChaosWorld(TestDatabase database, OrgServer server, TemporaryFolder folder, bool changeEvents)
    {
        (_database, Server, _folder, _changeEvents) = (database, server, folder, changeEvents);
        Application = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "chaos-application", MaxPoolSize = 24 });
    }

    /// <summary>The org as a server.</summary>
    public OrgServer Server { get; }

    /// <summary>The org as its people use it.</summary>
    public OrgModel Org => Server.Model;

    /// <summary>The application's connections. The engine's have another application name: that is how the history of rows tells them apart.</summary>
    public NpgsqlDataSource Application { get; }

    /// <summary>Database of the nodes.</summary>
    public string ConnectionString => _database.ConnectionString;

    /// <summary>The nodes, in the order of their start.</summary>
    public IReadOnlyList<ChildProcess> Nodes => _nodes;

    /// <summary>The mappings as provisioned.</summary>
    public IReadOnlyList<ObjectMapping> Mappings { get; private set; } = [];

    /// <summary>Database and org, filled by people; no node yet.</summary>
    public static async Task<ChaosWorld> PrepareAsync(ChaosOptions options)
    {
        var database = await TestDatabase.CreateAsync();
        var server = await OrgServer.StartAsync(
            new OrgServerOptions { Seed = options.Seed, OrgOptions = new OrgOptions { Seed = options.Seed }, RequestLimit = options.OrgLimit, LockWait = TimeSpan.FromMilliseconds(500) }, CancellationToken.None);
        Population.Fill(server.Model, options);
        return new ChaosWorld(database, server, TemporaryFolder.Create(), options.ChangeEvents);
    }

    /// <summary>Starts one more node.</summary>
    public ChildProcess StartNode()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"chaos-{_nodes.Count + 1}");
        var file = _folder[$"{name}.conf"];
        File.WriteAllText(file, Configuration(name, _changeEvents));
        _nodes.Add(ChildProcess.StartActorSync(["run", "-c", file]));
        return _nodes[^1];
    }

    /// <summary>Waits until every record has its row and every row its record.</summary>
    public async Task LoadedAsync()
    {
        var status = new StatusReader(Application);
        await Eventually.HoldsAsync(
            "the initial load",
            async () =>
            {
                if (_nodes.Find(node => node.HasExited) is { } dead)
                {
                    throw new InvalidOperationException($"a node ended before it had loaded: {string.Join('\n', dead.Output.TakeLast(NodeLinesMax))}");
                }

                try
                {
                    var report = await status.ReadAsync(CancellationToken.None);
                    return report.IsQuiet && report.Mappings.Length == MappedObject.All.Length && report.Mappings.All(mapping => mapping.Feed is not null && mapping.Rows >= Org.Count(mapping.Object))
                        && MappedObject.All.All(type => Org.Query($"SELECT Id FROM {type.Name} WHERE {MappedObject.ExternalId} = null LIMIT 1").Rows.Count == 0);
                }
                catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction)
                {
                    return false; // the node has not made its tables yet
                }
            },
            LoadMax);
        Mappings = await MappingStore.ReadAsync(Application, CancellationToken.None);
    }

    /// <summary>Runs one SQL text.</summary>
    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    /// <summary>The first value of a query; default when there is none.</summary>
    public Task<T?> QueryAsync<T>(string sql) => _database.QueryAsync<T>(sql);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Server.DisposeAsync();
        await Application.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private string Configuration(string name, bool changeEvents)
    {
        var mappings = MappedObject.All.Select(type => $"{{ object = {type.Name}, feed = {(changeEvents ? "cdc" : "polling")}, fields = [{string.Join(", ", type.Shared.Concat(type.Untold))}] }}");
        return string.Create(CultureInfo.InvariantCulture, $$"""
            actorsync {
              node.name = {{name}}
              postgres.url = "{{ConnectionString}}"
              salesforce {
                login-url = "{{Server.Url.GetLeftPart(UriPartial.Authority)}}"
                client-id = "{{Server.ClientId}}"
                client-secret = "{{Server.ClientSecret}}"
                settle-limit = {{SettleLimit.TotalMilliseconds}}ms
                request-deadline = 2s
                connect-timeout = 1s
              }
              runtime.shard-count = 8
              coordinator.retry { delay = 200ms, delay-max = 2s, attempts-max = 10 }
              feed { interval = 500ms, overlap = 40s, overlap-interval = {{OverlapInterval.TotalMilliseconds}}ms, deleted-interval = 2s, cdc { fallback-interval = 10s, read-interval = 50ms } }
              conflict { policy = latest-wins, clock-tolerance = 1s }
              mappings = [
                {{string.Join("\n    ", mappings)}}
              ]
            }

            """);
    }
}
