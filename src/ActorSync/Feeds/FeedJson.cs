using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Feeds;

/// <summary>Records to be read afresh, in a feed's mailbox.</summary>
internal sealed record ReadBackEnvelope(IReadOnlyList<string> Sfids);

/// <summary>Where a feed stands; committed in the same turn as the messages it covers.</summary>
/// <param name="Phase">loading or live.</param>
/// <param name="LoadedTo">While loading by SOAP: the last Id read.</param>
/// <param name="Loaded">Records read by the load.</param>
/// <param name="Since">SystemModstamp up to which changes have been read, Salesforce's clock.</param>
/// <param name="DeletedSince">Deletions have been asked for up to this time, Salesforce's clock.</param>
internal sealed record FeedCursor(string Phase, string LoadedTo, long Loaded, DateTimeOffset Since, DateTimeOffset DeletedSince)
{
    /// <summary><see cref="Since"/> when the last deep poll that was finished began: what was committed late since then is not earlier than this less the overlap.
    /// Null until there was one.</summary>
    public DateTimeOffset? DeepSince { get; init; }

    /// <summary>How the load goes on; null before it is planned, when it is over, and in one that an earlier version began.</summary>
    public LoadCursor? Load { get; init; }

    /// <summary>How many of the reloads that were asked for have begun.</summary>
    public int Reloads { get; init; }

    /// <summary>Where the feed stands among the change events of its object; null: it has heard none, and is not to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StreamCursor? Stream { get; init; }

    /// <summary>The load has not been finished.</summary>
    public const string Loading = "loading";

    /// <summary>Changes are polled.</summary>
    public const string Live = "live";

    /// <summary>The cursor of a feed's lease; null before the feed has begun.</summary>
    public static FeedCursor? Of(HeldLease lease) => lease.Cursor == "{}" ? null : JsonSerializer.Deserialize(lease.Cursor, FeedJson.Default.FeedCursor);

    /// <summary>Everything is to be read again, as at the start.</summary>
    public FeedCursor ToReload() => this with { Phase = Loading, LoadedTo = "", Loaded = 0, Load = null };
}

/// <summary>Where a feed stands among the change events of its object.</summary>
/// <param name="HeardAt">When the channel was heard first, database clock.</param>
/// <param name="ReplayId">The last event whose messages are committed; null before the first.</param>
internal sealed record StreamCursor(DateTimeOffset HeardAt, long? ReplayId)
{
    /// <summary>Events that carried the client id of a submission of ours and other values than were sent.</summary>
    public long NearMisses { get; init; }

    /// <summary>Commit number of the last event that named no records; everything has been, or is being, read again since.</summary>
    public long OverflowAt { get; init; }

    /// <summary>Of an object with counters: everything that Salesforce told up to this moment is taken, database clock. Noted with events, and of a quiet channel while somebody waits for it. Null: not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Why events are missing, until everything they may have told has been found otherwise; null: none are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Missed { get; init; }

    /// <summary>The last record that was told that events are missing; null: none yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MissedTo { get; init; }
}

/// <summary>A load on its way. Times are the database's.</summary>
/// <param name="ByJob">By a query job of Bulk API 2.0; by SOAP otherwise.</param>
/// <param name="Total">Records there were when it was planned; null: nobody could say.</param>
internal sealed record LoadCursor(bool ByJob, long? Total)
{
    /// <summary>The query job; null before there is one.</summary>
    public string? Job { get; init; }

    /// <summary>Before the job was made: its rows may be as old as that, however late they are taken.</summary>
    public DateTimeOffset JobReadBegan { get; init; }

    /// <summary>Where the page of results begins that is being taken; null for the first.</summary>
    public string? Locator { get; init; }

    /// <summary>Rows behind the locator that have been taken.</summary>
    public int Taken { get; init; }

    /// <summary>Jobs that were lost, one after the other.</summary>
    public int JobsLost { get; init; }

    /// <summary>The rate counts from here ...</summary>
    public DateTimeOffset? RateAt { get; init; }

    /// <summary>... where so many had been read ...</summary>
    public long RateFrom { get; init; }

    /// <summary>... to here.</summary>
    public DateTimeOffset? MovedAt { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadBackEnvelope))]
[JsonSerializable(typeof(FeedCursor))]
internal sealed partial class FeedJson : JsonSerializerContext;
