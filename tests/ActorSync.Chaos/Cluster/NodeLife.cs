using ActorSync.TestKit.Processes;

namespace ActorSync.Chaos.Cluster;

/// <summary>How a process of a node ended.</summary>
internal enum LifeEnd
{
    /// <summary>It lives.</summary>
    None,

    /// <summary>kill -9.</summary>
    Killed,

    /// <summary>It killed itself at a named step of a submission, as it was told at its start.</summary>
    CrashPoint,

    /// <summary>SIGTERM.</summary>
    Terminated,

    /// <summary>Nobody asked it to.</summary>
    ByItself,
}

/// <summary>A time in which something was done to a node or to the database.</summary>
/// <param name="Until">Null while it lasts.</param>
internal sealed record Span(DateTimeOffset From, DateTimeOffset? Until)
{
    /// <summary>Whether it has a moment in common with another time.</summary>
    public bool Meets(DateTimeOffset from, DateTimeOffset until) => From <= until && (Until ?? DateTimeOffset.MaxValue) >= from;
}

/// <summary>One process of a node, from its start to its end. Its name is in the table of nodes and in the name of each of its sessions, so that whatever is done in the database tells who did it.</summary>
/// <param name="Name">Unique in a run: chaos-2-5 is the fifth process of the second node.</param>
/// <param name="CrashPoint">Where it was told to kill itself; null: nowhere.</param>
internal sealed class NodeLife(string name, ChildProcess process, string? crashPoint, DateTimeOffset startedAt)
{
    private readonly Lock _gate = new();
    private readonly List<Span> _disturbed = [];

    public string Name => name;

    public ChildProcess Process => process;

    public string? CrashPoint => crashPoint;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>When it ended or was told to; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    public LifeEnd End { get; private set; }

    /// <summary>It has been through its start: a configuration, a database and an org were there.</summary>
    public bool HasRun => process.Output.Any(line => line.Contains("; running", StringComparison.Ordinal) || line.Contains("waiting for it to end", StringComparison.Ordinal) || line.Contains("others do the work", StringComparison.Ordinal));

    /// <summary>It lives, and nothing is being done to it.</summary>
    public bool IsWhole
    {
        get
        {
            lock (_gate)
            {
                return End == LifeEnd.None && !process.HasExited && _disturbed.TrueForAll(span => span.Until is not null);
            }
        }
    }

    /// <summary>Whether it was up and let alone from one moment to another.</summary>
    public bool WasWhole(DateTimeOffset from, DateTimeOffset until)
    {
        lock (_gate)
        {
            return startedAt <= from && (EndedAt is not { } ended || ended > until) && !_disturbed.Exists(span => span.Meets(from, until));
        }
    }

    /// <summary>It is stopped or cut off from now on.</summary>
    public void Disturb(DateTimeOffset now)
    {
        lock (_gate)
        {
            _disturbed.Add(new Span(now, null));
        }
    }

    /// <summary>It is let alone again.</summary>
    public void Undisturb(DateTimeOffset now)
    {
        lock (_gate)
        {
            for (var i = 0; i < _disturbed.Count; i++)
            {
                _disturbed[i] = _disturbed[i] with { Until = _disturbed[i].Until ?? now };
            }
        }
    }

    /// <summary>It ends or is told to; the first to say so is right.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool TryEnd(LifeEnd end, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (End != LifeEnd.None)
            {
                return false;
            }

            (End, EndedAt) = (end, now);
            return true;
        }
    }
}
