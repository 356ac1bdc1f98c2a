namespace ActorSync.Simulation.Mutants;

internal static partial class AllMutants
{
    /// <summary>Broken modes and policies, and what operators rely on.</summary>
    public static IReadOnlyList<Mutant> OfModes { get; } =
    [
        new("ordered changes are folded", "rule 1", 6, new Mutation(
            Records + "RecordBehavior.cs", "decision.Mapping.Mode == WriteMode.Ordered && decision.State.Parked is not", "decision.Mapping.Mode < WriteMode.Merged && decision.State.Parked is not")),
        new("ordered changes go in any order", "rule 1", 1, new Mutation(
            Records + "LocalQueue.cs", "_ => queue.Length < OrderedWritesMax ? queue.Add(next) : null,", "_ => queue.Length < OrderedWritesMax ? queue.Insert(0, next) : null,")),
        new("a change in front of a delete waits for a read that has come", "rule 6", 40, new Mutation(
            Records + "RemoteEvidence.cs", "if (!linked || news || answer)", "if (!linked || news)")),
        new("what was born and gone is sent all the same", "rule 1", 4, new Mutation(
            Records + "LocalQueue.cs", "(WriteOperation.Insert, WriteOperation.Delete) => queue.RemoveAt(queue.Length - 1),", "(WriteOperation.Insert, WriteOperation.Delete) => queue.Add(next),"),
            new Mutation(Records + "LocalEvolve.cs", "var nobody = state.Sfid is null && !state.BirthOutside;", "var nobody = state.Sfid is null && !state.BirthOutside && state.Queue.IsEmpty;")),
        new("a delete while the birth is outside has nobody to go to", "rule 6", 4, new Mutation(
            Records + "LocalEvolve.cs", "var nobody = state.Sfid is null && !state.BirthOutside;", "var nobody = state.Sfid is null;")),
        new("a delete that lost is sent all the same", "rule 6", 45, new Mutation(
            Records + "RecordEvolve.cs", "Queue = [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)], Outstanding", "Queue = e.Remote == \"changed\" ? state.Queue : [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)], Outstanding")),
        new("what is outside when a delete loses belongs to the row that comes back", "rule 6", 45, new Mutation(
            Records + "RecordEvolve.cs", "Outstanding = e.Remote == \"changed\" ? Ended(state) : state.Outstanding", "Outstanding = state.Outstanding")),
        new("a row that was to stay marked is deleted", "rule 7", 1, new Mutation(
            Records + "RemoteEvidence.cs", "Soft: decision.Mapping.Delete == DeletePolicy.SoftDelete", "Soft: decision.Mapping.Delete < DeletePolicy.DeleteWins")),
        new("a field has no policy of its own", "rule 5", 3, new Mutation(
            "ActorSync.Domain/Mapping/ObjectMapping.cs", "Field(field)?.Policy ?? Policy", "Policy")),
        new("a frozen field is sent", "rule 5", 177, new Mutation(
            Records + "ConflictInbox.cs", "var frozen = e.New.Where((name, _) => state.Inbox.ContainsKey(name));", "var frozen = e.New.Where((name, _) => name.Length == 0);")),
        new("news of a frozen field go to the row", "rule 5", 79, new Mutation(
            Records + "FieldReading.cs", "                    : FieldReading.Frozen;", "                    : FieldReading.News;")),
        new("what was chosen does not reach Salesforce", "rule 5", 20, new Mutation(
            Records + "ConflictInbox.cs", "else if (e.Value != e.Remote)", "else if (e.Value != e.Remote && e.At == default)")),
        new("what was chosen does not reach the row", "rule 5", 2, new Mutation(
            Records + "ConflictInbox.cs", "return e.Value == e.Local ? next :", "return e.Value == e.Local || e.At != default ? next :")),
        new("a value set to itself is no change", "rule 1", 7, new Mutation(
            "ActorSync/Capture/LocalChanges.cs", "differing.Has(name) || row.Mapping.Field(name) is { Intent: true });", "differing.Has(name));")),
        new("what an operator corrects does not reach the row", "record semantics, operator", 34, new Mutation(
            Records + "OperatorEvolve.cs", "Owed = state.Row is null ? state.Owed : OwedRow.Of(state, fields, new RowStatus()),", "Owed = state.Owed,")),
        new("a lost value that was set to itself counts as applied", "rule 8", 370, new Mutation(
            "ActorSync.Domain/Submissions/DoubtTable.cs", "return !isRepetition ?", "return !isRepetition || alive.Sfid.Length > 0 ?")),
        new("a skipped change is what the next one is made from", "record semantics, operator", 475, new Mutation(
            Records + "OperatorEvolve.cs", "GivenUp = dropped?.Operation == WriteOperation.Update", "GivenUp = dropped?.Operation < WriteOperation.Insert")),
    ];

