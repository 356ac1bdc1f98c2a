namespace ActorSync.OrgSimulator.Http;

/// <summary>One API request as it reached the server.</summary>
/// <param name="Sequence">1, 2, 3 ... in order of arrival.</param>
/// <param name="At">When it was understood, before its session was looked at and before any delay.</param>
/// <param name="IsCounted">Whether it is an API request by the day's allowance.</param>
internal sealed record CallEntry(long Sequence, DateTimeOffset At, OrgCall Call, bool IsCounted);

/// <summary>The newest API requests, in order of arrival: when a write was sent, whatever became of it. Safe for concurrent use.</summary>
internal sealed class CallLog
{
    /// <summary>Requests kept; older ones are dropped.</summary>
    private const int EntriesMax = 200_000;

    private readonly Lock _gate = new();
    private readonly Queue<CallEntry> _entries = new();
    private long _last;

    public void Add(DateTimeOffset at, OrgCall call, bool isCounted)
    {
        lock (_gate)
        {
            // Neither a session nor a query is anybody's business here.
            _entries.Enqueue(new CallEntry(++_last, at, call with { SessionId = "", Soql = null }, isCounted));
            if (_entries.Count > EntriesMax)
            {
                _entries.Dequeue();
            }
        }
    }

    /// <summary>Requests after a sequence number, oldest first.</summary>
    public IReadOnlyList<CallEntry> After(long sequence, int countMax)
    {
        lock (_gate)
        {
            return [.. _entries.SkipWhile(entry => entry.Sequence <= sequence).Take(countMax)];
        }
    }
}
