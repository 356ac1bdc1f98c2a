using System.Globalization;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Npgsql;

namespace ActorSync.Benchmarks;

/// <summary>What a scenario wants of its org and its nodes.</summary>
/// <param name="Mappings">HOCON, the elements of <c>actorsync.mappings</c>.</param>
internal sealed record BenchmarkSettings(string Mappings)
{
    /// <summary>How the org is set up; its request limit is the world's own.</summary>
    public OrgServerOptions Org { get; init; } = new();

    /// <summary>Whether a line that can be cut lies between nodes and org.</summary>
    public bool ByLine { get; init; }

    /// <summary>More HOCON behind everything else: the later key wins.</summary>
    public string Configuration { get; init; } = "";
}

/// <summary>A PostgreSQL, an org over HTTP, and nodes that are processes of their own, configured as shipped but for the times that only a real Salesforce needs.</summary>
internal sealed class BenchmarkWorld : IAsyncDisposable
{
    // The org gives up a request after this time and the nodes are told so: a lost SOAP write is looked up after both.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(10);

    private readonly TestDatabase _database;
    private readonly TemporaryFolder _folder;
    private readonly BenchmarkSettings _settings;
    private readonly List<ChildProcess> _nodes = [];
    private readonly CuttableLine? _line;

    private BenchmarkWorld(TestDatabase database, OrgServer server, TemporaryFolder folder, BenchmarkSettings settings)
    {
        (_database, Server, _folder, _settings) = (database, server, folder, settings);
        _line = settings.ByLine ? CuttableLine.To(server.Url) : null;
        Application = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "benchmark-application", CommandTimeout = 600 });
    }

    /// <summary>The org as a server: faults, holds, requests used.</summary>
    public OrgServer Server { get; private set; }

    /// <summary>The network between nodes and org.</summary>
    public CuttableLine Line => _line ?? throw new InvalidOperationException("these settings have no line that can be cut");

    /// <summary>The org as its people use it.</summary>
    public OrgModel Org => Server.Model;

    /// <summary>The application's connections.</summary>
    public NpgsqlDataSource Application { get; }

    /// <summary>The nodes, in the order of their start.</summary>
    public IReadOnlyList<ChildProcess> Nodes => _nodes;

    /// <summary>Database and org, no node.</summary>
    public static async Task<BenchmarkWorld> PrepareAsync(BenchmarkSettings settings)
    {
        var database = await TestDatabase.CreateAsync();
        var server = await OrgServer.StartAsync(settings.Org with { RequestLimit = SettleLimit }, CancellationToken.None);
        return new BenchmarkWorld(database, server, TemporaryFolder.Create(), settings);
    }

    /// <summary>Starts one more node.</summary>
    /// <param name="crashPoint">Where it kills itself; null: nowhere.</param>
    public ChildProcess StartNode(string? crashPoint = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"benchmark-{_nodes.Count + 1}");
        var file = _folder[$"{name}.conf"];
        File.WriteAllText(file, Configuration(name));
        _nodes.Add(ChildProcess.StartActorSync(["run", "-c", file], new Dictionary<string, string?> { ["ACTORSYNC_CRASH_POINT"] = crashPoint }));
        return _nodes[^1];
    }

    /// <summary>Stops the org's server for a time and starts another one of the same org at the same address: it knows no session, no streaming client and no fault.</summary>
    public async Task RestartServerAsync(TimeSpan down)
    {
        var (model, port) = (Server.Model, Server.Url.Port);
        await Server.DisposeAsync();
        await Task.Delay(down, TimeProvider.System);
        Server = await OrgServer.StartAsync(_settings.Org with { RequestLimit = SettleLimit, Model = model, Port = port, Seed = 2 }, CancellationToken.None);
    }

    /// <summary>Waits until the feeds of all mappings have read everything there was and nothing is under way.</summary>
    public async Task AtRestAsync() =>
        await Eventually.HoldsAsync(
            "everything to come to rest",
            async () =>
            {
                if (_nodes[^1].HasExited)
                {
                    throw new InvalidOperationException($"the node ended by itself: {string.Join('\n', _nodes[^1].Output.TakeLast(20))}");
                }

                try
                {
                    return await QueryAsync<bool>("""
                        select (select count(*) > 0 from actorsync.mapping)
                          and (select count(*) from actorsync.lease where address >= 20000 and cursor->>'phase' = 'live') = (select count(*) from actorsync.mapping)
                          and not exists (select from actorsync.mailbox) and not exists (select from actorsync.offer)
                          and not exists (select from actorsync.submission where finished_at is null) and not exists (select from actorsync.actor where owes)
                        """);
                }
                catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
                {
                    return false; // the node has not made its tables yet
                }
            },
            RestMax);

    /// <summary>Runs one SQL text as the application.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = Application.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first value of a query; default when there is none.</summary>
    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var command = Application.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Keeps what the nodes said, for a run that went wrong; where.</summary>
    public async Task<string> KeepLogsAsync(string scenario)
    {
        var folder = Path.Combine(ProjectFolder.Data, "benchmarks");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{scenario}-nodes.log");
        await File.WriteAllLinesAsync(file, _nodes.SelectMany(node => node.Output));
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_line is not null)
        {
            await _line.DisposeAsync();
        }

        await Server.DisposeAsync();
        await Application.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private string Configuration(string name) => string.Create(CultureInfo.InvariantCulture, $$"""
        actorsync {
          node.name = {{name}}
          postgres.url = "{{_database.ConnectionString}}"
          salesforce {
            login-url = "{{(_line?.Url ?? Server.Url).GetLeftPart(UriPartial.Authority)}}"
            client-id = "{{Server.ClientId}}"
            client-secret = "{{Server.ClientSecret}}"
            settle-limit = {{SettleLimit.TotalSeconds}}s
            request-deadline = 30s
            connect-timeout = 5s
          }
          mappings = [ {{_settings.Mappings}} ]
        }
        {{_settings.Configuration}}

        """);
}