    /// <summary>Broken counting.</summary>
    public static IReadOnlyList<Mutant> OfCounters { get; } =
    [
        new("a counter is sent as a value", "rule 5, counter", 2, new Mutation(
            Records + "Counters.cs", "foreach (var (name, value) in m.New.Where((name, _) => IsCounter(decision, name) && !before.Inbox.ContainsKey(name)))", "foreach (var (name, value) in FieldValues.Empty)")),
        new("what our write of a counter overwrote is gone", "rule 5, counter", 13, new Mutation(
            Records + "Counters.cs", "var overwritten = Read(counter.Known) - Read(write.Base);", "var overwritten = 0m; _ = write;")),
        new("a late event is dropped", "rule 5, counter", 608, new Mutation(
            Records + "Counters.cs", "            TakeLate(decision, m, counters);\n            return;", "            return;")),
        new("missing events are nobody's business", "rule 5, counter", 16, new Mutation(
            Records + "RecordBehavior.cs", "                Counters.Miss(decision, m);\n", "")),
        new("a counter in doubt counts as written", "rule 8", 258, new Mutation(
            Records + "Counters.cs", "decision.State.Counters.Where(counter => counter.Value.Outside?.WriteNo == writeNo)", "decision.State.Counters.Where(counter => counter.Value.Outside?.WriteNo < 0 && writeNo > 0)")),
        new("what is counted before a birth is added to it", "rule 5, counter", 418, new Mutation(
            Records + "Counters.cs", "|| before.Queue.Any(write => write.Operation == WriteOperation.Insert))", "|| before.Queue.Any(write => write.Operation > WriteOperation.Delete))")),
        new("a counter forgets which read its row came from", "rule 9", 837, new Mutation(
            Records + "Counters.cs", "return new CounterField(Text(known), \"0\", null, since) { ReadAsOf = asOf, ReadBegan = began };", "_ = asOf; _ = began; return new CounterField(Text(known), \"0\", null, since);")),
        new("a read from before an event takes a counter back", "rule 5, counter", 459, new Mutation(
            Records + "RemoteEvidence.cs", " && !(state.StreamTakenAt > m.ReadBegan));", ");")),
        new("an event told twice counts twice", "rule 9", 2, new Mutation(
            Records + "Counters.cs", "if (last >= m.Position)", "if (last > m.Position)")),
        new("missing events are forgotten while the birth is outside", "rule 5, counter", 55, new Mutation(
            Records + "RecordBehavior.cs", "ChangesMissed m => MayBeBirthOutside(state, m.Sfid) || (m.Position < state.StreamOwnAt && m.Row?.Stamp != state.Row),", "ChangesMissed m => m.Position < state.StreamOwnAt && m.Row?.Stamp != state.Row,")),
        new("an event received before a read began counts again", "rule 9", 127, new Mutation(
            Records + "Counters.cs", "return m.AsOf < asOf || m.Seen < began;", "_ = began; return m.AsOf < asOf;")),
        new("an event in the second of a read is taken for the later one", "rule 9", 350, new Mutation(
            Records + "Counters.cs", "if (m.AsOf == LatestRead(state, open).AsOf)", "if (m.Fields.IsEmpty)")),
        new("a value still owed overwrites what the application has said since", "rule 1", 649, new Mutation(
            Records + "LocalEvolve.cs", "            Owed = state.Owed?.Without(e.New.Names),\n", "            Owed = state.Owed,\n")),
    ];
}
