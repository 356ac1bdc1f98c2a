using ActorSync.Domain.Mapping;
using ActorSync.Runtime.Turns;

namespace ActorSync.Feeds;

/// <summary>Notes in the cursor of a feed that its channel is quiet, and so everything is taken that was told; only while a write is outside for longer than most, whose lookup waits for this.</summary>
internal sealed class ToldNote(ChangeFeed changes, IStreamTold told, ITurnStore turns, ObjectMapping mapping, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private long _lookedAt;

    /// <summary>The cursor with the note that is due; null where none is.</summary>
    public async Task<FeedCursor?> DueAsync(FeedCursor cursor, CancellationToken stop)
    {
        if (cursor.Stream is not { } stream || (_lookedAt != 0 && clock.GetElapsedTime(_lookedAt) < Interval))
        {
            return null;
        }

        _lookedAt = clock.GetTimestamp();
        var now = await turns.NowAsync(stop);
        return changes.HasTakenEverything && await told.IsWaitedForAsync(mapping.Number, now - Interval, stop) ? cursor with { Stream = stream with { ToldAt = now } } : null;
    }
}
