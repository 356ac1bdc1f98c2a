using System.Globalization;
using ActorSync.Audit;
using ActorSync.Chaos.Cluster;
using ActorSync.Chaos.Judging;
using ActorSync.Commands;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using ActorSync.Provisioning;
using ActorSync.TestKit;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Time;
using Npgsql;

namespace ActorSync.Chaos;

/// <summary>A PostgreSQL, an org over HTTP, and nodes that are processes of their own, each with lines of its own to both.</summary>
internal sealed class ChaosWorld : IAsyncDisposable
{
    /// <summary>The nodes are told that the org gives up a request after this time, and so do they: a lost write is looked up after both.</summary>
    public static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(2);

    /// <summary>Between two reads of everything that may have been committed late.</summary>
    public static readonly TimeSpan OverlapInterval = TimeSpan.FromSeconds(3);

    /// <summary>How late a commit may come at most; what the feeds look back is several times that.</summary>
    public static readonly TimeSpan LateCommitMax = TimeSpan.FromSeconds(8);

    private const int NodeLinesMax = 20;
    private const int ApplicationConnectionsMax = 24;

    private static readonly TimeSpan LoadMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(1);

    private readonly RestartablePostgres _postgres;
    private readonly bool _ownsPostgres;
    private readonly string _database;
    private readonly CuttableLine _applicationLine;
    private readonly TemporaryFolder _folder;
    private readonly ChaosOptions _options;
    private readonly TimeProvider _clock;
    private readonly List<ChaosNode> _nodes = [];

    private ChaosWorld(RestartablePostgres postgres, bool ownsPostgres, string database, OrgServer server, ChaosOptions options, TimeProvider clock)
    {
        (_postgres, _ownsPostgres, _database, Server, _options, _clock, _folder) = (postgres, ownsPostgres, database, server, options, clock, TemporaryFolder.Create());
        _applicationLine = CuttableLine.To(postgres.Url);
        Application = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = "chaos-application", MaxPoolSize = ApplicationConnectionsMax });
        Requests = new RequestLog(server, clock);
    }

    /// <summary>The org as a server.</summary>
    public OrgServer Server { get; }

    /// <summary>The org as its people use it.</summary>
    public OrgModel Org => Server.Model;

    /// <summary>What the org was asked, from the start of this world on.</summary>
    public RequestLog Requests { get; }

    /// <summary>The application's connections. The engine's have another application name: that is how the history of rows tells them apart.</summary>
    public NpgsqlDataSource Application { get; }

    /// <summary>How everybody but the nodes connects, over restarts: a line that nobody cuts.</summary>
    public string ConnectionString => Settings(_applicationLine).ConnectionString;

    /// <summary>The nodes.</summary>
    public IReadOnlyList<ChaosNode> Nodes => _nodes;

    /// <summary>All their processes.</summary>
    public IEnumerable<NodeLife> Lives => _nodes.SelectMany(node => node.Lives);

    /// <summary>The mappings as provisioned.</summary>
    public IReadOnlyList<ObjectMapping> Mappings { get; private set; } = [];

    /// <summary>Database and org, filled by people; no node yet.</summary>
    /// <param name="shared">A PostgreSQL that others use too and somebody else ends; null: one of its own.</param>
    public static async Task<ChaosWorld> PrepareAsync(ChaosOptions options, TimeProvider clock, RestartablePostgres? shared = null)
    {
        var postgres = shared ?? await RestartablePostgres.StartAsync(clock);
        var database = string.Create(CultureInfo.InvariantCulture, $"chaos_{options.Seed}");
        await using (var maintenance = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.Settings.ConnectionString) { Pooling = false }))
        {
            await using var command = maintenance.CreateCommand($"create database {database} template template0");
            await command.ExecuteNonQueryAsync();
        }

        var server = await OrgServer.StartAsync(
            new OrgServerOptions { Seed = options.Seed, OrgOptions = new OrgOptions { Seed = options.Seed }, RequestLimit = options.OrgLimit, LockWait = TimeSpan.FromMilliseconds(500) }, CancellationToken.None);
        Population.Fill(server.Model, options);
        return new ChaosWorld(postgres, shared is null, database, server, options, clock);
    }

    /// <summary>Adds a node and starts it.</summary>
    public ChaosNode StartNode()
    {
        var node = new ChaosNode(_nodes.Count + 1, CuttableLine.To(_postgres.Url), CuttableLine.To(Server.Url), WriteConfiguration, _clock);
        _nodes.Add(node);
        node.Start();
        return node;
    }

    /// <summary>Waits until every record has its row and every row its record.</summary>
    public async Task LoadedAsync()
    {
        var status = new StatusReader(Application);
        await Eventually.HoldsAsync(
            "the initial load",
            async () =>
            {
                NobodyDied();
                try
                {
                    var report = await status.ReadAsync(CancellationToken.None);
                    return report.IsQuiet && report.Mappings.Length == MappedObject.All.Length && report.Mappings.All(mapping => mapping.Feed is not null && mapping.Rows >= Org.Count(mapping.Object))
                        && MappedObject.All.All(type => Org.Query($"SELECT Id FROM {type.Name} WHERE {MappedObject.ExternalId} = null LIMIT 1").Rows.Count == 0);
                }
                catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedColumn)
                {
                    return false; // the node has not made its tables yet
                }
            },
            LoadMax);
        Mappings = await MappingStore.ReadAsync(Application, CancellationToken.None);
    }

    /// <summary>Waits until every node has said in the database that it lives.</summary>
    public Task NodesAreUpAsync() => Eventually.HoldsAsync(
        "all nodes to be up",
        async () =>
        {
            NobodyDied();
            return await QueryAsync<long>("select count(distinct name) from actorsync.node where expires_at > clock_timestamp()") >= _nodes.Count;
        },
        StartMax);

    /// <summary>Stops PostgreSQL and starts it again. The lines lead to it as before.</summary>
    public async Task RestartDatabaseAsync(bool immediate)
    {
        await _postgres.RestartAsync(immediate);
        foreach (var line in _nodes.Select(node => node.Database).Append(_applicationLine))
        {
            line.Redirect(_postgres.Url);
        }

        Application.Clear();
    }

    /// <summary>Runs one SQL text.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = Application.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first value of a query; default when there is none.</summary>
    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var command = Application.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? (T)value : default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Server.DisposeAsync();
        await Application.DisposeAsync();
        await _applicationLine.DisposeAsync();
        if (_ownsPostgres)
        {
            await _postgres.DisposeAsync();
        }

        _folder.Dispose();
    }

    private NpgsqlConnectionStringBuilder Settings(CuttableLine line) => new(_postgres.Settings.ConnectionString) { Port = line.Port, Database = _database };

    private string WriteConfiguration(ChaosNode node, string name)
    {
        var file = _folder[$"{name}.conf"];
        File.WriteAllText(file, NodeConfiguration.Text(name, Settings(node.Database), node.Salesforce.Url, (Server.ClientId, Server.ClientSecret), _options));
        return file;
    }

    private void NobodyDied()
    {
        if (_nodes.Find(node => node.Life.Process.HasExited) is { } dead)
        {
            throw new InvalidOperationException($"a node ended before all was up: {string.Join('\n', dead.Life.Process.Output.TakeLast(NodeLinesMax))}");
        }
    }
}
