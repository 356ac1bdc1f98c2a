using System.Collections.Immutable;
using System.Diagnostics;
using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.Audit;

/// <summary>Tells a record's journal: when, who, what changed from what to what, which submission. Pure.</summary>
internal static class RecordTimeline
{
    /// <summary>One line per event, oldest first.</summary>
    public static ImmutableArray<TimelineLine> Of(IEnumerable<JournaledEvent> journal)
    {
        var lines = ImmutableArray.CreateBuilder<TimelineLine>();
        var offered = new Dictionary<int, WriteOffered>();
        foreach (var entry in journal)
        {
            if (entry.Event is WriteOffered write)
            {
                offered[write.WriteNo] = write;
            }

            lines.Add(Line(entry, offered));
        }

        return lines.ToImmutable();
    }

    private static TimelineLine Line(JournaledEvent entry, Dictionary<int, WriteOffered> offered)
    {
        var told = Tell(entry.Event, offered);
        var (who, transaction) = WhoOf(entry.Event);
        return new TimelineLine(entry.Seq, entry.At, who, transaction, entry.Name, told.Text, told.Changes, SubmissionOf(entry.Event));
    }

    private static (string Text, ImmutableArray<FieldChange> Changes) Tell(RecordEvent @event, Dictionary<int, WriteOffered> offered) => @event switch
    {
        LocalChanged e => ($"{Verb(e.Operation)} the row (revision {e.Stamp})", ChangesOf(e)),
        RowTouched e => ($"touched the row without changing a mapped field (revision {e.Stamp})", []),
        WriteOffered e => ($"offered write {e.WriteNo}: {Name(e.Operation)}{Addressee(e.Sfid)}{Without(e.Deferred)}", Between(e.Base, e.Fields, fromUnknown: e.Operation == WriteOperation.Insert)),
        WriteApplied e => ($"Salesforce applied write {e.WriteNo}{Of(offered, e.WriteNo)} to {e.Sfid}{(e.Submission == Guid.Empty ? ", as a read proved" : "")}", []),
        WriteNotApplied e => ($"write {e.WriteNo}{Of(offered, e.WriteNo)} had been lost; looked up: not applied, queued again", []),
        ReferencesDeferred e => ($"write {e.WriteNo}{Of(offered, e.WriteNo)} and records it refers to waited for each other: it goes without {e.Fields}, which follow", []),
        WriteOverwritten e => ($"write {e.WriteNo} had been lost; looked up: {e.Sfid} was changed by somebody else since{Kept(e.Kept)}", []),
        WriteRejected e => ($"Salesforce refused write {e.WriteNo}{Of(offered, e.WriteNo)}: {e.Code}: {e.Reason}", []),
        RecordParked e => ($"parked: {e.Error.Source} refused {e.Error.Operation}: {e.Error.Code}: {e.Error.Message}", []),
        RemoteTaken e => ($"{(e.Insert ? "showed a new record" : "showed a change of")} {e.Sfid} (modified {Time(e.AsOf)})", Between(e.Old, e.New, fromUnknown: e.Insert)),
        ReadBackAsked e => ($"asked for a fresh read of {e.Sfid}: {e.Reason}", []),
        ConflictResolved e => (Conflict(e), e.Field == "*" ? [] : [Settled(e)]),
        AdoptionQueued e => ("queued our external id for Salesforce", [new FieldChange(e.Field, e.Found, e.ExternalId)]),
        RemoteDeletionTaken e => ($"deleted {e.Sfid} ({Time(e.DeletedAt)})", []),
        RemoteUndeletionTaken e => ($"undeleted {e.Sfid}", []),
        RemoteMergeTaken e => ($"merged {e.Sfid} into {e.Into}{(e.Moved ? ", which the row follows" : ", which has a row of its own")}", []),
        RemoteDisplaced e => ($"{(e.Field is null ? "undeleted" : "left")} {e.Sfid} without an external id; {e.By ?? "a record that is being born"} has its place{(e.Field is null ? "" : ", and the row follows to that")}: give it an external id of its own in Salesforce", []),
        RowWritten e => (Written(e), Between(FieldValues.Empty, e.Fields, fromUnknown: true)),
        ChangeEventTaken e => ($"told a change of {e.Sfid} ({Time(e.AsOf)}{(e.OwnWrite is { } own ? $", our write {own}" : "")})", Between(FieldValues.Empty, e.Fields, fromUnknown: true)),
        ChangeEventsMissed e => ($"told that changes of {e.Sfid} are missing: {e.Reason}", []),
        CounterCounted e => ($"{e.By} added {e.Delta} to {e.Field}: Salesforce has {e.Now.Known}, still to be sent {e.Now.Delta}", []),
        ConflictFrozen e => ($"{e.Field} waits for somebody to choose: here {Show(e.Local)}, there {Show(e.Remote)}, before {Show(e.Base)} ({e.Reason})", []),
        ConflictChosen e => ($"{e.By} chose {(e.Side is { } side ? $"the value of {side}" : "a value")} for {e.Field}: {Show(e.Value)}", [.. Chosen(e)]),
        OperatorActed e => ($"{e.By} {ActionOf(e)}", Between(FieldValues.Empty, e.Action == OperatorAction.Edit ? e.Fields : FieldValues.Empty, fromUnknown: true)),
        Unexpected e => ($"could make no sense of {e.Message}; nothing was changed", []),
        _ => throw new UnreachableException(@event.GetType().Name),
    };

