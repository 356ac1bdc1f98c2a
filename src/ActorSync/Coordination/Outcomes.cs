using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>What an answered submission means: messages for its records, and writes that go again under another submission id.</summary>
/// <param name="Again">Each after its own time.</param>
/// <param name="Fault">Of the whole call, or of the part of a job that did not run.</param>
internal sealed record Outcomes(IReadOnlyList<Delivery<RecordMessage>> Messages, IReadOnlyList<(OfferedWrite Write, TimeSpan After)> Again, string? Fault)
{
    /// <summary>A write that as many jobs were to carry, of which nothing came, goes by SOAP: an upload too large or too slow for what is between us and the org stays so.</summary>
    public const int VainJobsMax = 3;

    /// <summary>Writes of which the answer says nothing: they are in doubt.</summary>
    public IReadOnlyList<OfferedWrite> Lost { get; init; } = [];

    /// <summary>Reads an answer that says plainly what happened.</summary>
    /// <param name="contendsFor">Whose lock a write needs.</param>
    /// <param name="at">Database clock after the answer.</param>
    /// <param name="lot">A random number from 0 to below 1.</param>
    public static Outcomes Of(
        Submission submission, LaneAnswer answer, RetryPolicy retry, Func<OfferedWrite, RecordId> contendsFor, DateTimeOffset at, double lot) =>
        answer.Results is not null ? OfResults(submission, answer, retry, contendsFor, at, lot)
        : answer.IsVainJob ? OfFault(submission with { Writes = [.. submission.Writes.Select(InVain)] }, answer.Fault!, retry, at, lot)
        : answer.BySoap ? AllAgain(submission with { Writes = [.. submission.Writes.Select(write => write with { BySoap = true })] }, TimeSpan.Zero, answer.Fault!)
        : OfFault(submission, answer.Fault!, retry, at, lot);

    /// <summary>Reads the answers of a probe.</summary>
    public static Outcomes OfDoubt(Submission submission, IReadOnlyList<DoubtAnswer> answers, DateTimeOffset at) =>
        new([.. submission.Writes.Zip(answers, (write, answer) => Message(write, new RecordMessage.DoubtSettled(write.WriteNo, submission.Id, answer, at)))], [], null);

    /// <summary>A birth is not sent: it and births it refers to wait for each other.</summary>
    public static Delivery<RecordMessage> Awaited(OfferedWrite birth, FieldNames references, DateTimeOffset at) =>
        Message(birth, new RecordMessage.ReferencesAwaited(birth.WriteNo, references, at));

    private static Outcomes OfResults(
        Submission submission, LaneAnswer answer, RetryPolicy retry, Func<OfferedWrite, RecordId> contendsFor, DateTimeOffset at, double lot)
    {
        var results = answer.Results!;
        var again = new Passing(retry, lot);
        var rest = new List<(OfferedWrite Write, TimeSpan After)>();
        SyncFault? unprocessed = null;
        SyncFault? untold = null;
        var lost = new List<OfferedWrite>();
        var messages = new List<Delivery<RecordMessage>>(results.Count);
        foreach (var (write, result) in submission.Writes.Zip(results))
        {
            if (result.Success)
            {
                messages.Add(Message(write, new RecordMessage.WriteConfirmed(write.WriteNo, submission.Id, result.Id ?? write.Sfid!, at)));
            }
            else if (result.Fault is SyncFault.NotExecuted fault)
            {
                // Of a job that ended early: no attempt is counted, for nothing was tried.
                unprocessed = fault;
                rest.Add((write, Longer(fault.RetryAfter, retry.FirstDelay * (0.5 + lot))));
            }
            else if (result.Fault is SyncFault.InDoubt)
            {
                untold = result.Fault;
                lost.Add(write);
            }
            else if (!IsPassing(write, result) || !again.Add(write, result.Fault!, IsLock(result) ? contendsFor(write) : null))
            {
                messages.Add(Message(write, Refused(submission, write, result.Fault!, at)));
            }
        }

        return new Outcomes(messages, [.. again.Writes, .. rest], (untold ?? unprocessed)?.ToString()) { Lost = lost };
    }

