using ActorSync.Domain.Submissions;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Coordination;

/// <summary>Which writes the API budget lets go, asked before a submission is journaled. While there is plenty, all; as it runs low only what fills a batch, and the rest now and then; used up,
/// none: they wait as offers.</summary>
internal sealed class WritePace(ApiBudget budget, CutLimits limits, TimeProvider clock)
{
    // While writes wait for the budget they are looked at this often.
    private static readonly TimeSpan HeldPause = TimeSpan.FromMilliseconds(500);

    // Looking up what a lost SOAP answer was of takes a query.
    private const int ProbeCalls = 1;

    private long _cutAt;
    private bool _isHeld;

    // With jobs the fullest batch is a full job: one costs as many calls as a dozen SOAP calls and carries fifty times theirs.
    private int FullRows => limits.Jobs?.RowsMax ?? limits.RowsMax;

    /// <summary>True if a lost submission may be looked up; it waits otherwise.</summary>
    public bool MayProbe => budget.Allows(ApiUse.Settle, ProbeCalls);

    /// <summary>True if some of so many ready writes may be cut now.</summary>
    public bool MayCut(int ready)
    {
        _isHeld = ready > 0 && (!budget.Allows(ApiUse.Write) || (ready < FullRows && _cutAt != 0 && clock.GetElapsedTime(_cutAt) < budget.WritePause(TimeSpan.Zero)));
        return !_isHeld;
    }

    /// <summary>Of the cuts those that the budget holds, with what is still to come of them and of what is outside.</summary>
    public IReadOnlyList<ReadyCut> Within(IReadOnlyList<ReadyCut> cuts, IReadOnlyCollection<Submission> outside)
    {
        if (cuts.Count == 0)
        {
            return cuts;
        }

        var kept = outside.Sum(submission => submission.Api == SubmissionApi.Bulk ? ApiBudget.JobCallsToCome : ProbeCalls);
        var jobs = outside.Where(submission => submission.Api == SubmissionApi.Bulk).Select(submission => new Lane(submission.Mapping, submission.Operation)).ToHashSet();
        var saves = budget.Level != ApiLevel.Plenty;
        var within = new List<ReadyCut>(cuts.Count);
        foreach (var cut in cuts)
        {
            // What a job can take for less waits for its place.
            var first = cut.Writes[0].Write;
            var waits = saves && cut.Api == SubmissionApi.Soap && jobs.Contains(new Lane(first.Mapping, first.Operation)) && cut.Writes.Count == limits.RowsMax;
            var calls = cut.Api == SubmissionApi.Bulk ? ApiBudget.JobCalls : 1;
            if (!waits && budget.Allows(ApiUse.Write, kept + calls))
            {
                kept += calls;
                within.Add(cut);
            }
        }

        _isHeld = within.Count < cuts.Count;
        _cutAt = within.Count > 0 ? clock.GetTimestamp() : _cutAt;
        return within;
    }

    /// <summary>How long the coordinator rests, unless woken.</summary>
    /// <param name="now">The database's clock.</param>
    public TimeSpan Rest(IReadyWrites ready, TimeSpan linger, DateTimeOffset now)
    {
        var shortest = !ready.Any ? TimeSpan.FromMilliseconds(100) : _isHeld ? HeldPause : linger;
        if (!_isHeld && ready.NextDue is { } due && due > now && due - now < shortest)
        {
            shortest = due - now;
        }

        return shortest < TimeSpan.FromMilliseconds(2) ? TimeSpan.FromMilliseconds(2) : shortest;
    }
}
