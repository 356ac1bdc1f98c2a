using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>What an answered submission means: messages for its records, and writes that go again under another submission id.</summary>
internal sealed record Outcomes(IReadOnlyList<Delivery<RecordMessage>> Messages, IReadOnlyList<OfferedWrite> Again, TimeSpan AgainAfter, string? Fault)
{
    /// <summary>Reads an answer that says plainly what happened.</summary>
    /// <param name="at">Database clock after the answer.</param>
    /// <param name="jitter">0 to 1.</param>
    public static Outcomes Of(Submission submission, LaneAnswer answer, RetryPolicy retry, DateTimeOffset at, double jitter) =>
        answer.Results is { } results ? OfResults(submission, results, retry, at, jitter) : OfFault(submission, answer.Fault!, retry, at, jitter);

    /// <summary>Reads the answers of a probe.</summary>
    public static Outcomes OfDoubt(Submission submission, IReadOnlyList<DoubtAnswer> answers, DateTimeOffset at) =>
        new([.. submission.Writes.Zip(answers, (write, answer) => Message(write, new RecordMessage.DoubtSettled(write.WriteNo, submission.Id, answer, at)))], [], TimeSpan.Zero, null);

    /// <summary>A birth is not sent: it and births it refers to wait for each other.</summary>
    public static Delivery<RecordMessage> Awaited(OfferedWrite birth, FieldNames references, DateTimeOffset at) =>
        Message(birth, new RecordMessage.ReferencesAwaited(birth.WriteNo, references, at));

    private static Outcomes OfResults(Submission submission, IReadOnlyList<WriteResult> results, RetryPolicy retry, DateTimeOffset at, double jitter)
    {
        var messages = new List<Delivery<RecordMessage>>(results.Count);
        var again = new List<OfferedWrite>();
        var after = TimeSpan.Zero;
        foreach (var (write, result) in submission.Writes.Zip(results))
        {
            if (result.Success)
            {
                messages.Add(Message(write, new RecordMessage.WriteConfirmed(write.WriteNo, submission.Id, result.Id ?? write.Sfid!, at)));
            }
            else if (IsPassing(write, result) && retry.DelayAfter(write.Attempts + 1, jitter) is { } delay)
            {
                again.Add(write with { Attempts = write.Attempts + 1 });
                after = delay > after ? delay : after;
            }
            else
            {
                messages.Add(Message(write, Refused(submission, write, result.Fault!, at)));
            }
        }

        return new Outcomes(messages, again, after, null);
    }

    // A lock or a limit passes; so does a parent that is about to be born.
    private static bool IsPassing(OfferedWrite write, WriteResult result) =>
        result.Fault is SyncFault.Transient or SyncFault.Throttled
        || (write.Operation != WriteOperation.Delete
            && result.Errors.Any(error => error.StatusCode == "INVALID_FIELD" && error.Message.StartsWith("Foreign key external ID", StringComparison.OrdinalIgnoreCase)));

    private static Outcomes OfFault(Submission submission, SyncFault fault, RetryPolicy retry, DateTimeOffset at, double jitter) => fault switch
    {
        // The call is refused for what is in it: each write goes by itself, and the guilty one is then refused alone.
        SyncFault.Rejected when submission.Writes.Count > 1 =>
            new([], [.. submission.Writes.Select(write => write with { Alone = true })], TimeSpan.Zero, fault.ToString()),
        SyncFault.Rejected => new([Message(submission.Writes[0], Refused(submission, submission.Writes[0], fault, at))], [], TimeSpan.Zero, fault.ToString()),
        SyncFault.Misconfigured => new([], submission.Writes, retry.DelayMax, fault.ToString()),
        SyncFault.Throttled throttled => new([], submission.Writes, throttled.WaitAtLeast, fault.ToString()),
        SyncFault.NotExecuted refused => new([], submission.Writes, Longer(refused.RetryAfter, retry.FirstDelay * (0.5 + jitter)), fault.ToString()),
        _ => new([], submission.Writes, retry.FirstDelay * (0.5 + jitter), fault.ToString()),
    };

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static RecordMessage.WriteRefused Refused(Submission submission, OfferedWrite write, SyncFault fault, DateTimeOffset at) =>
        new(write.WriteNo, submission.Id, fault.Code, fault.Message, at);

    private static Delivery<RecordMessage> Message(OfferedWrite write, RecordMessage message) => new(new ActorId(write.Mapping, write.Entity), message);
}
