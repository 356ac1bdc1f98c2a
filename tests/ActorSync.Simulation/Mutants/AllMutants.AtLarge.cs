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
        new("an event told twice counts twice", "rule 9", 1, new Mutation(
            Records + "Counters.cs", "if (last >= m.Position)", "if (last > m.Position)")),
        new("missing events are forgotten while the birth is outside", "rule 5, counter", 1, new Mutation(
            Records + "RecordBehavior.cs", "ChangesMissed m => MayBeBirthOutside(state, m.Sfid),", "ChangesMissed => false,")),
        new("an event received before a read began counts again", "rule 9", 1, new Mutation(
            Records + "Counters.cs", "return m.AsOf < asOf || m.Seen < began;", "_ = began; return m.AsOf < asOf;")),
        new("a skipped change is what the next one is made from", "record semantics, operator", 1, new Mutation(
            Records + "OperatorEvolve.cs", "GivenUp = dropped?.Operation == WriteOperation.Update", "GivenUp = dropped?.Operation < WriteOperation.Insert")),
        new("an event in the second of a read is taken for the later one", "rule 9", 1, new Mutation(
            Records + "Counters.cs", "if (m.AsOf == LatestRead(state, open, m).AsOf)", "if (m.Fields.IsEmpty)")),
        new("a row stays with a record that cannot have its external id", "rule 4", 1, new Mutation(
            Records + "RemoteEvidence.cs", "if (isUnderOurs && !state.DeletePending && ", "if (isUnderOurs && m.Fields.IsEmpty && ")),
        new("an answer about one record closes what was asked of another", "rule 4", 1, new Mutation(
            Records + "RecordEvolve.cs", "var asked = state.ReadBacks.SetItem(e.Sfid, e.At);", "var asked = RecordState.NoReadBacks.SetItem(e.Sfid, e.At);")),
    ];
}
