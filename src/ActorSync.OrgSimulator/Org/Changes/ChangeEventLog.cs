namespace ActorSync.OrgSimulator.Org.Changes;

/// <summary>The change events of an org in the order of their commits, for as long as they are kept. Thread-safe. Outlives the servers of its org, as events outlive a restart.</summary>
public sealed class ChangeEventLog
{
    /// <summary>The log was grown before the first event: nobody may take a replay id for a count.</summary>
    private const long FirstReplayId = 4_100;

    private const long FirstCommitNumber = 10_583_584_000_000;

    /// <summary>Largest step from one replay id to the next.</summary>
    private const int StepMax = 3;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly List<OrgChangeEvent> _events = [];
    private int _first;
    private long _last = FirstReplayId;
    private long _commitNumber = FirstCommitNumber;
    private TaskCompletionSource? _next;

    internal ChangeEventLog(ChangeEventOptions options, TimeProvider clock)
    {
        Options = options;
        _clock = clock;
        _random = new Random(options.Seed);
    }

    public ChangeEventOptions Options { get; }

    /// <summary>Replay id of the newest event ever published; that of none before the first.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Looks at each event before it is published and may publish another instead; null: as they are. Called inside the commit.</summary>
    internal Func<OrgChangeEvent, OrgChangeEvent>? Publishing { get; set; }

    /// <summary>True where changes of the object are published.</summary>
    public bool IsSelected(ObjectDefinition definition) => Options.Objects?.Contains(definition.Name, StringComparer.OrdinalIgnoreCase) ?? true;

    /// <summary>True while the event of that replay id is kept.</summary>
    public bool Holds(long replayId)
    {
        lock (_gate)
        {
            Expire();
            int at = LowerBound(replayId);
            return at < _events.Count && _events[at].ReplayId == replayId;
        }
    }

    /// <summary>Events after a replay id, oldest first.</summary>
    public IReadOnlyList<OrgChangeEvent> After(long replayId, int countMax = int.MaxValue)
    {
        lock (_gate)
        {
            Expire();
            int at = LowerBound(replayId + 1);
            return _events.GetRange(at, Math.Min(countMax, _events.Count - at));
        }
    }

    /// <summary>Completes with the next event after <paramref name="replayId"/>; at once where there is one already.</summary>
    internal Task WaitAfter(long replayId)
    {
        lock (_gate)
        {
            return _last > replayId ? Task.CompletedTask : (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    internal void Commit(ChangeCapture capture, OrgStore store, DmlContext context, DateTimeOffset now)
    {
        List<OrgChangeEvent> events = capture.Events(store, Transaction(context, now), IsSelected);
        if (events.Count == 0)
        {
            return;
        }

        if (Publishing is { } publishing)
        {
            events = events.ConvertAll(e => publishing(e));
        }

        lock (_gate)
        {
            foreach (OrgChangeEvent published in events)
            {
                _last += _random.Next(StepMax) + 1;
                _events.Add(published with { ReplayId = _last });
            }

            Expire();
            _next?.TrySetResult();
            _next = null;
        }
    }

    private ChangeTransaction Transaction(DmlContext context, DateTimeOffset now)
    {
        lock (_gate)
        {
            _commitNumber += _random.Next(1, 100);
            Span<byte> key = stackalloc byte[16];
            _random.NextBytes(key);
            return new ChangeTransaction(new Guid(key).ToString(), _commitNumber, now, context.UserId, ChangeOrigin.Of(context), context.Client);
        }
    }

    private void Expire()
    {
        DateTimeOffset oldest = _clock.GetUtcNow() - Options.Retention;
        while (_first < _events.Count && (_events.Count - _first > Options.EventsMax || _events[_first].Transaction.CommittedAt < oldest))
        {
            _first++;
        }

        // What is gone is let go in large pieces: taking single ones off the front of a list would move all others each time.
        if (_first > 0 && (_first == _events.Count || _first > _events.Count / 2))
        {
            _events.RemoveRange(0, _first);
            _first = 0;
        }
    }

    private int LowerBound(long replayId)
    {
        int low = _first;
        int high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _events[middle].ReplayId < replayId ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
