using ActorSync.Runtime.Sharding;

namespace ActorSync.Operations;

/// <summary>
/// What a node knows of its own health. <b>Live</b>: none of its loops has ended by itself; an orchestrator starts the process anew where it is not, so neither PostgreSQL nor Salesforce
/// has a part in it: an outage must not cost the nodes as well. <b>Ready</b>: it has signed in, its tables are there, and its leases can be trusted. Safe for concurrent use.
/// </summary>
/// <param name="node">Name of the node.</param>
/// <param name="clock">Tells how old the last trouble with PostgreSQL is.</param>
internal sealed class NodeHealth(string node, TimeProvider clock)
{
    // A heartbeat that fails is tried again within its interval, or within the time one command may take.
    private static readonly TimeSpan TroubleIsPresent = TimeSpan.FromMinutes(1);

    private volatile string _step = "it has just started";
    private volatile NodeTerm? _term;
    private volatile string? _ended;
    private volatile bool _drains;
    private long _troubleAt = long.MinValue;

    /// <summary>Whether the process is worth keeping.</summary>
    public HealthAnswer Live => _ended is { } ended
        ? Answer(false, "dead", $"{ended}; only a new process helps")
        : Answer(true, "live", "every loop runs");

    /// <summary>Whether the node takes part in the work.</summary>
    public HealthAnswer Ready => (Drains: _drains, Term: _term) switch
    {
        _ when !Live.Ok => Live,
        { Drains: true } => Answer(false, "draining", "it hands over what it holds, and ends"),
        { Term: { IsTrusted: true } } => Answer(true, "ready", "it takes part"),
        _ when IsInTrouble => Answer(false, "database-unreachable", "PostgreSQL cannot be reached; it goes on by itself when it can"),
        { Term: null } => Answer(false, "starting", _step),
        _ => Answer(false, "lease-not-trusted", "its heartbeat came too late, others may have its leases; it begins a new term"),
    };

    private bool IsInTrouble => Interlocked.Read(ref _troubleAt) is var at and not long.MinValue && clock.GetElapsedTime(at) < TroubleIsPresent;

    /// <summary>The step of the start that the node is at.</summary>
    /// <param name="step">For a person: "signing in to Salesforce".</param>
    public void Starts(string step) => _step = step;

    /// <summary>A term has begun: the node has signed in and its tables are there.</summary>
    public void Began(NodeTerm term) => (_term, _troubleAt) = (term, long.MinValue);

    /// <summary>The node has been asked to end, and does.</summary>
    public void Drain() => _drains = true;

    /// <summary>PostgreSQL did not answer as it should.</summary>
    public void MetTrouble() => Interlocked.Exchange(ref _troubleAt, clock.GetTimestamp());

    /// <summary>Watches a loop that must not end before it is told to: one that does leaves work undone while everything else looks well.</summary>
    /// <param name="loop">The loop as it runs.</param>
    /// <param name="name">For a person: "the coordinator".</param>
    /// <param name="stops">One of them is cancelled before the loop is to end.</param>
    /// <returns>The loop itself.</returns>
    public Task Watch(Task loop, string name, params CancellationToken[] stops)
    {
        _ = loop.ContinueWith(Ended, (name, stops), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return loop;
    }

    // An exception's message may quote anything: its kind must do here, the log has the rest.
    private void Ended(Task loop, object? watched)
    {
        var (name, stops) = ((string, CancellationToken[]))watched!;
        if (loop.IsFaulted || !stops.Any(stop => stop.IsCancellationRequested))
        {
            _ended = loop.Exception is { } error ? $"{name} has ended by itself ({error.GetBaseException().GetType().Name})" : $"{name} has ended by itself";
        }
    }

    private HealthAnswer Answer(bool ok, string status, string message) => new(ok, status, message, node, _term?.Id);
}
