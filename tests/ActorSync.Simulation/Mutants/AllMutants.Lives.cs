namespace ActorSync.Simulation.Mutants;

internal static partial class AllMutants
{
    /// <summary>Broken births, deletions and undeletions, and what a record makes of lost writes.</summary>
    public static IReadOnlyList<Mutant> OfLives { get; } =
    [
        new("a local delete is revived by an image", "rule 6", 1001, new Mutation(
            Records + "RemoteEvidence.cs", "if (decision.State.DeletePending)", "if (decision.State.DeletePending && m.AsOf == default)")),
        new("former lives are forgotten", "rule 7", 35, new Mutation(
            Records + "RecordEvolve.cs", "if (sfid is null || state.FormerSfids.Contains(sfid))", "if (sfid is not null || state.FormerSfids.Contains(sfid!))")),
        new("evidence of a former life is taken", "rule 4", 191, new Mutation(
            Records + "RemoteEvidence.cs", "        if (state.FormerSfids.Contains(m.Sfid))\n        {\n            return Revived(decision, m);", "        if (state.FormerSfids.Contains(m.Sfid) && m.Sfid.Length == 0)\n        {\n            return Revived(decision, m);")),
        new("a remote delete forgets the write that is outside", "rule 7", 4, new Mutation(
            Records + "RemoteEvidence.cs", "(write.Sfid ?? state.Sfid) == sfid ? write.Write.Fields : FieldValues.Empty;", "(write.Sfid ?? state.Sfid) == sfid && write.Write.Fields.IsEmpty ? write.Write.Fields : FieldValues.Empty;")),
        new("a write proved not applied is forgotten", "rule 8", 2, new Mutation(
            Records + "RecordEvolve.cs", "return state with { Outstanding = null, Queue = left,", "return state with { Outstanding = null, Queue = refused ? left : state.Queue,")),
        new("a birth that was deleted is made again", "rule 8", 1029, new Mutation(
            "ActorSync.Domain/Submissions/DoubtTable.cs", "return deleted.Count == 0 ? new DoubtAnswer.NotApplied()", "return deleted.Count >= 0 ? new DoubtAnswer.NotApplied()")),
        new("a birth in doubt is answered by a former life", "rule 8", 35, new Mutation(
            Records + "WriteOutcomes.cs", "when write.Write.Operation == WriteOperation.Insert && write.Sfid is null && decision.State.FormerSfids.Contains(a.Sfid):", "when write.Write.Operation == WriteOperation.Insert && a.Sfid.Length == 0:")),
        new("a locked row counts as written", "architecture 6", 11, new Mutation(
            Records + "RecordBehavior.cs", "case RowWriteOutcome.Locked or RowWriteOutcome.Moved:", "case RowWriteOutcome.Locked:\n                decision.Add(new RowWritten(owed.Operation, decision.State.Row, owed.Fields, owed.Status, m.At));\n                break;\n            case RowWriteOutcome.Moved:")),
        new("a deletion takes the changes of the next life with it", "rule 7", 18, new Mutation(
            Records + "RecordEvolve.cs", "Queue = [.. state.Queue.SkipWhile(write => write.Operation != WriteOperation.Insert)], Outstanding", "Queue = [.. state.Queue.Where(write => write.Operation == WriteOperation.Insert)], Outstanding")),
        new("what was outside before a record was deleted and undeleted is its outcome", "rule 7", 986, new Mutation(
            Records + "RecordEvolve.cs", "outside.Sfid == e.Sfid ? outside with { Ended = true }", "outside.Sfid == e.Sfid ? outside")),
        new("a record deleted about the second of its stamp is not read again", "rule 6", 1399, new Mutation(
            Records + "WriteOutcomes.cs", "else if (!(state.SystemModstamp <= at - StampIsOver))", "else if (state.SystemModstamp == at - StampIsOver)")),
        new("a record that lost its place is not spoken of", "rule 4", 154, new Mutation(
            Records + "RemoteEvidence.cs", "else if (m.ReadBegan >= state.EvidenceReadBegan && m.Fields.Is(decision.Mapping.ExternalIdField, null))", "else if (m.Fields.IsEmpty)")),
        new("a row stays with a record that cannot have its external id", "rule 4", 893, new Mutation(
            Records + "RemoteEvidence.cs", "if (isUnderOurs && !state.DeletePending && ", "if (isUnderOurs && m.Fields.IsEmpty && ")),
        new("a birth behind a delete becomes an update", "rule 1", 1659, new Mutation(
            Records + "LocalQueue.cs", "[.. queue.TakeWhile(IsOfThisLife).Select(AsUpdate)", "[.. queue.Select(AsUpdate)"),
            new Mutation(Records + "LocalQueue.cs", ", .. queue.SkipWhile(IsOfThisLife)];", "];")),
        new("a birth that is outside when a delete loses is the row's", "rule 6", 126, new Mutation(
            Records + "RecordEvolve.cs", "state.Outstanding is { Write.Operation: not WriteOperation.Delete } outside && (outside", "state.Outstanding is { Write.Operation: WriteOperation.Update } outside && (outside")),
        new("an answer about one record closes what was asked of another", "rule 4", 32, new Mutation(
            Records + "RecordEvolve.cs", "var asked = state.ReadBacks.SetItem(e.Sfid, e.At);", "var asked = RecordState.NoReadBacks.SetItem(e.Sfid, e.At);")),
        new("the polls do not hear of deletions", "architecture 5", 114, new Mutation(
            "ActorSync/Feeds/SeenImages.cs", "_seen[sfid] = (seen.Stamp, true, seen.Fields);", "_seen[sfid] = seen;")),
    ];
}
