using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>Times of Bulk jobs.</summary>
/// <param name="PollInterval">Between the first questions about a job; it doubles from one to the next ...</param>
/// <param name="PollIntervalMax">... up to this.</param>
/// <param name="MissingTimeMin">A job that the org denies to know for this long, whenever it is asked, is gone.</param>
internal sealed record BulkOptions(TimeSpan PollInterval, TimeSpan PollIntervalMax, TimeSpan MissingTimeMin)
{
    /// <summary>How long to rest where it would be so long while the API budget is plenty.</summary>
    public Func<TimeSpan, TimeSpan> Slowed { get; init; } = static pause => pause;
}

/// <summary>Sends one submission as one job of Bulk API 2.0. A job does nothing before it is closed, is never given records twice, and tells afterwards of each record what became of
/// it: whoever knows its id, which is journaled before the upload, asks it. Only where it cannot tell are records in doubt, as of a lost SOAP answer: the org denies to know the job for
/// longer than a lost write can take, its results cannot be read, or a record is in none of them.</summary>
internal sealed class BulkLane(IBulkApi bulk, BulkOptions options, TimeProvider clock, SyncLog log)
{
    // A job that was there a moment ago is not gone because a few answers say so: as many of them in a row, over the time that the options name.
    private const int MissingMin = 5;

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
            var refused = NotRun(error.Fault);
            return (null, refused with { IsUnreached = refused is { BySoap: false, IsVainJob: false } });
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

        await CrashPoints.ReachAsync(CrashPoint.AfterUpload);
        try
        {
            await bulk.CloseAsync(job, stop);
            log.Say($"Bulk job {job} runs: {request.Operation} of {submission.Writes.Count} {request.ObjectName}");
        }
        catch (Exception)
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

    /// <summary>Follows a job whatever happens: one that failed to be followed has done who knows what, and is only asked about from then on.</summary>
    /// <returns>As of a run.</returns>
    public async Task<LaneAnswer?> KeepAsync(
        Func<ObjectMapping, Submission, CancellationToken, Task<LaneAnswer?>> follow, ObjectMapping mapping, Submission submission, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                return await follow(mapping, submission, stop);
            }
            catch (Exception error)
            {
                log.Trouble(error, $"Bulk job {submission.JobId} could not be followed; it is taken up again");
            }

