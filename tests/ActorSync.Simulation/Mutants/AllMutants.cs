namespace ActorSync.Simulation.Mutants;

/// <summary>The broken products. Each breaks one rule; the simulation must notice each of them.</summary>
internal static partial class AllMutants
{
    private const string Records = "ActorSync.Domain/Records/";
    private const string Coordination = "ActorSync/Coordination/";

    /// <summary>Seeds within which each must be caught.</summary>
    public const int SeedsMax = 4000;

    /// <summary>All that must be caught.</summary>
    public static IReadOnlyList<Mutant> List => [.. OfRecords, .. OfLives, .. OfTheEngine, .. OfModes, .. OfCounters];

    /// <summary>Broken rules of the record.</summary>
    public static IReadOnlyList<Mutant> OfRecords { get; } =
    [
        new("a field is not barred after our write", "rule 4", 1003, new Mutation(
            Records + "FieldReading.cs",
            "state.Bars.TryGetValue(name, out var found) && found.AnsweredAt >= m.ReadBegan ? found : null;",
            "(FieldBar?)null;")),
        new("bars are lifted at the acknowledgement", "rule 4", 11, new Mutation(
            Records + "RecordEvolve.cs", "Life = Life.Alive,\n            Bars = Barred(state.Bars, write.Fields, e.At),\n            Parked = Settled(state),\n            Owed = state.DeletePending",
            "Life = Life.Alive,\n            Bars = RecordState.NoBars,\n            Parked = Settled(state),\n            Owed = state.DeletePending")),
        new("a write that is outside holds nothing back", "rule 4", 1001, new Mutation(
            Records + "FieldReading.cs", "if (local is not null || sent is not null)", "if (local is not null)")),
        new("a queued change holds nothing back", "rule 4", 1001, new Mutation(
            Records + "FieldReading.cs", "if (local is not null || sent is not null)", "if (sent is not null)")),
        new("what both sides agreed on is no echo", "rule 4", 1, new Mutation(
            Records + "FieldReading.cs", "(write.Fields.Is(name, remote) || write.Base.Is(name, remote));", "write.Fields.Is(name, remote);")),
        new("any image counts as later", "rule 4", 115, new Mutation(
            Records + "RemoteEvidence.cs", "state.SystemModstamp is not { } known || m.AsOf > known || (state.AskedAt(m.Sfid) < m.ReadBegan && !(state.StreamTakenAt > m.ReadBegan));", "true;")),
        new("every write of a field is made from what Salesforce holds", "rule 1", 326, new Mutation(
            Records + "LocalQueue.cs", "held = held.Without(write.Fields.Names);", "_ = held;")),
        new("one time of reading counts for all fields", "rule 4", 34, new Mutation(
            Records + "FieldReading.cs", "state.Bars.TryGetValue(name, out var found) && found.AnsweredAt >= m.ReadBegan ? found : null;",
            "state.Bars.TryGetValue(name, out var found) && state.Bars.Values.Min(bar => bar.AnsweredAt) >= m.ReadBegan ? found : null;")),
        new("a moved stamp proves a lost write", "rule 8", 2, new Mutation(
            "ActorSync.Domain/Submissions/DoubtTable.cs", "if (lost.Fields.All(sent => alive.Fields.Is(sent.Key, sent.Value)))", "if (!untouched || lost.Fields.All(sent => alive.Fields.Is(sent.Key, sent.Value)))")),
        new("an image is decided against a row that has moved on", "rule 0", 3492, new Mutation(
            Records + "RecordBehavior.cs", "RemoteImage m => m.Row.Stamp != state.Row || ", "RemoteImage m => ")),
        new("an empty bump is not noted", "rule 0", 2, new Mutation(
            Records + "LocalEvolve.cs", "state.IsEnded(e.Stamp) ? state : state with { Row = Latest(state, e.Stamp) };", "state;")),
        new("folding crosses an offer", "rule 1", 1, new Mutation(
            Records + "RecordEvolve.cs", "{ Operation: WriteOperation.Update, Fields.IsEmpty: true } ? state.Queue : state.Queue.RemoveAt(0),", "{ Operation: WriteOperation.Update } ? state.Queue : state.Queue.RemoveAt(0),")),
        new("birth and delete before an offer are both forgotten with the rest", "rule 1", 1, new Mutation(
            Records + "LocalQueue.cs", "(WriteOperation.Update, WriteOperation.Delete) => Replace(queue, Behind(last, next)),", "(WriteOperation.Update, WriteOperation.Delete) => queue,")),
        new("an offer is made while a write is outside", "rule 2", 1, new Mutation(
            Records + "RecordDecision.cs", "if (State.Outstanding is not null || ", "if (")),
        new("a straggling outcome is news", "rule 4", 10, new Mutation(
            Records + "WriteOutcomes.cs", "if (writeNo != outstanding?.WriteNo)", "if (writeNo != outstanding?.WriteNo && (outstanding is null || outcome is not WriteConfirmed))")),
        new("a field that Salesforce has not changed is contested", "rule 8", 2, new Mutation(
            Records + "WriteOutcomes.cs", "outside.Write.Base.Is(name, found.Fields[name])", "outside.Write.Base.Is(name, \"\")")),
        new("changes of one life are ordered by the id of the log", "rule 1", 1, new Mutation(
            Records + "LocalEvolve.cs", "state.Row is not { } seen || seen.Birth != write.Stamp.Birth || seen <= write.Stamp", "state.Row is not { } seen || seen.Birth != write.Stamp.Birth || seen.Birth >= 0")),
        new("a life has no number", "rule 1", 1, new Mutation(
            Records + "RecordId.cs", "IComparable<RowStamp>\n{", "IComparable<RowStamp>\n{\n    public long Birth { get; init; } = 1;\n")),
        new("what a BEFORE trigger makes of our values is lost", "rule 0", 17, new Mutation(
            Records + "RecordBehavior.cs", "if (rewritten.IsEmpty || landed.Stamp is not { } stamp)", "if (landed.Stamp is not { } stamp || stamp.Revision > 0)")),
    ];

