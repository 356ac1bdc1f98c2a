using System.Collections.Concurrent;
using System.Globalization;

namespace ActorSync.Chaos.Traffic;

/// <summary>What both sides did, kept by those who did it. Thread-safe.</summary>
internal sealed class EditLedger
{
    private readonly ConcurrentDictionary<string, long> _done = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, long> _counted = new();
    private long _value;

    /// <summary>How often each kind of edit was made.</summary>
    public IReadOnlyDictionary<string, long> Done => _done;

    /// <summary>How much was counted on each Account, in transactions that were committed.</summary>
    public IReadOnlyDictionary<Guid, long> Counted => _counted;

    /// <summary>All edits so far.</summary>
    public long Total => _done.Values.Sum();

    /// <summary>A value of the application, used once.</summary>
    public string LocalValue() => string.Create(CultureInfo.InvariantCulture, $"L{Interlocked.Increment(ref _value)}");

    /// <summary>A value of people, used once.</summary>
    public string PeoplesValue() => string.Create(CultureInfo.InvariantCulture, $"R{Interlocked.Increment(ref _value)}");

    /// <summary>An edit was made.</summary>
    public void Note(string what, long count = 1) => _done.AddOrUpdate(what, count, (_, before) => before + count);

    /// <summary>One was added to the counter of an Account, and committed.</summary>
    public void Count(Guid account) => _counted.AddOrUpdate(account, 1, (_, before) => before + 1);
}
