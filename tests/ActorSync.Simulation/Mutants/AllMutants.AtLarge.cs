namespace ActorSync.Simulation.Mutants;

internal static partial class AllMutants
{
    /// <summary>Broken rules that the simulation has caught in other schedules, and not within <see cref="SeedsMax"/> seeds of this one: what it takes too rarely meets in one run. Hunted only by name.</summary>
    public static IReadOnlyList<Mutant> AtLarge { get; } =
    [
        new("a record deleted about the second of its stamp is not read again", "rule 6", 1, new Mutation(
            Records + "WriteOutcomes.cs", "else if (!(state.SystemModstamp <= at - StampIsOver))", "else if (state.SystemModstamp == at - StampIsOver)")),
        new("a record that lost its place is not spoken of", "rule 4", 1, new Mutation(
            Records + "RemoteEvidence.cs", "else if (m.ReadBegan >= state.EvidenceReadBegan && m.Fields.Is(decision.Mapping.ExternalIdField, null))", "else if (m.Fields.IsEmpty)")),
        new("a birth behind a delete becomes an update", "rule 1", 1, new Mutation(
            Records + "LocalQueue.cs", "[.. queue.TakeWhile(IsOfThisLife).Select(AsUpdate)", "[.. queue.Select(AsUpdate)"),
            new Mutation(Records + "LocalQueue.cs", ", .. queue.SkipWhile(IsOfThisLife)];", "];")),
        new("a birth that is outside when a delete loses is the row's", "rule 6", 1, new Mutation(
            Records + "RecordEvolve.cs", "state.Outstanding is { Write.Operation: not WriteOperation.Delete } outside && (outside", "state.Outstanding is { Write.Operation: WriteOperation.Update } outside && (outside")),
        new("a counter forgets which read its row came from", "rule 9", 1, new Mutation(
            Records + "Counters.cs", "return new CounterField(Text(known), \"0\", null, since) { ReadAsOf = asOf, ReadBegan = began };", "_ = asOf; _ = began; return new CounterField(Text(known), \"0\", null, since);")),
        new("a read from before an event takes a counter back", "rule 5, counter", 1, new Mutation(
            Records + "RemoteEvidence.cs", " && !(state.StreamTakenAt > m.ReadBegan));", ");")),
    ];
}