    /// <summary>A broken engine around them.</summary>
    public static IReadOnlyList<Mutant> OfTheEngine { get; } =
    [
        new("an update is an upsert", "rule 2", 1001,
            new Mutation(Coordination + "SoapLane.cs", "WriteOperation.Update => await soap.UpdateAsync(mapping.ObjectName, [.. writes.Select(write => Record(mapping, write))], client, stop),",
                "WriteOperation.Update => await soap.UpsertAsync(mapping.ObjectName, mapping.ExternalIdField, [.. writes.Select(write => Record(mapping, write) with { Id = null })], client, stop),"),
            new Mutation(Coordination + "WireRecord.cs", "if (write.Operation == WriteOperation.Insert)", "if (write.Operation != WriteOperation.Delete)")),
        new("a lost answer is a refusal before execution", "rule 3", 1, new Mutation(
            Coordination + "SubmissionCoordinator.cs", "answer?.Fault is SyncFault.InDoubt lost)", "answer?.Fault is SyncFault.InDoubt lost && lost.Code.Length == 0)")),
        new("an orphan delete is dropped", "rule 7", 751, new Mutation(
            "ActorSync/Records/RecordSink.cs", "return [.. orphans.Select(", "return [.. orphans.Take(0).Select(")),
        new("the probe comes before the settle limit", "rule 8", 1, new Mutation(
            Coordination + "SubmissionCoordinator.cs", ".Where(lost => _now >= lost.SettledAt)", ".Where(lost => _now >= lost.Submission.StartedAt)")),
        new("a turn is not fenced", "architecture 4", 1001, new Mutation(
            "ActorSync.Runtime/Turns/Turn.cs", "if (_before.Count > 0)\n            {\n                await FenceAsync", "if (_before.Count < 0)\n            {\n                await FenceAsync")),
        new("the cursor moves apart from its messages", "architecture 3", 20, new Mutation(
            "ActorSync.Runtime/Sharding/HeldLease.cs", "(JournalSeq, Snap, Window, WindowId, Cursor) = (before.JournalSeq, before.Snap, before.Window, before.WindowId, before.Cursor);",
            "(JournalSeq, Cursor) = (before.JournalSeq, before.Cursor);")),
        new("a commit whose answer is lost counts as done", "architecture 3", 247, new Mutation(
            "ActorSync.Runtime/Turns/Turn.cs", "if (!await HappenedAsync())", "if (!await HappenedAsync() && _before.Count == 0)")),
        new("a write leaves before its submission is journaled", "architecture 5", 2,
            new Mutation(Coordination + "SubmissionCoordinator.cs", "await CrashPoints.ReachAsync(CrashPoint.BeforeJournal);", "foreach (var early in started) { _calls.Send(early, began, abandon); }"),
            new Mutation(Coordination + "SubmissionCoordinator.cs", "            _calls.Send(submission, began, abandon);\n", "")),
        new("after a crash what was started is taken as never sent", "architecture 5", 1001, new Mutation(
            Coordination + "SubmissionCoordinator.cs", "(await _journal.OpenAsync(stop)).Select(_suspects.Open)", "(await _journal.OpenAsync(stop)).Take(0)")),
        new("polls do not overlap", "architecture 5", 38, new Mutation(
            "ActorSync/Feeds/ObjectFeed.cs", "await PollAsync((_cursor.DeepSince ?? since) - options.Overlap, stop);", "await PollAsync(since, stop);")),
        new("a call leaves however late", "architecture 5", 1387, new Mutation(
            Coordination + "SubmissionCalls.cs", ": IsLate(began) ? NotSent", ": IsLate(began) && began < 0 ? NotSent")),
    ];
}
