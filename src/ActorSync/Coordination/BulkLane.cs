using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>Times of Bulk jobs.</summary>
/// <param name="PollInterval">Between the first questions about a job; it doubles from one to the next ...</param>
/// <param name="PollIntervalMax">... up to this.</param>
internal sealed record BulkOptions(TimeSpan PollInterval, TimeSpan PollIntervalMax);

/// <summary>Sends one submission as one job of Bulk API 2.0. A job does nothing before it is closed, is never given records twice, and tells afterwards of each record what became of
/// it: whoever knows its id, which is journaled before the upload, learns the outcome and never has to guess.</summary>
internal sealed class BulkLane(IBulkApi bulk, BulkOptions options, TimeProvider clock, SyncLog log)
{
    // A job that was there a moment ago is not gone because one answer says so.
    private const int MissingMax = 3;

    // Results that cannot be read today cannot be read tomorrow; the job is over, so its records can be looked up.
    private const int UnreadableMax = 5;

    // A job that is still open when it was closed is closed again as often, then called off.
    private const int ClosesMax = 2;

    /// <summary>Opens a job without records; its id, or what is wrong.</summary>
    public async Task<(string? Job, LaneAnswer? Refused)> OpenAsync(ObjectMapping mapping, Submission submission, CancellationToken stop)
    {
        try
        {
            return (await bulk.CreateAsync(Request(mapping, submission), $"actorsync/{submission.Id}", stop), null);
        }
        catch (SalesforceException error)
        {
            return (null, NotRun(error.Fault));
        }
    }

    /// <summary>Gives an open job its records and waits until it is over.</summary>
    /// <returns>What became of them; null when asked to stop: the job goes on, and whoever finds the submission unfinished asks for it.</returns>
    public async Task<LaneAnswer?> RunAsync(ObjectMapping mapping, Submission submission, CancellationToken stop)
    {
        var request = Request(mapping, submission);
        var job = submission.JobId!;
        if (stop.IsCancellationRequested)
        {
            return null;
        }

        if (await UploadAsync(mapping, submission, request, stop) is { } failed)
        {
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            log.Say($"Bulk job {job} was not given its {submission.Writes.Count} records and is called off ({failed})");
            return await FollowAsync(submission, request, failed, closes: 0, stop);
        }

        try
        {
            await bulk.CloseAsync(job, stop);
            log.Say($"Bulk job {job} runs: {request.Operation} of {submission.Writes.Count} {request.ObjectName}");
        }
        catch (Exception error) when (error is SalesforceException || stop.IsCancellationRequested)
        {
            // Whether it is closed its state tells.
        }

        await WaitAsync(options.PollInterval, stop);
        return await FollowAsync(submission, request, null, ClosesMax, stop);
    }

    /// <summary>Learns what became of a job of an earlier term. One that is open was not closed, so nothing of it has happened: it is called off.</summary>
    /// <returns>As of a run.</returns>
    public Task<LaneAnswer?> SettleAsync(ObjectMapping mapping, Submission submission, CancellationToken stop) =>
        FollowAsync(submission, Request(mapping, submission), null, closes: 0, stop);

    private static BulkRequest Request(ObjectMapping mapping, Submission submission) => submission.Operation switch
    {
        WriteOperation.Insert => new BulkRequest(mapping.ObjectName, BulkOperation.Upsert, mapping.ExternalIdField) { AssignmentRuleId = mapping.WriteOptions?.AssignmentRuleId },
        WriteOperation.Update => new BulkRequest(mapping.ObjectName, BulkOperation.Update, null) { AssignmentRuleId = mapping.WriteOptions?.AssignmentRuleId },
        _ => new BulkRequest(mapping.ObjectName, BulkOperation.Delete, null),
    };

    private async Task<SyncFault?> UploadAsync(ObjectMapping mapping, Submission submission, BulkRequest request, CancellationToken stop)
    {
        try
        {
            await bulk.UploadAsync(submission.JobId!, request, [.. submission.Writes.Select(write => WireRecord.Of(mapping, write))], stop);
            return null;
        }
        catch (SalesforceException error)
        {
            return error.Fault;
        }
        catch (Exception error)
        {
            // Records that no job can carry: our defect, but nothing has been sent.
            return new SyncFault.Rejected("NOT_UPLOADED", error.Message, FieldNames.None);
        }
    }

