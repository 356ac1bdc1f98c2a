using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Submissions;

namespace ActorSync.Simulation;

/// <summary>One run of the simulation. The same options give the same run, event by event.</summary>
/// <param name="Seed">Everything is drawn from it.</param>
internal sealed record SimulationOptions(long Seed)
{
    /// <summary>Kinds that are not injected.</summary>
    public ImmutableHashSet<FaultKind> Without { get; init; } = [];

    /// <summary>The mapped objects; null: they are drawn.</summary>
    public IReadOnlyList<ObjectMapping>? Mappings { get; init; }

    /// <summary>In which order the coordinator sends; null: it is drawn.</summary>
    public WriteOrder? Order { get; init; }

    /// <summary>Edits of both sides together.</summary>
    public int EditsMax { get; init; } = 60;

    /// <summary>Records at the start.</summary>
    public int RecordsMax { get; init; } = 5;

    /// <summary>Virtual time in which both sides are edited and faults are injected.</summary>
    public TimeSpan BusyTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Virtual time after it in which both sides must have become equal.</summary>
    public TimeSpan QuietTimeMax { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Longest time from the commit of a local change to its arrival in Salesforce, of records that nothing is wrong with; null: not judged.</summary>
    public TimeSpan? DelayMax { get; init; }

    /// <summary>Remember what happened, for a person to read.</summary>
    public bool Traced { get; init; }
}

/// <summary>What must always hold did not.</summary>
/// <param name="invariant">I1 to I10.</param>
/// <param name="record">The record it is about, if it is about one.</param>
internal sealed class ViolationException(string invariant, string message, Guid? record = null) : Exception($"{invariant}: {message}")
{
    public string Invariant { get; } = invariant;

    public Guid? Record { get; } = record;
}

/// <summary>The simulated process died; nothing of it runs any more.</summary>
internal sealed class SimulatedCrashException() : Exception("the simulated process died");
