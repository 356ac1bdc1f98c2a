using ActorSync.Configuration;
using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;

namespace ActorSync;

/// <summary>The configuration as each stage of the flow takes it.</summary>
internal sealed record NodeOptions(
    RuntimeOptions Runtime, SalesforceCredentials Credentials, SalesforceOptions Salesforce, CoordinatorOptions Coordinator, CutLimits Cut, int ReadyWritesMax, int OffersMax,
    FeedOptions Feed, int WriteBackRowsMax, TimeSpan WriteBackLockTimeout)
{
    // Salesforce takes header rows of 32,000 characters.
    private const int HeaderBytesMax = 100_000;

    /// <summary>Times of Bulk jobs.</summary>
    public BulkOptions Bulk { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(12));

    /// <summary>What it writes of states and events.</summary>
    public int Format { get; init; } = RecordCodec.Format;

    /// <summary>What the node may spend of the org's API requests.</summary>
    public ApiBudgetOptions Budget { get; init; } = new();

    /// <summary>Stages get what they need and nothing else.</summary>
    public static NodeOptions From(SyncConfig config) => new(
        new RuntimeOptions
        {
            ShardCount = config.Runtime.ShardCount,
            LeaseTtl = config.Runtime.Lease.Ttl,
            LeaseRenew = config.Runtime.Lease.Renew,
            LeaseMargin = config.Runtime.Lease.Margin,
            TurnMessagesMax = config.Runtime.Turn.MessagesMax,
            TurnTimeBudget = config.Runtime.Turn.TimeBudget,
            TurnWorkers = config.Runtime.Turn.Workers,
            PollMin = config.Runtime.Poll.Min,
            PollMax = config.Runtime.Poll.Max,
            WatchInterval = config.Runtime.Poll.WatchInterval,
            RetryDelay = config.Runtime.WriteBack.RetryDelay,
            ActorsMax = config.Runtime.ActorCache.RecordsMax,
            ActorBytesMax = config.Runtime.ActorCache.BytesMax,
        },
        SignIn(config.Salesforce),
        new SalesforceOptions
        {
            ApiVersion = config.Salesforce.ApiVersion,
            ConnectTimeout = config.Salesforce.ConnectTimeout,
            WriteDeadline = config.Salesforce.RequestDeadline,
            ReadDeadline = config.Salesforce.RequestDeadline,
            ResponseBytesMax = (int)config.Salesforce.ResponseBytesMax,
        },
        new CoordinatorOptions(
            config.Coordinator.Linger, config.Salesforce.RequestDeadline + config.Salesforce.SettleLimit,
            new RetryPolicy { FirstDelay = config.Coordinator.Retry.Delay, DelayMax = config.Coordinator.Retry.DelayMax, AttemptsMax = config.Coordinator.Retry.AttemptsMax },
            config.Coordinator.Order),
        new CutLimits(config.Coordinator.SoapRowsMax, config.Coordinator.Linger, config.Coordinator.SubmissionsMax) { Jobs = Jobs(config) },
        config.Coordinator.ReadyWritesMax,
        config.Coordinator.OffersMax,
        new FeedOptions(config.Feed.Interval, config.Feed.Overlap, config.Feed.OverlapInterval, config.Feed.DeletedInterval, config.Feed.PageRowsMax)
        {
            Load = new LoadOptions(config.Feed.Load.BulkRowsMin, config.Feed.Load.ObjectsMax, config.Coordinator.Bulk.PollInterval, config.Coordinator.Bulk.PollIntervalMax),
            ChangeEvents = new ChangeEventOptions(
                config.Mappings.Where(mapping => mapping.Feed == FeedChoice.ChangeEvents).Select(mapping => mapping.Object).ToHashSet(StringComparer.OrdinalIgnoreCase),
                config.Feed.Cdc.FallbackInterval, config.Feed.Cdc.ReadInterval),
        },
        config.Runtime.WriteBack.RowsMax,
        config.Runtime.WriteBack.LockTimeout)
    {
        Budget = new ApiBudgetOptions { Share = config.Salesforce.ApiBudget.CallsPerDay, Reserve = config.Salesforce.ApiBudget.Reserve },
        Bulk = new BulkOptions(
            config.Coordinator.Bulk.PollInterval, config.Coordinator.Bulk.PollIntervalMax, config.Salesforce.RequestDeadline + config.Salesforce.SettleLimit),
    };

    // A job has no order, and its parts run side by side: whoever wants that of the change log gets calls.
    private static JobLimits? Jobs(SyncConfig config) => config.Coordinator is { Order: WriteOrder.Record, Bulk: { JobsMax: > 0 } bulk } && config.Salesforce.HasBulk()
        ? new JobLimits(bulk.RowsMin, bulk.RowsMax, bulk.Linger, bulk.JobsMax, BulkClient.UploadBytesMax - HeaderBytesMax)
        : null;

    private static SalesforceCredentials SignIn(SalesforceConfig config) => config switch
    {
        { Jwt: { } jwt } => new SalesforceCredentials.JwtBearer(config.LoginUrl, config.ClientId, jwt.Username, jwt.KeyFile, jwt.Audience),
        { RefreshToken: { } token } => new SalesforceCredentials.RefreshToken(config.LoginUrl, config.ClientId, config.ClientSecret?.Reveal(), token.Reveal()),
        _ => new SalesforceCredentials.ClientCredentials(config.LoginUrl, config.ClientId, config.ClientSecret!.Reveal()),
    };
}
