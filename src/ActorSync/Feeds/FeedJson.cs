using System.Text.Json.Serialization;

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

    /// <summary>The load has not been finished.</summary>
    public const string Loading = "loading";

    /// <summary>Changes are polled.</summary>
    public const string Live = "live";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReadBackEnvelope))]
[JsonSerializable(typeof(FeedCursor))]
internal sealed partial class FeedJson : JsonSerializerContext;