    private static (Actor Who, string? Transaction) WhoOf(RecordEvent @event) => @event switch
    {
        LocalChanged { ByTrigger: true } => (Actor.ApplicationTrigger, null),
        LocalChanged e => (Actor.Application, e.Xid.Length > 0 ? e.Xid : null),
        RowTouched => (Actor.Application, null),
        OperatorActed or ConflictChosen => (Actor.Operator, null),
        ChangeEventTaken or ChangeEventsMissed or RemoteMergeTaken or RemoteTaken or RemoteDeletionTaken or RemoteUndeletionTaken or RemoteDisplaced => (Actor.Salesforce, null),
        _ => (Actor.Engine, null),
    };

    private static Guid? SubmissionOf(RecordEvent @event) => @event switch
    {
        WriteApplied e => e.Submission == Guid.Empty ? null : e.Submission,
        WriteNotApplied e => e.Submission,
        WriteOverwritten e => e.Submission,
        WriteRejected e => e.Submission,
        _ => null,
    };

    private static ImmutableArray<FieldChange> ChangesOf(LocalChanged e) => e.Operation switch
    {
        RowOperation.Insert => Between(FieldValues.Empty, e.New.Where((_, value) => value is not null), fromUnknown: false),
        RowOperation.Delete => Between(e.Old.Where((_, value) => value is not null), FieldValues.Empty, fromUnknown: false),
        _ => Between(e.Old, e.New, fromUnknown: false),
    };

    private static ImmutableArray<FieldChange> Between(FieldValues old, FieldValues now, bool fromUnknown) =>
        [.. old.Names.Union(now.Names).Order(StringComparer.Ordinal).Select(name => new FieldChange(name, old[name], now[name], fromUnknown && !old.Has(name)))];

    private static FieldChange Settled(ConflictResolved e) =>
        e.Winner == Side.Postgres ? new FieldChange(e.Field, e.Remote, e.Local) : new FieldChange(e.Field, e.Local, e.Remote);

    private static IEnumerable<FieldChange> Chosen(ConflictChosen e) =>
        new[] { e.Local, e.Remote }.Where(value => value != e.Value).Distinct().Select(value => new FieldChange(e.Field, value, e.Value));

    private static string Conflict(ConflictResolved e) =>
        $"both sides changed {(e.Field == "*" ? "the record" : e.Field)}: here {Show(e.Local)}, there {Show(e.Remote)}, before {Show(e.Base)}; {e.Winner} wins ({e.Reason})";

    private static string Written(RowWritten e)
    {
        var status = new[]
        {
            e.Status.Sfid is { } sfid ? $"sfid {sfid}" : null,
            e.Status.IsDeleted is { } gone ? $"isdeleted {(gone ? "true" : "false")}" : null,
            e.Status.LastOp is { } op ? $"_hc_lastop {op}" : null,
            e.Status.Error is { Length: > 0 } error ? $"_hc_err {error}" : null,
        };
        var said = string.Join(", ", status.Where(part => part is not null));
        return $"{(e.Operation == RowOperation.Insert ? "created" : e.Operation == RowOperation.Delete ? "deleted" : "wrote")} the row"
            + (e.Stamp is { } stamp ? $" (revision {stamp})" : "") + (said.Length > 0 ? $": {said}" : "");
    }

    private static string ActionOf(OperatorActed e) => e.Action switch
    {
        OperatorAction.Retry => "let the record try again",
        OperatorAction.Skip => $"skipped {(e.Operation is { } operation ? $"the {Name(operation)}" : "what it waited for")}{(e.Fields.IsEmpty ? "" : $": {e.Fields} was dropped")}",
        _ => "corrected the refused write and let it try again",
    };

    private static string Of(Dictionary<int, WriteOffered> offered, int writeNo) =>
        offered.TryGetValue(writeNo, out var write) ? $" ({Name(write.Operation)})" : "";

    private static string Kept(FieldValues kept) => kept.IsEmpty ? "" : $"; we keep {string.Join(", ", kept.Names)}";

    private static string Without(FieldValues? deferred) => deferred is null ? "" : $" without {string.Join(", ", deferred.Names)}, to follow when it is born";

    private static string Addressee(string? sfid) => sfid is null ? "" : $" of {sfid}";

    private static string Verb(RowOperation operation) => operation switch
    {
        RowOperation.Insert => "inserted",
        RowOperation.Delete => "deleted",
        _ => "updated",
    };

    private static string Name(WriteOperation operation) => operation switch
    {
        WriteOperation.Insert => "insert",
        WriteOperation.Delete => "delete",
        _ => "update",
    };

    private static string Show(string? value) => value is null ? "empty" : $"'{value}'";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
