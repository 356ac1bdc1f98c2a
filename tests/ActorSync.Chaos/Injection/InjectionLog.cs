using System.Collections.Immutable;
using ActorSync.Chaos.Cluster;

namespace ActorSync.Chaos.Injection;

/// <summary>Something that was done.</summary>
/// <param name="Life">To which process; null: to the database.</param>
/// <param name="Note">How, for a person.</param>
internal sealed record Injected(InjectionKind Kind, NodeLife? Life, DateTimeOffset At, string Note)
{
    /// <summary>When it was over; null while it lasts, or where it is a moment.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>For a person.</summary>
    public override string ToString() => FormattableString.Invariant($"{At.UtcDateTime:HH:mm:ss.fff} {Kind}{(Life is null ? "" : $" of {Life.Name}")}{(Note.Length == 0 ? "" : $" ({Note})")}{(Until is { } until ? $", over after {(until - At).TotalSeconds:0.0} s" : "")}");
}

/// <summary>What was done, and what went wrong with what the nodes owe whoever runs them. Thread-safe.</summary>
internal sealed class InjectionLog
{
    private readonly Lock _gate = new();
    private readonly List<Injected> _injected = [];
    private readonly List<string> _misbehaved = [];
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>All of it, in order.</summary>
    public ImmutableArray<Injected> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _injected];
            }
        }
    }

    /// <summary>How often each kind was done.</summary>
    public ImmutableSortedDictionary<string, long> Counts
    {
        get
        {
            lock (_gate)
            {
                return _counts.ToImmutableSortedDictionary(StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Nodes that did not end when they were told to, or ended when nobody had told them.</summary>
    public ImmutableArray<string> Misbehaved
    {
        get
        {
            lock (_gate)
            {
                return [.. _misbehaved];
            }
        }
    }

    /// <summary>Times without a database.</summary>
    public ImmutableArray<Span> Outages => [.. All.Where(injected => injected.Kind == InjectionKind.RestartDatabase).Select(injected => new Span(injected.At, injected.Until))];

    /// <summary>Something was done.</summary>
    public Injected Note(Injected injected, string count)
    {
        lock (_gate)
        {
            _injected.Add(injected);
            _counts[count] = _counts.GetValueOrDefault(count) + 1;
            return injected;
        }
    }

    /// <summary>Something happened that is counted only.</summary>
    public void Count(string what)
    {
        lock (_gate)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + 1;
        }
    }

    /// <summary>A node did what it must not.</summary>
    public void Misbehave(string what)
    {
        lock (_gate)
        {
            _misbehaved.Add(what);
        }
    }
}
