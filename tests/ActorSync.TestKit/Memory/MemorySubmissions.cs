using ActorSync.Coordination;
using ActorSync.Records;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.TestKit.Memory;

/// <summary>Submissions in memory.</summary>
internal sealed class MemorySubmissions(MemoryTurnStore store) : ISubmissionTable
{
    public Task<IReadOnlyList<Submission>> OpenAsync(CancellationToken stop)
    {
        store.Reach("open submissions");
        return Task.FromResult<IReadOnlyList<Submission>>(
            [.. store.Database.Submissions.Scan(null).Select(row => row.Value).Where(row => row.FinishedAt is null).OrderBy(row => row.Submission.StartedAt)
                .Select(row => row.Submission with { Carrier = CarrierOf(row), Doubtful = true })]);
    }

    public Task StartAsync(Turn turn, HeldLease lease, IReadOnlyList<Submission> submissions, CancellationToken stop)
    {
        var transaction = turn.Memory("start submissions").Transaction;
        foreach (var submission in submissions)
        {
            store.Database.Submissions.Lock(transaction, submission.Id);
            if (store.Database.Submissions.Read(transaction, submission.Id) is not null)
            {
                throw new InvalidOperationException($"submission {submission.Id} has been started");
            }

            store.Database.Submissions.Write(transaction, submission.Id, new MemorySubmission(submission, null, null));
        }

        return Task.CompletedTask;
    }

    public Task<bool> OpenJobAsync(Turn turn, Guid submission, string job, CancellationToken stop)
    {
        var transaction = turn.Memory("open job").Transaction;
        store.Database.Submissions.Lock(transaction, submission);
        if (store.Database.Submissions.Read(transaction, submission) is not { FinishedAt: null } row || (row.Submission.JobId ?? job) != job)
        {
            return Task.FromResult(false);
        }

        store.Database.Submissions.Write(transaction, submission, row with { Submission = row.Submission with { JobId = job } });
        return Task.FromResult(true);
    }

    public Task DoubtAsync(Turn turn, Guid submission, CancellationToken stop)
    {
        var transaction = turn.Memory("doubt submission").Transaction;
        if (store.Database.Submissions.Read(transaction, submission) is { FinishedAt: null } row)
        {
            store.Database.Submissions.Write(transaction, submission, row with { DoubtfulSince = turn.Now });
        }

        return Task.CompletedTask;
    }

    public Task<bool> LeaveAsync(Turn turn, Guid submission, IReadOnlyList<OfferedWrite> lost, CancellationToken stop)
    {
        var transaction = turn.Memory("leave submission").Transaction;
        store.Database.Submissions.Lock(transaction, submission);
        if (store.Database.Submissions.Read(transaction, submission) is not { FinishedAt: null } row)
        {
            return Task.FromResult(false);
        }

        store.Database.Submissions.Write(transaction, submission, row with { DoubtfulSince = turn.Now, Sent = row.Sent ?? row.Submission.Writes, Submission = row.Submission with { Writes = lost } });
        return Task.FromResult(true);
    }

    public Task<bool> FinishAsync(Turn turn, Guid submission, string outcome, CancellationToken stop)
    {
        var transaction = turn.Memory("finish submission").Transaction;
        store.Database.Submissions.Lock(transaction, submission);
        if (store.Database.Submissions.Read(transaction, submission) is not { FinishedAt: null } row)
        {
            return Task.FromResult(false);
        }

        store.Database.Submissions.Write(transaction, submission, row with { Outcome = outcome, FinishedAt = turn.Now });
        return Task.FromResult(true);
    }

    public Task<bool> BringAsync(Guid carrier, Guid submission, string answer, CancellationToken stop)
    {
        store.Reach("bring answer");
        var transaction = store.Database.Begin();
        var row = store.Database.Submissions.Read(transaction, submission);
        var isAwaited = row is { FinishedAt: null, DoubtfulSince: null, Brought: null } && row.Submission.Carrier == carrier && IsLive(carrier);
        if (isAwaited)
        {
            store.Database.Submissions.Lock(transaction, submission);
            store.Database.Submissions.Write(transaction, submission, row! with { Brought = answer });
        }

        transaction.Commit();
        return Task.FromResult(isAwaited);
    }

    public Task<IReadOnlyList<CarriedCall>> CarriedAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop)
    {
        store.Reach("look at carried calls");
        return Task.FromResult<IReadOnlyList<CarriedCall>>([.. submissions.Select(submission => store.Database.Submissions.Read(null, submission)).OfType<MemorySubmission>()
            .Select(row => new CarriedCall(row.Submission.Id, row.Submission.Carrier is { } carrier && IsLive(carrier), row.Brought))]);
    }

    public Task TakeBroughtAsync(Turn turn, Guid submission, CancellationToken stop)
    {
        var transaction = turn.Memory("take brought answer").Transaction;
        if (store.Database.Submissions.Read(transaction, submission) is { } row)
        {
            store.Database.Submissions.Write(transaction, submission, row with { Brought = null });
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<Guid, IReadOnlyList<OfferedWrite>>> SentAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop) =>
        Task.FromResult<IReadOnlyDictionary<Guid, IReadOnlyList<OfferedWrite>>>(submissions.Distinct()
            .Select(submission => store.Database.Submissions.Read(null, submission)).OfType<MemorySubmission>()
            .ToDictionary(row => row.Submission.Id, row => row.Sent ?? row.Submission.Writes));

    private Guid? CarrierOf(MemorySubmission row) =>
        row.DoubtfulSince is null && row.Submission.Carrier is { } carrier && (row.Brought is not null || IsLive(carrier)) ? carrier : null;

    private bool IsLive(Guid node) => store.Database.Nodes.Read(null, node) is { } row && row.ExpiresAt > store.Database.Clock;
}
