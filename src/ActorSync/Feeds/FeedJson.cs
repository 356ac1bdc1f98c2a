using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Feeds;

/// <summary>Records to be read afresh, in a feed's mailbox.</summary>
internal sealed record ReadBackEnvelope(IReadOnlyList<string> Sfids);

/// <summary>Where a feed stands; committed in the same turn as the messages it covers.</summary>
/// <param name="Phase">loading or live.</param>
/// <param name="LoadedTo">While loading: the last Id read.</param>
/// <param name="Loaded">Records read by the load.</param>
/// <param name="Since">SystemModstamp up to which changes have been read, Salesforce's clock.</param>
/// <param name="DeletedSince">Deletions have been asked for up to this time, Salesforce's clock.</param>
internal sealed record FeedCursor(string Phase, string LoadedTo, long Loaded, DateTimeOffset Since, DateTimeOffset DeletedSince)
{
    /// <summary><see cref="Since"/> when the last deep poll that was finished began: what was committed late since then is not earlier than this less the overlap.
    /// Null until there was one.</summary>
    public DateTimeOffset? DeepSince { get; init; }

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
    public FeedCursor ToReload() => this with { Phase = Loading, LoadedTo = "", Loaded = 0 };
}

/// <summary>Where a feed stands among the change events of its object.</summary>
/// <param name="HeardAt">When the channel was heard first, database clock.</param>
/// <param name="ReplayId">The last event whose messages are committed; null before the first.</param>
internal sealed record StreamCursor(DateTimeOffset HeardAt, long? ReplayId)
{
    /// <summary>Events that carried the client id of a submission of ours and other values than were sent.</summary>
    public long NearMisses { get; init; }

    /// <summary>Why events are missing, until everything they may have told has been found otherwise; null: none are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Missed { get; init; }

    /// <summary>The last record that was told that events are missing; null: none yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MissedTo { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadBackEnvelope))]
[JsonSerializable(typeof(FeedCursor))]
internal sealed partial class FeedJson : JsonSerializerContext;
