using System.Collections.Immutable;
using ActorSync.Chaos.Cluster;
using ActorSync.Coordination;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Chaos.Judging;

/// <summary>Journal entries of one address under one epoch.</summary>
internal sealed record JournalSpan(int Address, long Epoch, long SeqMin, long SeqMax, long Count);

/// <summary>A submission and the term under which it was started.</summary>
internal sealed record StartedSubmission(Guid Id, long Epoch, Guid Token, DateTimeOffset StartedAt);

/// <summary>I8: who does not hold an address commits nothing of it and sends nothing new for it. From who held what when, the journal, the submissions, the rows with the session that wrote
/// each, and the requests at the org.</summary>
internal static class LeaseJudge
{
    private const string SessionPrefix = "actorsync ";

    // From the start of a submission until its call has begun, and from then on until it is given up.
    private static readonly TimeSpan OnTheWayMax = CoordinatorOptions.SendWithin + NodeConfiguration.RequestDeadline;

    /// <summary>Reads what it needs and judges.</summary>
    public static async Task<Verdict> OnlyHoldersActAsync(ChaosWorld world, Evidence evidence, ImmutableDictionary<int, ImmutableArray<LeaseSpan>> leases)
    {
        var submissions = await SubmissionsAsync(world);
        var journal = await JournalAsync(world);
        ImmutableArray<string> violations =
        [
            .. EpochsGrow(leases), .. JournalIsInOrder(journal, leases), .. SubmissionsAreHeld(submissions, leases),
            .. RowsAreHeld(evidence.Rows.Values.SelectMany(versions => versions), leases), .. RequestsAreHeld(world.Requests.All, submissions, leases),
        ];
        var lapsed = leases.Values.Sum(spans => spans.Length - 1);
        return new Verdict(
            "I8", "who does not hold an address commits nothing of it and sends nothing new",
            FormattableString.Invariant($"{leases.Count} addresses that changed hands {lapsed:N0} times, {journal.Sum(span => span.Count):N0} journal entries, {submissions.Count:N0} submissions, {evidence.Rows.Values.Sum(versions => versions.Count(version => version.ByEngine)):N0} rows written by nodes, {world.Requests.All.Count:N0} requests"),
            violations);
    }

    /// <summary>Each term of an address has a higher epoch than the one before, and a token of its own.</summary>
    public static IEnumerable<string> EpochsGrow(ImmutableDictionary<int, ImmutableArray<LeaseSpan>> leases) =>
        leases.Values.SelectMany(spans => spans.Zip(spans.Skip(1))).Where(pair => pair.Second.Epoch <= pair.First.Epoch || pair.Second.Token == pair.First.Token)
            .Select(pair => $"{pair.Second} came after {pair.First}");

    /// <summary>No entry of an older term stands behind one of a newer, and each entry stands among those of its own term.</summary>
    public static IEnumerable<string> JournalIsInOrder(IEnumerable<JournalSpan> journal, ImmutableDictionary<int, ImmutableArray<LeaseSpan>> leases)
    {
        foreach (var address in journal.GroupBy(span => span.Address))
        {
            var ordered = address.OrderBy(span => span.Epoch).ToList();
            foreach (var (first, second) in ordered.Zip(ordered.Skip(1)).Where(pair => pair.First.SeqMax >= pair.Second.SeqMin))
            {
                yield return $"address {address.Key}: entry {first.SeqMax} of epoch {first.Epoch} stands behind entry {second.SeqMin} of epoch {second.Epoch}";
            }

            foreach (var span in ordered)
            {
                if (leases.GetValueOrDefault(address.Key, []).FirstOrDefault(lease => lease.Epoch == span.Epoch) is { IsFirst: false } lease && span.SeqMin <= lease.JournalSeq)
                {
                    yield return $"address {address.Key}: entry {span.SeqMin} of epoch {span.Epoch} is older than its term, which began behind {lease.JournalSeq}";
                }
            }
        }
    }

