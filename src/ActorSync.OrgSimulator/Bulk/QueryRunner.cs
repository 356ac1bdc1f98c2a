using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>
/// Runs query jobs behind the callers' backs. The rows are taken all at one moment, when the run begins; the rest of it is only time. Faults and holds meet a run once, as the
/// call <c>runQueryJob</c>.
/// </summary>
internal sealed class QueryRunner(OrgModel model, OrgFaults faults, RunFaults points, TimeSpan chunkTime, TimeProvider clock, CancellationToken stopping)
{
    /// <summary>Runs a job to its end. The server's stop leaves it where it is.</summary>
    public async Task RunAsync(QueryJob job)
    {
        try
        {
            if (job.TryStart() && await ReadAsync(job) is { } result)
            {
                job.End(result, null);
            }
        }
        catch (BulkJobException failure)
        {
            job.End(null, failure.Message);
        }
        catch (OrgFaultException failure)
        {
            job.End(null, $"InvalidBatch : Failed to process query: {failure.ExceptionCode}: {failure.Message}");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            // A mistake of the simulator's own: told in the job, so that it is found.
            job.End(null, $"InternalServerError : The simulator failed on this job: {error}");
        }
    }

    /// <returns>Null when the job was aborted.</returns>
    private async Task<QueryResult?> ReadAsync(QueryJob job)
    {
        var call = new OrgCall(BulkResources.Api, "runQueryJob", [job.Spec.Type.Name], job.Owner.Client, 0) { Part = CallPart.Job };
        var drawn = faults.Draw(call);
        if (!await points.PassAsync(job.Aborted, call, HoldPoint.BeforeEffect, drawn))
        {
            return null;
        }

        var export = model.Export(job.Spec.Query, job.Spec.IncludesDeleted);
        var failure = drawn.OfType<OrgFault.FailJob>().FirstOrDefault();
        for (var chunk = 0; chunk * BulkLimits.QueryChunkRows < export.Rows.Count; chunk++)
        {
            RunFaults.FailAfter(failure, chunk);
            if (!await RunFaults.GoesOnAfterAsync(job.Aborted, Task.Delay(chunkTime, clock, stopping)))
            {
                return null;
            }

            job.Advance(Math.Min(export.Rows.Count, (chunk + 1) * BulkLimits.QueryChunkRows));
        }

        RunFaults.FailAfter(failure, int.MaxValue);
        var result = new QueryResult(export, job.Spec);
        return await points.PassAsync(job.Aborted, call, HoldPoint.AfterEffect, drawn) ? result : null;
    }
}
