using System.Globalization;

namespace ActorSync.Salesforce.Streaming;

/// <summary>Where a subscription starts. Replay ids are opaque: they have gaps, belong to one channel, and are neither ordered nor compared here.</summary>
public readonly record struct ReplayPosition
{
    private const long NewestNumber = -1;

    // Counted from newest, so that a position nobody set is that one.
    private readonly long offset;

    private ReplayPosition(long number) => offset = number - NewestNumber;

    /// <summary>What is published from the subscription on (-1).</summary>
    public static ReplayPosition Newest { get; } = new(NewestNumber);

    /// <summary>Everything that is still kept, 72 hours at most, and what follows (-2).</summary>
    public static ReplayPosition Oldest { get; } = new(-2);

    /// <summary>The number on the wire.</summary>
    public long Number => offset + NewestNumber;

    /// <summary>True for a position behind an event, false for <see cref="Newest"/> and <see cref="Oldest"/>.</summary>
    public bool IsEvent => Number >= 0;

    /// <summary>What was published after the event of that replay id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public static ReplayPosition After(long replayId)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replayId);
        return new ReplayPosition(replayId);
    }

    /// <summary><c>newest</c>, <c>oldest</c> or the replay id.</summary>
    public override string ToString() => this == Oldest ? "oldest" : IsEvent ? Number.ToString(CultureInfo.InvariantCulture) : "newest";
}
