using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Streaming;

/// <summary>What a stream has to say, in the order in which it learned it. Closed. Everything that may have been missed is among it.</summary>
public abstract record StreamNews
{
    private StreamNews()
    {
    }

    /// <summary>A change event. The same replay id again on the same channel is the same event again.</summary>
    /// <param name="Channel">The channel it came on, as subscribed.</param>
    /// <param name="ReplayId">Its place there; what <see cref="StreamClient.Commit(string, ReplayPosition)"/> is told.</param>
    /// <param name="SchemaId">Another one when fields were added, changed or removed; empty where Salesforce names none.</param>
    /// <param name="Event">What it says.</param>
    public sealed record Changed(string Channel, long ReplayId, string SchemaId, ChangeEvent Event) : StreamNews;

    /// <summary>An event that could not be read: something of the channel's objects changed and nobody knows what.</summary>
    /// <param name="Channel">The channel it came on.</param>
    /// <param name="ReplayId">Its place there; null where not even that could be read.</param>
    /// <param name="Why">One line, without values.</param>
    public sealed record Unreadable(string Channel, long? ReplayId, string Why) : StreamNews;

    /// <summary>The channel is heard: at the start, and again after each interruption.</summary>
    public sealed record Subscribed(string Channel, ReplayPosition From) : StreamNews;

    /// <summary>Events may be gone that nobody will ever tell: read the objects of the channel. The stream goes on.</summary>
    /// <param name="Channel">The channel.</param>
    /// <param name="After">Where it should have gone on: a replay id that Salesforce does not know (any more), or <see cref="ReplayPosition.Newest"/> where the channel was heard and has no event to go on from: the stream was interrupted before its first, or the reading before this one committed none.</param>
    /// <param name="Now">Where it goes on instead.</param>
    /// <param name="Why">What Salesforce said, in one line.</param>
    public sealed record Missed(string Channel, ReplayPosition After, ReplayPosition Now, string Why) : StreamNews;

    /// <summary>Salesforce does not let us hear this channel; the others go on. It is tried again with the next handshake.</summary>
    public sealed record Refused(string Channel, SyncFault Fault) : StreamNews;

    /// <summary>The connection is gone; it is made anew after the wait, from where it was.</summary>
    public sealed record Interrupted(SyncFault Fault, TimeSpan Wait) : StreamNews;
}
