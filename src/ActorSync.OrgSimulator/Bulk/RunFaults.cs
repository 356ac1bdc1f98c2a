using System.Collections.Immutable;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>The points of a job's run where holds and faults meet it. An abort ends every wait.</summary>
internal sealed class RunFaults(OrgFaults faults, TimeProvider clock, CancellationToken stopping)
{
    /// <returns>False when the job was aborted meanwhile.</returns>
    /// <exception cref="BulkJobException">The hold was dropped: the job fails here.</exception>
    public async Task<bool> PassAsync(Task aborted, OrgCall call, HoldPoint point, ImmutableArray<OrgFault> drawn)
    {
        if (faults.TakeHold(call, point) is { } hold)
        {
            var held = hold.WaitAsync(call, stopping);
            if (!await GoesOnAfterAsync(aborted, held))
            {
                return false;
            }

            if (await held == HoldEnd.Dropped)
            {
                throw new BulkJobException("InternalServerError : The job was dropped by a hold of the simulator");
            }
        }

        foreach (var latency in drawn.OfType<OrgFault.Latency>().Where(l => l.At == point))
        {
            if (!await GoesOnAfterAsync(aborted, Task.Delay(faults.Draw(latency.Delay), clock, stopping)))
            {
                return false;
            }
        }

        var hangsHere = point == HoldPoint.AfterEffect ? HangEffect.Applied : HangEffect.Never;
        return !drawn.Any(f => f is OrgFault.Hang hang && hang.Effect == hangsHere)
            || await GoesOnAfterAsync(aborted, Task.Delay(Timeout.InfiniteTimeSpan, clock, stopping));
    }

    /// <summary>Waits for the task or for the job's abort, whichever comes first.</summary>
    /// <returns>False when the job was aborted.</returns>
    public static async Task<bool> GoesOnAfterAsync(Task aborted, Task wait)
    {
        await await Task.WhenAny(aborted, wait);
        return !aborted.IsCompleted;
    }

    /// <exception cref="BulkJobException">The fault's time has come.</exception>
    public static void FailAfter(OrgFault.FailJob? failure, int chunks)
    {
        if (failure is not null && chunks >= failure.AfterChunks)
        {
            throw new BulkJobException(failure.Message);
        }
    }
}
