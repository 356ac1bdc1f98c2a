namespace ActorSync.Simulation.Mutants;

internal static partial class AllMutants
{
    /// <summary>Broken rules that unit tests catch and the simulation has not caught within <see cref="SeedsMax"/> seeds: what it takes too rarely meets in one run. Hunted only by name.</summary>
    public static IReadOnlyList<Mutant> AtLarge { get; } =
    [
        new("what was outside before a record was deleted and undeleted is its outcome", "rule 7", 1, new Mutation(
            Records + "RecordEvolve.cs", "outside.Sfid == e.Sfid ? outside with { Ended = true } : state.Outstanding,", "outside.Sfid == e.Sfid ? outside : state.Outstanding,")),
        new("a birth behind a delete becomes an update", "rule 1", 1, new Mutation(
            Records + "LocalQueue.cs", "[.. queue.TakeWhile(IsOfThisLife).Select(AsUpdate)", "[.. queue.Select(AsUpdate)"),
            new Mutation(Records + "LocalQueue.cs", ", .. queue.SkipWhile(IsOfThisLife)];", "];")),
        new("a field that Salesforce has not changed is contested", "rule 8", 1004, new Mutation(
            Records + "WriteOutcomes.cs", "outside.Write.Base.Is(name, found.Fields[name])", "outside.Write.Base.Is(name, \"\")")),
        new("a deletion takes the changes of the next life with it", "rule 7", 1502, new Mutation(
            Records + "RecordEvolve.cs", "Queue = [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)], Outstanding", "Queue = [.. state.Queue.Where(write => write.Operation == WriteOperation.Insert)], Outstanding")),
        new("a lost value that was set to itself counts as applied", "rule 8", 158, new Mutation(
            "ActorSync.Domain/Submissions/DoubtTable.cs", "return !isRepetition ?", "return !isRepetition || alive.Sfid.Length > 0 ?")),
        new("a birth that is outside when a delete loses is the row's", "rule 6", 1000619, new Mutation(
            Records + "RecordEvolve.cs", "state.Outstanding is { Write.Operation: not WriteOperation.Delete } outside && (outside", "state.Outstanding is { Write.Operation: WriteOperation.Update } outside && (outside")),
        new("an event told twice counts twice", "rule 9", 1, new Mutation(
            Records + "Counters.cs", "if (last >= m.Position)", "if (last > m.Position)")),
        new("missing events are forgotten while the birth is outside", "rule 5, counter", 1001606, new Mutation(
            Records + "RecordBehavior.cs", "ChangesMissed m => MayBeBirthOutside(state, m.Sfid),", "ChangesMissed => false,")),
        new("a read from before an event takes a counter back", "rule 5, counter", 9803, new Mutation(
            Records + "RemoteEvidence.cs", " && !(state.StreamTakenAt > m.ReadBegan));", ");")),
        new("a counter in doubt counts as written", "rule 8", 1, new Mutation(
            Records + "Counters.cs", "decision.State.Counters.Where(counter => counter.Value.Outside?.WriteNo == writeNo)", "decision.State.Counters.Where(counter => counter.Value.Outside?.WriteNo < 0 && writeNo > 0)")),
        new("what is counted before a birth is added to it", "rule 5, counter", 1, new Mutation(
            Records + "Counters.cs", "|| before.Queue.Any(write => write.Operation == WriteOperation.Insert))", "|| before.Queue.Any(write => write.Operation > WriteOperation.Delete))")),
        new("changes of one life are ordered by the id of the log", "rule 1", 124, new Mutation(
            Records + "LocalEvolve.cs", "state.Row is not { } seen || seen.Birth != write.Stamp.Birth || seen <= write.Stamp", "state.Row is not { } seen || seen.Birth != write.Stamp.Birth || seen.Birth >= 0")),
        new("a value still owed overwrites what the application has said since", "rule 1", 295, new Mutation(
            Records + "LocalEvolve.cs", "Owed = state.Owed?.Without(e.New.Names),\n            Parked = parked", "Owed = state.Owed,\n            Parked = parked")),
        new("what a BEFORE trigger makes of our values is lost", "rule 0", 546, new Mutation(
            Records + "RecordBehavior.cs", "if (rewritten.IsEmpty || landed.Stamp is not { } stamp)", "if (landed.Stamp is not { } stamp || stamp.Revision > 0)")),
        new("a life has no number", "rule 1", 1, new Mutation(
            Records + "RecordBehavior.cs", "RemoteImage m => m.Row.Stamp != state.Row || ", "RemoteImage m => m.Row.Stamp?.Revision != state.Row?.Revision || ")),
        new("the polls do not hear of deletions", "architecture 5", 1, new Mutation(
            "ActorSync/Feeds/SeenImages.cs", "_seen[sfid] = (seen.Stamp, true, seen.Fields);", "_seen[sfid] = seen;")),
    ];
}
