namespace ActorSync.Operations;

/// <summary>The steps of a submission, and of a load, at which a crash is worth testing.</summary>
internal enum CrashPoint
{
    /// <summary>The submission is cut, its journal entry not committed.</summary>
    BeforeJournal,

    /// <summary>Journaled, nothing sent.</summary>
    AfterJournal,

    /// <summary>The Bulk job of a submission is journaled, nothing uploaded.</summary>
    AfterJob,

    /// <summary>A Bulk job has its records and is not closed.</summary>
    AfterUpload,

    /// <summary>The answer is read, of a Bulk job its results, and not journaled.</summary>
    AfterAnswer,

    /// <summary>The outcomes are written, not committed.</summary>
    BeforeOutcomeCommit,

    /// <summary>The query job of a load is made, not journaled.</summary>
    AfterQueryJob,

    /// <summary>A page of a load is committed.</summary>
    AfterLoadPage,
}

/// <summary>Kills the process at a named step, for tests of recovery: ACTORSYNC_CRASH_POINT=after-journal[:N] dies at the N-th time (first by default) the step is
/// reached. Does nothing unless that variable is set.</summary>
internal static class CrashPoints
{
    private static readonly string? Named = Environment.GetEnvironmentVariable("ACTORSYNC_CRASH_POINT");
    private static int _reached;

    /// <summary>Dies here if told to, as abruptly as kill -9.</summary>
    public static Task ReachAsync(CrashPoint point)
    {
        if (Named is not null)
        {
            var parts = Named.Split(':');
            var times = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 1;
            if (string.Equals(parts[0].Replace("-", "", StringComparison.Ordinal), point.ToString(), StringComparison.OrdinalIgnoreCase)
                && Interlocked.Increment(ref _reached) == times)
            {
                using var self = System.Diagnostics.Process.GetCurrentProcess();
                self.Kill();
                return new TaskCompletionSource().Task;
            }
        }

        return Task.CompletedTask;
    }
}
