using System.Globalization;

namespace ActorSync.Runtime.Turns;

/// <summary>Below which id no change of a later window lies. A transaction draws the ids of its changes after it got its number, so those of one with a greater number than ours are
/// greater than every id that had been given before we got it. A snapshot alone does not say so: beyond its end there are transactions that have been running for long.</summary>
internal sealed class IdFloors
{
    /// <summary>Ids given between two marks at least: what lies below a floor is not read again, and a mark is a statement.</summary>
    private const long MarkEvery = 1000;

    private readonly Queue<(long Id, ulong Transaction)> _marks = new();
    private long _marked;
    private long _floor;

    /// <summary>True when it is worth a statement to note how far the ids have come.</summary>
    public bool WantsMark(long seen) => seen >= _marked + MarkEvery;

    /// <summary>Up to this id all had been given before this transaction got its number.</summary>
    public void Mark(long seen, ulong transaction)
    {
        _marked = seen;
        _marks.Enqueue((seen, transaction));
    }

    /// <summary>The floor of a window.</summary>
    /// <param name="window">A snapshot, <c>xmin:xmax:running</c>: what is below its first number is over.</param>
    /// <param name="floor">That of the snapshot before.</param>
    public long Of(string window, long floor)
    {
        var oldest = ulong.Parse(window.AsSpan(0, window.IndexOf(':')), NumberStyles.None, CultureInfo.InvariantCulture);
        while (_marks.TryPeek(out var mark) && mark.Transaction < oldest)
        {
            _floor = _marks.Dequeue().Id;
        }

        return Math.Max(_floor, floor);
    }
}
