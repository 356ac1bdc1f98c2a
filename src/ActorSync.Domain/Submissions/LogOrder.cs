using ActorSync.Domain.Records;

namespace ActorSync.Domain.Submissions;

/// <summary>In which order writes of different records leave. Those of one record always leave in theirs.</summary>
public enum WriteOrder
{
    /// <summary>Any: in parallel, by object and operation.</summary>
    Record,

    /// <summary>That of the change log, over all objects, one submission at a time.</summary>
    Log,
}

/// <summary>Cuts the one submission that may leave next in the order of the change log. Pure.</summary>
public static class LogOrder
{
    /// <summary>The longest run of neighbours of one object and operation, from the first write that may leave; empty when that has to wait.</summary>
    /// <param name="waiting">By position. One that is not due yet holds everything behind it; one that refers to a record which is still to be born is passed over until it is.</param>
    /// <param name="undecidedFrom">First change in the log that no turn has decided: what stands there or behind it waits; null: everything is decided.</param>
    public static IReadOnlyList<WaitingWrite> Next(IReadOnlyList<WaitingWrite> waiting, int rowsMax, long? undecidedFrom, DateTimeOffset now)
    {
        var unborn = waiting.Where(write => write.IsAwaited).Select(write => write.Record).ToHashSet();
        var run = new List<WaitingWrite>();
        foreach (var write in waiting)
        {
            if (write.Position >= undecidedFrom)
            {
                return run;
            }

            if (write.Parents.Any(reference => reference.Parent != write.Record && unborn.Contains(reference.Parent)))
            {
                continue;
            }

            if (write.ReadySince > now || run.Count == rowsMax || (run.Count > 0 && !MayJoin(run, write)))
            {
                return run;
            }

            run.Add(write);
        }

        // Births tied by references that no update can set (see BirthCycles): one goes first, and Salesforce names the parent it misses.
        return run.Count > 0 || waiting.Count == 0 || waiting[0].ReadySince > now ? run : [waiting[0]];
    }

    private static bool MayJoin(List<WaitingWrite> run, WaitingWrite write) =>
        write.Lane == run[0].Lane && !write.Alone && !run[0].Alone && run.TrueForAll(other => other.Record != write.Record);
}
