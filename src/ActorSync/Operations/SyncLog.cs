using ActorSync.Coordination;
using ActorSync.Domain.Records;

namespace ActorSync.Operations;

/// <summary>What a node tells its operators: one line per event, time first. Never a secret, never a stack trace unless asked for.</summary>
internal sealed class SyncLog(TextWriter output, TimeProvider clock, bool verbose)
{
    // The same trouble again within this time is only counted: a loop that tries again says it several times a second.
    private static readonly TimeSpan RepeatedWithin = TimeSpan.FromSeconds(10);

    // Different troubles remembered.
    private const int TroublesMax = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long At, int More)> _troubles = new(StringComparer.Ordinal);
    private string? _pause;

    /// <summary>Something worth knowing.</summary>
    public void Say(string message) => Write("info", message);

    /// <summary>Something that somebody should look at.</summary>
    public void Alert(string message) => Write("warn", message);

    /// <summary>Something went wrong and is being dealt with.</summary>
    public void Trouble(Exception error, string consequence)
    {
        var what = $"{consequence}: {OneLine(error)}";
        var more = 0;
        lock (_gate)
        {
            if (_troubles.TryGetValue(what, out var last) && clock.GetElapsedTime(last.At) < RepeatedWithin)
            {
                _troubles[what] = last with { More = last.More + 1 };
                return;
            }

            more = last.More;
            if (_troubles.Count >= TroublesMax)
            {
                _troubles.Clear();
            }

            _troubles[what] = (clock.GetTimestamp(), 0);
        }

        Write("warn", (more == 0 ? "" : $"({more} times more) ") + (verbose ? $"{consequence}: {error}" : what));
    }

    /// <summary>PostgreSQL keeps the node from working: said once, until it is another trouble or over.</summary>
    public void Pause(Exception error)
    {
        var why = error is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction } ? "PostgreSQL takes no writes (it is a standby, or read-only)" : "PostgreSQL cannot be used";
        lock (_gate)
        {
            if (_pause == why)
            {
                return;
            }

            _pause = why;
        }

        Write("warn", $"{why}; sync pauses, nothing is lost, and goes on by itself: {(verbose ? error.ToString() : OneLine(error))}");
    }

    /// <summary>PostgreSQL can be used.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            if (_pause is null)
            {
                return;
            }

            _pause = null;
        }

        Write("info", "PostgreSQL can be used again; sync goes on");
    }

    /// <summary>An answer is lost.</summary>
    public void InDoubt(Guid submission, int records, string reason, DateTimeOffset settledAt) =>
        Write("warn", $"submission {submission} of {records} records is in doubt ({reason}); it is looked up after {settledAt:HH:mm:ss}Z");

    /// <summary>A call is outside that another coordinator's node has made and carries.</summary>
    public void Carried(Submission submission) => Write("info", $"submission {submission.Id} of {submission.Writes.Count} records is outside with node {submission.Carrier}, which brings its answer");

    /// <summary>A call was answered after the coordinator had gone to another node.</summary>
    /// <param name="isBrought">False: nobody waits for it any more.</param>
    public void Brought(Submission submission, bool isBrought) =>
        Write("info", $"submission {submission.Id} of {submission.Writes.Count} records was answered, and the answer {(isBrought ? "is left to the coordinator's next holder" : "is not waited for any more, or has been left before")}");

    /// <summary>Writes wait that may have been sent by a history which is lost.</summary>
    public void Held(int records, DateTimeOffset settledAt) => Write(
        "warn", $"{records} waiting writes may have been sent already by commits that are lost; they are looked up {(settledAt > clock.GetUtcNow() ? $"after {settledAt:HH:mm:ss}Z" : "first")}");

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
