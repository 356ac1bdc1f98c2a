using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;
using ActorSync.Failovers;
using ActorSync.Records;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Writes that a history which was lost in a failover may have sent as well: of those that are open, and of those that still wait, nothing is sent before the time of the lost
/// history has settled and Salesforce has been asked about them.</summary>
internal sealed class SuspectWrites(IFailovers? failovers, CoordinatorOptions options)
{
    // Held in memory until they have settled; the others stay offers until there is room.
    private const int HeldMax = 20_000;

    private IReadOnlyList<Failover> _failovers = [];

    /// <summary>When nothing of the lost history can arrive any more.</summary>
    public DateTimeOffset SettledAt => _failovers is [.., var newest] ? options.SettledAt(newest.NoticedAt) : default;

    /// <summary>Reads what there is.</summary>
    public async Task LoadAsync(CancellationToken stop) => _failovers = failovers is null ? [] : await failovers.ReadAsync(stop);

    /// <summary>True of a submission that was, or may have been, sent before the newest failover was noticed. What this history knows of it may be old: so may the job that is noted of it
    /// be one of several.</summary>
    public bool IsLeft(Submission submission) => _failovers is [.., var newest] && submission.StartedAt <= newest.NoticedAt;

    /// <summary>A submission that was found open: it settles from the failover on.</summary>
    public Submission Open(Submission submission) => IsLeft(submission) ? submission with { JobLostAt = _failovers[^1].NoticedAt } : submission;

    /// <summary>What an answer is worth: the job of a submission that was left behind tells when it is over, but what it refused the lost history may have sent again.</summary>
    public LaneAnswer? Believe(Submission submission, LaneAnswer? answer) =>
        answer is not null && IsLeft(submission) ? new LaneAnswer(null, new SyncFault.InDoubt("FAILOVER", "commits made since it was started are lost")) : answer;

    /// <summary>Tells the writes that may leave from those of which the lost history may have sent something.</summary>
    /// <param name="outside">Of these, those in doubt fill the room.</param>
    /// <returns>Suspects with a time before which they have certainly not been sent; what there is no room for is in neither.</returns>
    public async Task<(IReadOnlyList<ReadyCut> Clean, IReadOnlyList<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset NotBefore)> Suspect)> SplitAsync(
        IReadOnlyList<ReadyCut> cuts, IReadOnlyCollection<Submission> outside, CancellationToken stop)
    {
        if (_failovers is not [.., var newest])
        {
            return (cuts, []);
        }

        var old = cuts.SelectMany(cut => cut.Writes).Where(write => newest.MayHaveSent(write.Write, SettledAt)).Select(write => write.Write).ToList();
        if (old.Count == 0)
        {
            return (cuts, []);
        }

        var answered = await failovers!.AnsweredAsync(newest.Number, old, stop);
        var suspects = old.Where(write => !(answered.TryGetValue((write.Mapping, write.Entity), out var position) && position >= write.Position)).ToHashSet();
        var room = HeldMax - outside.Where(submission => submission.Doubtful).Sum(submission => submission.Writes.Count);
        var clean = new List<ReadyCut>();
        var held = new List<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>();
        foreach (var cut in cuts)
        {
            var doubted = cut.Writes.Where(write => suspects.Contains(write.Write)).ToList();
            if (doubted.Count < cut.Writes.Count)
            {
                clean.Add(doubted.Count == 0 ? cut : cut with { Writes = [.. cut.Writes.Except(doubted)] });
            }

            if (doubted.Count > 0 && room > 0)
            {
                room -= doubted.Count;
                held.Add((doubted, doubted.Min(NotBefore)));
            }
        }

        return (clean, held);
    }

    /// <summary>Salesforce has been asked about a submission: what it left unsent may be sent.</summary>
    public async Task AnswerAsync(Turn turn, Submission submission, CancellationToken stop)
    {
        if (IsLeft(submission))
        {
            await failovers!.AnswerAsync(turn, _failovers[^1].Number, submission.Writes, stop);
        }
    }

    // Several failovers may have come over it.
    private DateTimeOffset NotBefore(ReadyWrite write) =>
        _failovers.Where(failover => failover.MayHaveSent(write.Write, options.SettledAt(failover.NoticedAt))).Min(failover => failover.SurvivedAt);
}