    private static OfferedWrite InVain(OfferedWrite write) => write with { VainJobs = write.VainJobs + 1, BySoap = write.BySoap || write.VainJobs + 1 >= VainJobsMax };

    private static bool IsLock(WriteResult result) => result.Fault!.Code is "UNABLE_TO_LOCK_ROW" or "RECORD_IN_USE_BY_WORKFLOW";

    // A lock or a limit passes; so does a parent that is about to be born.
    private static bool IsPassing(OfferedWrite write, WriteResult result) =>
        result.Fault is SyncFault.Transient or SyncFault.Throttled
        || (write.Operation != WriteOperation.Delete
            && result.Errors.Any(error => error.StatusCode == "INVALID_FIELD" && error.Message.StartsWith("Foreign key external ID", StringComparison.OrdinalIgnoreCase)));

    private static Outcomes OfFault(Submission submission, SyncFault fault, RetryPolicy retry, DateTimeOffset at, double jitter) => fault switch
    {
        // The call is refused for what is in it: each write goes by itself, and the guilty one is then refused alone.
        SyncFault.Rejected when submission.Writes.Count > 1 =>
            new([], [.. submission.Writes.Select(write => (write with { Alone = true }, TimeSpan.Zero))], fault.ToString()),
        SyncFault.Rejected => new([Message(submission.Writes[0], Refused(submission, submission.Writes[0], fault, at))], [], fault.ToString()),
        SyncFault.Misconfigured => AllAgain(submission, retry.DelayMax, fault),
        SyncFault.Throttled throttled => AllAgain(submission, throttled.WaitAtLeast, fault),
        SyncFault.NotExecuted refused => AllAgain(submission, Longer(refused.RetryAfter, retry.FirstDelay * (0.5 + jitter)), fault),
        _ => AllAgain(submission, retry.FirstDelay * (0.5 + jitter), fault),
    };

    private static Outcomes AllAgain(Submission submission, TimeSpan after, SyncFault fault) =>
        new([], [.. submission.Writes.Select(write => (write, after))], fault.ToString());

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static RecordMessage.WriteRefused Refused(Submission submission, OfferedWrite write, SyncFault fault, DateTimeOffset at) =>
        new(write.WriteNo, submission.Id, fault.Code, fault.Message, at);

    private static Delivery<RecordMessage> Message(OfferedWrite write, RecordMessage message) => new(new ActorId(write.Mapping, write.Entity), message);

    /// <summary>Writes turned away for a passing reason. Those that contend for one lock go again together, every group when its own lot says; the rest is a group too.</summary>
    private sealed class Passing(RetryPolicy retry, double first)
    {
        // Lots this far apart, wrapped around, stay far from each other however many there are.
        private const double GoldenRatio = 0.6180339887498949;

        private readonly List<(OfferedWrite Write, RecordId Group, TimeSpan After)> _writes = [];
        private readonly Dictionary<RecordId, double> _lots = [];

        public IReadOnlyList<(OfferedWrite Write, TimeSpan After)> Writes
        {
            get
            {
                var after = _writes.GroupBy(write => write.Group).ToDictionary(group => group.Key, group => group.Max(write => write.After));
                return [.. _writes.Select(write => (write.Write, after[write.Group]))];
            }
        }

        /// <summary>False when it has been tried often enough.</summary>
        /// <param name="contendsFor">Whose lock it could not get; null: it was not about a lock.</param>
        public bool Add(OfferedWrite write, SyncFault fault, RecordId? contendsFor)
        {
            var group = contendsFor ?? default;
            if (!_lots.TryGetValue(group, out var lot))
            {
                _lots[group] = lot = (first + (_lots.Count * GoldenRatio)) % 1;
            }

            if (retry.DelayAfter(write.Attempts + 1, lot, fault) is not { } after)
            {
                return false;
            }

            _writes.Add((write with { Attempts = write.Attempts + 1, Contended = contendsFor is not null }, group, after));
            return true;
        }
    }
}