    /// <summary>Every submission was started by who held the coordinator then.</summary>
    public static IEnumerable<string> SubmissionsAreHeld(IEnumerable<StartedSubmission> submissions, ImmutableDictionary<int, ImmutableArray<LeaseSpan>> leases)
    {
        var terms = leases.GetValueOrDefault(Addresses.Coordinator, []);
        foreach (var submission in submissions)
        {
            // Terms before the judge's time are not known.
            var term = terms.FirstOrDefault(term => term.Token == submission.Token && term.Epoch == submission.Epoch);
            if (term is null ? terms.Length > 0 && submission.Epoch >= terms[0].Epoch : !term.Holds(submission.StartedAt))
            {
                yield return $"submission {submission.Id} was started at {submission.StartedAt.UtcDateTime:HH:mm:ss.fff} under epoch {submission.Epoch}: {term?.ToString() ?? "nobody held that"}";
            }
        }
    }

    /// <summary>Every row that a node wrote belongs to a shard that it held then.</summary>
    public static IEnumerable<string> RowsAreHeld(IEnumerable<RowVersion> versions, ImmutableDictionary<int, ImmutableArray<LeaseSpan>> leases)
    {
        foreach (var version in versions.Where(version => version.ByEngine && version.Who.StartsWith(SessionPrefix, StringComparison.Ordinal)))
        {
            var shard = Addresses.ShardOf(version.Id, NodeConfiguration.ShardCount);
            var writer = version.Who[SessionPrefix.Length..];
            if (leases.TryGetValue(shard, out var terms) && version.At >= terms[0].From && !terms.Any(term => term.Holder == writer && term.Holds(version.At)))
            {
                yield return $"{version.Type.Name} {version.Id}: {version} of {writer} at {version.At.UtcDateTime:HH:mm:ss.fff}, shard {shard} was held by {string.Join(", ", terms.Where(term => term.Holds(version.At)).Select(term => term.Holder))}";
            }
        }
    }

    /// <summary>No request with a submission reached the org after the term that started it was over. A term that its holder gave back leaves the calls that are under way with it: these may reach the
    /// org as long as any call may be on its way.</summary>
    public static IEnumerable<string> RequestsAreHeld(IEnumerable<Request> requests, IReadOnlyCollection<StartedSubmission> submissions, ImmutableDictionary<int, ImmutableArray<LeaseSpan>> leases)
    {
        var byId = submissions.ToDictionary(submission => submission.Id);
        var terms = leases.GetValueOrDefault(Addresses.Coordinator, []);
        foreach (var request in requests)
        {
            if (request.Submission is { } id && byId.TryGetValue(id, out var submission) && terms.FirstOrDefault(term => term.Token == submission.Token) is { Until: { } until } term && request.At > until
                && !(term.IsGivenBack && request.At <= submission.StartedAt + OnTheWayMax))
            {
                yield return $"submission {id} reached the org at {request.At.UtcDateTime:HH:mm:ss.fff} ({request.Call.Operation}), after its term: {term}";
            }
        }
    }

    private static async Task<IReadOnlyList<StartedSubmission>> SubmissionsAsync(ChaosWorld world)
    {
        await using var command = world.Application.CreateCommand("select submission, epoch, token, started_at from actorsync.submission");
        await using var reader = await command.ExecuteReaderAsync();
        var submissions = new List<StartedSubmission>();
        while (await reader.ReadAsync())
        {
            submissions.Add(new StartedSubmission(reader.GetGuid(0), reader.GetInt64(1), reader.GetGuid(2), reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return submissions;
    }

    private static async Task<IReadOnlyList<JournalSpan>> JournalAsync(ChaosWorld world)
    {
        await using var command = world.Application.CreateCommand("select address, epoch, min(seq), max(seq), count(*) from actorsync.journal group by address, epoch");
        command.CommandTimeout = 120;
        await using var reader = await command.ExecuteReaderAsync();
        var journal = new List<JournalSpan>();
        while (await reader.ReadAsync())
        {
            journal.Add(new JournalSpan(reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        }

        return journal;
    }
}