            follow = SettleAsync;
            await WaitAsync(options.PollIntervalMax, stop);
        }

        return null;
    }

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
        var seen = new Sight { ClosesLeft = closes };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await LookAsync(submission, request, failed, seen, stop) is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception error)
            {
                if (Lost(job, seen, error) is { } lost)
                {
                    return new LaneAnswer(null, lost);
                }

                if (!seen.IsTroubled)
                {
                    log.Trouble(error, $"Bulk job {job} could not be asked about; it is asked again");
                }

                seen.IsTroubled = true;
            }

            await WaitAsync(options.Slowed(pause), stop);
            pause = pause * 2 < options.PollIntervalMax ? pause * 2 : options.PollIntervalMax;
        }

        return null;
    }

    // Records of a job that may still run must not be looked up: one that it has not reached yet would be sent again.
    private SyncFault.InDoubt? Lost(string job, Sight seen, Exception error)
    {
        if (error is not SalesforceException { Fault.Code: "NOT_FOUND" })
        {
            seen.Missing = 0;
            return error is SalesforceException { Fault.Code: "UNREADABLE_ANSWER" } && seen.IsOver && ++seen.Unreadable == UnreadableMax
                ? new SyncFault.InDoubt("JOB_UNREADABLE", error.Message) : null;
        }

        if (seen.Missing++ == 0)
        {
            seen.MissingSince = clock.GetTimestamp();
        }

        return seen.Missing >= MissingMin && clock.GetElapsedTime(seen.MissingSince) >= options.MissingTimeMin
            ? new SyncFault.InDoubt("JOB_NOT_FOUND", $"the org knows of no Bulk job {job}") : null;
    }

    private async Task<LaneAnswer?> LookAsync(Submission submission, BulkRequest request, SyncFault? failed, Sight seen, CancellationToken stop)
    {
        var id = submission.JobId!;
        seen.IsOver = false;
        var job = await bulk.ReadAsync(id, stop);
        (seen.Missing, seen.IsTroubled) = (0, seen.IsTroubled && job.IsOver);
        if (job.State == BulkJobState.Open)
        {
            if (seen.ClosesLeft > 0)
            {
                await CloseAsync(id, seen, stop);
                return null;
            }

            await bulk.AbortAsync(id, stop);
            job = await bulk.ReadAsync(id, stop);
        }

        seen.IsOver = job.IsOver;
        if (!job.IsOver)
        {
            return null;
        }

        var told = await bulk.ResultsAsync(id, request, stop);
        seen.Unreadable = 0;
        return seen.IsCertain(submission, job, told) ? Answer(submission, job, told, failed) : null;
    }

    // A close that was not made, because the budget does not hold it or nobody is there, is not one of those that are tried: a job that waits for calls is no vain one.
    private async Task CloseAsync(string job, Sight seen, CancellationToken stop)
    {
        try
        {
            await bulk.CloseAsync(job, stop);
        }
        catch (SalesforceException error) when (error.Fault is SyncFault.Throttled or SyncFault.NotExecuted)
        {
            seen.ClosesLeft++;
            throw;
        }
        finally
        {
            seen.ClosesLeft--;
        }
    }

    private static LaneAnswer Answer(Submission submission, BulkJob job, BulkResults told, SyncFault? failed)
    {
        var early = new SyncFault.NotExecuted(
            job.State == BulkJobState.Failed ? "JOB_FAILED" : "JOB_ABORTED", job.ErrorMessage ?? $"Bulk job {job.Id} ended as {job.State}", TimeSpan.Zero);
        if (job is { State: not BulkJobState.JobComplete, RecordsProcessed: 0 } && told.Results.Count == 0)
        {
            // What Salesforce gives up before the first record it would give up again: SOAP tells of each record what is wrong.
            return job.State == BulkJobState.Failed ? new LaneAnswer(null, early) { BySoap = true }
                : failed is null ? new LaneAnswer(null, early) { IsVainJob = true } : NotRun(failed);
        }

        var results = new WriteResult[submission.Writes.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var key = Key(submission.Writes[i]);
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
                // What the others' results say holds all the same.
                var untold = new SyncFault.InDoubt("RESULTS_INCOMPLETE", $"record {key} is in none of the results of Bulk job {job.Id}");
                results[i] = new WriteResult(null, Success: false, Created: false, [], untold);
            }
        }

        return new LaneAnswer(results, null);
    }

    private static string Key(OfferedWrite write) => write.Operation == WriteOperation.Insert ? write.Entity.ToString() : write.Sfid!;

    // Nothing has run. What a job is refused for need not be wrong for SOAP; if it is, SOAP says so.
    private static LaneAnswer NotRun(SyncFault fault) => fault switch
    {
        SyncFault.Rejected or SyncFault.Misconfigured => new LaneAnswer(null, fault) { BySoap = true },
        SyncFault.InDoubt => new LaneAnswer(null, new SyncFault.NotExecuted(fault.Code, fault.Message, TimeSpan.Zero)) { IsVainJob = true },
        // What does not reach the org, or exceeds the limit of all requests, says nothing of jobs.
        SyncFault.NotExecuted or SyncFault.Throttled { Code: "REQUEST_LIMIT_EXCEEDED" or ApiBudget.UsedUp } => new LaneAnswer(null, fault),
        _ => new LaneAnswer(null, fault) { IsVainJob = true },
    };

    private async Task WaitAsync(TimeSpan time, CancellationToken stop) =>
        await Task.Delay(time, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>What the questions about a job have shown so far.</summary>
    private sealed class Sight
    {
        /// <summary>How often it is still to be closed while it is open; then it is called off.</summary>
        public int ClosesLeft { get; set; }

        /// <summary>The last look at its state found it over.</summary>
        public bool IsOver { get; set; }

        /// <summary>How often in a row its results could not be read.</summary>
        public int Unreadable { get; set; }

        /// <summary>How often in a row the org did not know it.</summary>
        public int Missing { get; set; }

        /// <summary>Timestamp of the first of those.</summary>
        public long MissingSince { get; set; }

        /// <summary>The trouble has been said.</summary>
        public bool IsTroubled { get; set; }

        private (BulkJob Job, BulkResults Told)? Last { get; set; }

        /// <summary>A job that ran to its end and tells of each record is believed at once. Of one that was ended from outside a chunk may still commit, and results may come late: it is
        /// believed when it tells the same twice.</summary>
        public bool IsCertain(Submission submission, BulkJob job, BulkResults told)
        {
            var isWhole = submission.Writes.All(write => told.Results.ContainsKey(Key(write)) || told.Unprocessed.Contains(Key(write)));
            var isSame = Last is { } last && last.Job == job && told.Unprocessed.SetEquals(last.Told.Unprocessed)
                && told.Results.Count == last.Told.Results.Count && told.Results.All(result => last.Told.Results.TryGetValue(result.Key, out var before) && before.Success == result.Value.Success);
            Last = (job, told);
            return isSame || (isWhole && job.State == BulkJobState.JobComplete);
        }
    }
}