    private async Task<LaneAnswer?> FollowAsync(Submission submission, BulkRequest request, SyncFault? failed, int closes, CancellationToken stop)
    {
        var job = submission.JobId!;
        var pause = options.PollInterval;
        var (missing, unreadable, isTroubled) = (0, 0, false);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await LookAsync(submission, request, failed, closes--, stop) is { } answer)
                {
                    return answer;
                }

                (missing, isTroubled) = (0, false);
            }
            catch (SalesforceException error) when (error.Fault.Code == "NOT_FOUND" && ++missing == MissingMax)
            {
                return new LaneAnswer(null, new SyncFault.InDoubt("JOB_NOT_FOUND", $"the org knows of no Bulk job {job}"));
            }
            catch (SalesforceException error) when (error.Fault.Code == "UNREADABLE_ANSWER" && ++unreadable == UnreadableMax)
            {
                return new LaneAnswer(null, new SyncFault.InDoubt("JOB_UNREADABLE", error.Message));
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                if (!isTroubled)
                {
                    log.Trouble(error, $"Bulk job {job} could not be asked about; it is asked again");
                }

                isTroubled = true;
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return null;
            }

            await WaitAsync(pause, stop);
            pause = pause * 2 < options.PollIntervalMax ? pause * 2 : options.PollIntervalMax;
        }

        return null;
    }

    private async Task<LaneAnswer?> LookAsync(Submission submission, BulkRequest request, SyncFault? failed, int closes, CancellationToken stop)
    {
        var id = submission.JobId!;
        var job = await bulk.ReadAsync(id, stop);
        if (job.State == BulkJobState.Open)
        {
            if (closes > 0)
            {
                await bulk.CloseAsync(id, stop);
                return null;
            }

            await bulk.AbortAsync(id, stop);
            job = await bulk.ReadAsync(id, stop);
        }

        return job.IsOver ? Answer(submission, job, await bulk.ResultsAsync(id, request, stop), failed) : null;
    }

    private static LaneAnswer Answer(Submission submission, BulkJob job, BulkResults told, SyncFault? failed)
    {
        var early = new SyncFault.NotExecuted(
            job.State == BulkJobState.Failed ? "JOB_FAILED" : "JOB_ABORTED", job.ErrorMessage ?? $"Bulk job {job.Id} ended as {job.State}", TimeSpan.Zero);
        if (job is { State: not BulkJobState.JobComplete, RecordsProcessed: 0 } && told.Results.Count == 0)
        {
            // What Salesforce gives up before the first record it would give up again: SOAP tells of each record what is wrong.
            return job.State == BulkJobState.Failed ? new LaneAnswer(null, early) { BySoap = true } : NotRun(failed ?? early);
        }

        var results = new WriteResult[submission.Writes.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var write = submission.Writes[i];
            var key = write.Operation == WriteOperation.Insert ? write.Entity.ToString() : write.Sfid!;
            if (told.Results.TryGetValue(key, out var result))
            {
                results[i] = result;
            }
            else if (told.Unprocessed.Contains(key))
            {
                results[i] = new WriteResult(null, Success: false, Created: false, [], early);
            }
            else
            {
                return new LaneAnswer(null, new SyncFault.InDoubt("RESULTS_INCOMPLETE", $"record {key} is in none of the results of Bulk job {job.Id}"));
            }
        }

        return new LaneAnswer(results, null);
    }

    // Nothing has run. What a job is refused for need not be wrong for SOAP; if it is, SOAP says so.
    private static LaneAnswer NotRun(SyncFault fault) => fault switch
    {
        SyncFault.Rejected or SyncFault.Misconfigured => new LaneAnswer(null, fault) { BySoap = true },
        SyncFault.InDoubt => new LaneAnswer(null, new SyncFault.NotExecuted(fault.Code, fault.Message, TimeSpan.Zero)),
        _ => new LaneAnswer(null, fault),
    };

    private async Task WaitAsync(TimeSpan time, CancellationToken stop) =>
        await Task.Delay(time, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
