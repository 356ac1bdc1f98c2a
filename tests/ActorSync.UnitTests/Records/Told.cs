using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordMessage;
using static ActorSync.UnitTests.Records.Spec;

namespace ActorSync.UnitTests.Records;

/// <summary>What a record actor is told, in the words of the specs. Seconds are on every clock alike.</summary>
internal static class Told
{
    /// <summary>From the begin of a read until it is decided.</summary>
    public static readonly TimeSpan ReadTakes = TimeSpan.FromMilliseconds(100);

    public static LocalChange Inserted(double at, RowStamp stamp, FieldValues fields) =>
        new(1, "x", At(at), RowOperation.Insert, stamp, FieldValues.Empty, fields);

    public static LocalChange Updated(double at, RowStamp stamp, params (string Name, string? Old, string? New)[] changes) =>
        new(1, "x", At(at), RowOperation.Update, stamp, Fields([.. changes.Select(change => (change.Name, change.Old))]), Fields([.. changes.Select(change => (change.Name, change.New))]));

    public static LocalChange Deleted(double at, RowStamp stamp) => new(1, "x", At(at), RowOperation.Delete, stamp, Fields((Name, "Ada")), FieldValues.Empty);

    /// <summary>A read of the record under our external id that began in this second.</summary>
    public static RemoteImage Read(double began, double asOf, FieldValues fields, RowImage row, string sfid = "S1") =>
        new(sfid, fields.Has(ExternalId) ? fields : fields.With(ExternalId, Uuid), At(asOf), At(began), row);

    public static RowImage Row(RowStamp stamp, FieldValues fields, double? asOf = 0) => new(stamp, fields, asOf is { } at ? At(at) : null);

    public static RemoteDeleted ReadGone(double began, double at, string sfid = "S1") => new(sfid, At(at), At(began));

    public static WriteConfirmed Confirmed(int writeNo, double at, string sfid = "S1") => new(writeNo, Submission(writeNo), sfid, At(at));

    public static WriteRefused Refused(int writeNo, double at, string code = "FIELD_CUSTOM_VALIDATION_EXCEPTION") => new(writeNo, Submission(writeNo), code, "no", At(at));

    public static ReferencesAwaited Awaited(int writeNo, double at, params string[] fields) => new(writeNo, new FieldNames(fields), At(at));

    public static DoubtSettled Settled(int writeNo, double at, DoubtAnswer answer) => new(writeNo, Submission(writeNo), answer, At(at));

    public static Retry Retried(double at) => new("ada", At(at));

    public static Skip Skipped(double at) => new("ada", At(at));

    public static EditAndRetry Edited(double at, params (string Name, string? Value)[] fields) => new(Fields(fields), "ada", At(at));

    public static ChooseSide Chosen(double at, string field, Side side) => new(field, side, null, "ada", At(at));

    public static ChooseSide ChosenValue(double at, string field, string? value) => new(field, null, value, "ada", At(at));

    /// <summary>A change event in this second; its place in the stream is its second too.</summary>
    public static RemoteChanged Changed(double at, RowImage row, int? own, params (string Name, string? Value)[] fields) =>
        new("S1", new StreamPosition((long)(at * 1000), 1), Fields(fields), At(Math.Floor(at)), own, At(at), row);

    public static RowWriteResult Landed(double at, RowStamp? stamp, FieldValues before, FieldValues after) =>
        new(new RowWriteOutcome.Landed(stamp, before, after), At(at));

    public static RowWriteResult NotLanded(double at, RowWriteOutcome outcome) => new(outcome, At(at));

    public static Guid Submission(int writeNo) => new(writeNo, 0, 0, new byte[8]);
}
