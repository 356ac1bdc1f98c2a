using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>How long the parts of a run take.</summary>
/// <param name="Chunk">Time of a chunk before it is written.</param>
/// <param name="LockWait">How long a chunk waits for rows locked by someone else.</param>
internal sealed record BulkPace(TimeSpan Chunk, TimeSpan LockWait);

/// <summary>
/// Runs jobs, each on its own, behind the callers' backs: chunk by chunk, each chunk one transaction, with the org free for others in between. Faults and holds meet a run
/// twice: as one call <c>runJob</c> around the whole, and as one call named for its DML (create, update, upsert, delete) around each chunk.
/// </summary>
internal sealed class BulkRunner(OrgModel model, OrgWrites writes, OrgFaults faults, RunFaults points, ApiUsage batches, BulkPace pace, TimeProvider clock, CancellationToken stopping)
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs a job from UploadComplete to its end. The server's stop leaves it where it is.</summary>
    public async Task RunAsync(BulkJob job)
    {
        try
        {
            if (job.TryStart() && await RunChunksAsync(job))
            {
                job.End(null);
            }
        }
        catch (BulkJobException failure)
        {
            job.End(failure.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            // A mistake of the simulator's own: told in the job, so that it is found.
            job.End($"InternalServerError : The simulator failed on this job: {error}");
        }
    }

    /// <returns>False when the job was aborted.</returns>
    private async Task<bool> RunChunksAsync(BulkJob job)
    {
        var data = job.Data;
        var call = Call(job, "runJob", data.RowCount, CallPart.Job);
        var drawn = faults.Draw(call);
        if (!await points.PassAsync(job.Aborted, call, HoldPoint.BeforeEffect, drawn))
        {
            return false;
        }

        if (data.Error is { } error)
        {
            throw new BulkJobException(error);
        }

        var columns = BulkColumns.Find(model.Schema, job.Spec.Type, data.Columns);
        var failure = drawn.OfType<OrgFault.FailJob>().FirstOrDefault();
        for (var first = 0; first < data.RowCount; first += BulkLimits.ChunkRecords)
        {
            RunFaults.FailAfter(failure, first / BulkLimits.ChunkRecords);
            if (first % BulkLimits.BatchRecords == 0 && !batches.TryCount())
            {
                throw new BulkJobException("ExceededQuota : ApiBatchItems Limit exceeded.");
            }

            if (!await RunChunkAsync(job, columns, first))
            {
                return false;
            }
        }

        RunFaults.FailAfter(failure, int.MaxValue);
        return await points.PassAsync(job.Aborted, call, HoldPoint.AfterEffect, drawn);
    }

    /// <returns>False when the job was aborted.</returns>
    private async Task<bool> RunChunkAsync(BulkJob job, BulkColumns columns, int first)
    {
        var started = clock.GetTimestamp();
        var chunk = new BulkChunk(job, columns, first);
        var call = Call(job, job.Spec.DmlName, chunk.RowCount, CallPart.Chunk);
        var drawn = faults.Draw(call);
        await Task.Yield();
        if (!await RunFaults.GoesOnAfterAsync(job.Aborted, Task.Delay(pace.Chunk, clock, stopping))
            || !await points.PassAsync(job.Aborted, call, HoldPoint.BeforeEffect, drawn)
            || !await WaitForLocksAsync(job, chunk))
        {
            return false;
        }

        stopping.ThrowIfCancellationRequested();
        var scope = new CallScope(call, null, drawn);
        return job.TryWrite(first, clock.GetElapsedTime(started), () => chunk.Write(dml => writes.Run(scope, dml)))
            && await points.PassAsync(job.Aborted, call, HoldPoint.AfterEffect, drawn);
    }

    private static OrgCall Call(BulkJob job, string operation, int records, CallPart part) =>
        new(BulkResources.Api, operation, [job.Spec.Type.Name], job.Owner.Client, records) { Part = part };

    /// <summary>A locked row makes the chunk wait; what is still locked after that fails record by record, in the org model.</summary>
    private async Task<bool> WaitForLocksAsync(BulkJob job, BulkChunk chunk)
    {
        var waitedFrom = clock.GetTimestamp();
        while (chunk.AnyLocked(model) && clock.GetElapsedTime(waitedFrom) < pace.LockWait)
        {
            if (!await RunFaults.GoesOnAfterAsync(job.Aborted, Task.Delay(LockPoll, clock, stopping)))
            {
                return false;
            }
        }

        return true;
    }
}
