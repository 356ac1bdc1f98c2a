using ActorSync.Coordination;
using ActorSync.Domain.Records;

namespace ActorSync.Operations;

/// <summary>What a node tells its operators: one line per event, time first. Never a secret, never a stack trace unless asked for.</summary>
internal sealed class SyncLog(TextWriter output, TimeProvider clock, bool verbose)
{
    private readonly Lock _gate = new();

    /// <summary>Something worth knowing.</summary>
    public void Say(string message) => Write("info", message);

    /// <summary>Something that somebody should look at.</summary>
    public void Alert(string message) => Write("warn", message);

    /// <summary>Something went wrong and is being dealt with.</summary>
    public void Trouble(Exception error, string consequence) =>
        Write("warn", $"{consequence}: {(verbose ? error.ToString() : OneLine(error))}");

    /// <summary>An answer is lost.</summary>
    public void InDoubt(Guid submission, int records, string reason, DateTimeOffset settledAt) =>
        Write("warn", $"submission {submission} of {records} records is in doubt ({reason}); it is looked up after {settledAt:HH:mm:ss}Z");

    /// <summary>A submission that goes as a Bulk job was started before this term and has no outcome.</summary>
    public void Unfinished(Submission submission, bool canAsk) => Write(
        canAsk ? "info" : "warn",
        $"submission {submission.Id} of {submission.Writes.Count} records was started before this term, " + (submission, canAsk) switch
        {
            ({ JobId: null }, true) => "no Bulk job was given them, and they go again",
            (_, true) => $"its Bulk job {submission.JobId} tells what became of them",
            _ => "as a Bulk job that nobody here can ask about: its records wait",
        });

    /// <summary>A submission has its outcomes.</summary>
    public void Finished(Submission submission, Outcomes outcomes, int rejected)
    {
        if (outcomes is { Fault: { } reason, Messages.Count: > 0 } && submission.Writes.Count > 1)
        {
            Write("warn", $"submission {submission.Id}: {outcomes.Again.Count} of {submission.Writes.Count} records go again, the job did not run to its end ({reason})");
        }
        else if (outcomes.Fault is { } fault)
        {
            Write("warn", $"submission {submission.Id} of {submission.Writes.Count} records did not run ({fault}); {outcomes.Again.Count} go again");
        }
        else if (rejected > 0)
        {
            var first = outcomes.Messages.Select(message => message.Message).OfType<RecordMessage.WriteRefused>().First();
            Write("warn", $"submission {submission.Id}: {rejected} of {submission.Writes.Count} records refused, the first with {first.Code}: {first.Reason}");
        }
    }

    private void Write(string level, string message)
    {
        lock (_gate)
        {
            output.WriteLine($"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {level} {message}");
            output.Flush();
        }
    }

    private static string OneLine(Exception error)
    {
        var cause = error.GetBaseException();
        var text = error.Message == cause.Message ? error.Message : $"{error.Message} ({cause.Message})";
        return text.ReplaceLineEndings(" ");
    }
}
