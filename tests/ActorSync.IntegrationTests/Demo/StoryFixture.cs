using ActorSync.Commands;
using ActorSync.Configuration;
using ActorSync.Demo;
using ActorSync.Demo.Stories;
using ActorSync.Domain.Mapping;
using ActorSync.Operations;
using ActorSync.OrgSimulator;
using ActorSync.Provisioning;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Time;
using Xunit;

namespace ActorSync.IntegrationTests.Demo;

/// <summary>A database, an org of some records and a node in this process that has loaded them.</summary>
public sealed class StoryFixture : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _log = new();
    private TestDatabase? _database;
    private OrgServer? _org;
    private Task<int>? _node;

    internal IReadOnlyList<ObjectMapping> Mappings { get; private set; } = [];

    /// <summary>What the node has said.</summary>
    internal string Log => _log.ToString();

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _org = await OrgServer.StartAsync(new OrgServerOptions { Records = 60, RequestLimit = DemoOptions.RequestLimit }, CancellationToken.None);
        var environment = new Dictionary<string, string>
        {
            ["ACTORSYNC_POSTGRES_URL"] = _database.ConnectionString,
            ["ACTORSYNC_SALESFORCE_LOGIN_URL"] = _org.Url.GetLeftPart(UriPartial.Authority),
            ["ACTORSYNC_SALESFORCE_CLIENT_ID"] = _org.ClientId,
            ["ACTORSYNC_SALESFORCE_CLIENT_SECRET"] = _org.ClientSecret,
            ["ACTORSYNC_FEED_INTERVAL"] = "200ms",
        };
        var loaded = SyncConfigLoader.Load([DemoFolder.Hocon("demo.conf")], environment);
        var config = loaded.Config ?? throw new InvalidOperationException(loaded.Report.ProblemsToText());
        _node = SyncNode.RunAsync(config, TimeProvider.System, new SyncLog(_log, TimeProvider.System, verbose: true), _stop.Token);
        await Eventually.HoldsAsync("the initial load", IsLoadedAsync, TimeSpan.FromMinutes(2));
        Mappings = await MappingStore.ReadAsync(_database.DataSource, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_node is not null)
        {
            await _node;
        }

        if (_org is not null)
        {
            await _org.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _log.Dispose();
    }

    /// <summary>Plays a story.</summary>
    internal async Task<StoryResult> PlayAsync(Story story)
    {
        await using var stage = await StoryStage.SetAsync(_database!.DataSource, _org!, Mappings, TimeProvider.System, CancellationToken.None);
        return await StoryResult.PlayAsync(story, stage, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>Both sides, once everything has come to rest.</summary>
    internal async Task<ComparisonReport> AtRestAsync()
    {
        await Eventually.HoldsAsync("the engine to come to rest", async () => (await StatusAsync()).IsQuiet, TimeSpan.FromSeconds(60));
        return await SideComparison.RunAsync(_database!.DataSource, _org!.Model, Mappings, CancellationToken.None);
    }

    /// <summary>What all journals fold to, held against snapshots and rows.</summary>
    internal Task<Audit.HistoryReport> HistoryAsync() => new Audit.HistoryCheck(_database!.DataSource, Mappings).RunAsync(null, CancellationToken.None);

    private async Task<bool> IsLoadedAsync()
    {
        if (_node!.IsCompleted)
        {
            await _node;
        }

        try
        {
            var status = await StatusAsync();
            return status.IsQuiet && !status.Mappings.IsEmpty && status.Mappings.Sum(mapping => mapping.Rows) == 60
                && status.Mappings.All(mapping => _org!.Model.Query($"SELECT Id FROM {mapping.Object} WHERE ActorSync_Id__c = null LIMIT 1").Rows.Count == 0);
        }
        catch (Npgsql.PostgresException)
        {
            return false; // the node has not made its tables yet
        }
    }

    private Task<StatusReport> StatusAsync() => new StatusReader(_database!.DataSource).ReadAsync(CancellationToken.None);
}
