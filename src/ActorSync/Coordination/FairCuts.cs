using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Cuts so that no object with a backlog has all places for calls: those with more writes ready than could leave at once leave one place to the others, which go first,
/// and share the rest. Deletes keep their order among all objects, and go last.</summary>
internal static class FairCuts
{
    /// <summary>As <see cref="SubmissionCutter.Cut"/>.</summary>
    /// <param name="calls">Calls that are outside, by mapping.</param>
    public static IReadOnlyList<SubmissionCut> Cut(
        IReadOnlyList<WaitingWrite> due, IReadOnlyCollection<WaitingWrite> outside, IReadOnlyDictionary<short, int> calls, IReadOnlyCollection<RecordId> unborn, PlacesTaken taken,
        Func<short, int> rank, CutLimits limits, DateTimeOffset now)
    {
        var many = limits.SubmissionsMax * limits.RowsMax;
        var heavy = limits.SubmissionsMax < 2 || due.Count < many ? []
            : due.GroupBy(write => write.Lane.Mapping).Where(of => of.Count() >= many).Select(of => of.Key).ToList();
        if (heavy.Count == 0)
        {
            return SubmissionCutter.Cut(due, outside, unborn, taken, rank, limits, now);
        }

        bool IsHeavy(WaitingWrite write) => heavy.Contains(write.Lane.Mapping) && write.Lane.Operation != WriteOperation.Delete;
        var cuts = new List<SubmissionCut>();
        IReadOnlyList<SubmissionCut> Of(IReadOnlyList<WaitingWrite> part, int places)
        {
            var others = due.Where(write => write.IsAwaited).Select(write => write.Record).Except(part.Select(write => write.Record));
            var jobs = cuts.Where(cut => cut.Api == SubmissionApi.Bulk).Select(cut => cut.Writes[0].Lane).ToList();
            return SubmissionCutter.Cut(
                part, [.. outside, .. cuts.SelectMany(cut => cut.Writes)], [.. unborn, .. others],
                taken with { Calls = limits.SubmissionsMax - Math.Max(0, places), Jobs = [.. taken.Jobs, .. jobs], JobStartsMax = taken.JobStartsMax - jobs.Count }, rank, limits, now);
        }

        int Calls() => cuts.Count(cut => cut.Api == SubmissionApi.Soap);
        cuts.AddRange(Of([.. due.Where(write => !IsHeavy(write) && write.Lane.Operation != WriteOperation.Delete)], limits.SubmissionsMax - taken.Calls));
        var shared = limits.SubmissionsMax - 1;
        var share = (shared + heavy.Count - 1) / heavy.Count;
        var theirs = heavy.Sum(mapping => calls.GetValueOrDefault(mapping));
        foreach (var mapping in heavy.OrderBy(mapping => calls.GetValueOrDefault(mapping)))
        {
            var places = Math.Min(Math.Min(share - calls.GetValueOrDefault(mapping), shared - theirs), limits.SubmissionsMax - taken.Calls - Calls());
            var before = Calls();
            cuts.AddRange(Of([.. due.Where(write => write.Lane.Mapping == mapping && IsHeavy(write))], places));
            theirs += Calls() - before;
        }

        // Behind the updates that may be to get out of their way.
        cuts.AddRange(Of([.. due.Where(write => write.Lane.Operation == WriteOperation.Delete)], limits.SubmissionsMax - taken.Calls - Calls()));
        return cuts.Count > 0 || outside.Count > 0 ? cuts : SubmissionCutter.Cut(due, outside, unborn, taken, rank, limits, now);
    }
}
