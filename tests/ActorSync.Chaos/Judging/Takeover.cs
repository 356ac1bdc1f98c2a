using System.Collections.Immutable;
using ActorSync.Chaos.Cluster;
using ActorSync.Chaos.Injection;

namespace ActorSync.Chaos.Judging;

/// <summary>What became of the addresses of a node that could no longer hold them.</summary>
/// <param name="Cause">What was done to the node.</param>
/// <param name="Addresses">How many it held.</param>
/// <param name="HeldAfter">From the cause until the last of them was held again under a new epoch.</param>
/// <param name="CommittedAfter">From the cause until the last of those that had something to commit had committed it under the new epoch; null where none had.</param>
/// <param name="DuringOutage">PostgreSQL was away for a part of that time.</param>
/// <param name="NobodyElse">No other node was up and let alone for all of that time.</param>
internal sealed record Takeover(Injected Cause, int Addresses, TimeSpan HeldAfter, TimeSpan? CommittedAfter, bool DuringOutage, bool NobodyElse)
{
    public override string ToString() => FormattableString.Invariant($"{Cause}: {Addresses} addresses held again after {HeldAfter.TotalSeconds:0.00} s");
}

/// <summary>The takeovers of a run.</summary>
/// <param name="Never">Addresses that were not held again by anybody.</param>
internal sealed record Takeovers(ImmutableArray<Takeover> All, ImmutableArray<string> Never)
{
    private static readonly ImmutableArray<InjectionKind> Deaths = [InjectionKind.Kill, InjectionKind.CrashPoint];

    private static readonly ImmutableArray<InjectionKind> Absences = [InjectionKind.Stop, InjectionKind.CutDatabase, InjectionKind.CutBoth];

    /// <summary>Finds them in who held what when.</summary>
    /// <param name="firstCommit">When a commit was first seen under a term.</param>
    /// <param name="endedAt">When the run was over: what lapsed shortly before may still be waited for.</param>
    public static Takeovers Find(
        IEnumerable<Injected> injected, IReadOnlyDictionary<int, ImmutableArray<LeaseSpan>> leases, IReadOnlyCollection<NodeLife> lives, IReadOnlyCollection<Span> outages,
        Func<LeaseSpan, DateTimeOffset?> firstCommit, TimeSpan ttl, DateTimeOffset endedAt)
    {
        var all = ImmutableArray.CreateBuilder<Takeover>();
        var never = ImmutableArray.CreateBuilder<string>();
        foreach (var cause in injected.Where(cause => cause.Life is not null))
        {
            var isDeath = Deaths.Contains(cause.Kind);
            if (!isDeath && !Absences.Contains(cause.Kind))
            {
                continue;
            }

            var next = new List<LeaseSpan>();
            foreach (var (held, after) in leases.Values.SelectMany(spans => Pairs(spans)).Where(pair => pair.Held.Holder == cause.Life!.Name && pair.Held.Holds(cause.At)))
            {
                var until = held.Until ?? DateTimeOffset.MaxValue;
                if (after is not null && (isDeath || until <= (cause.Until ?? endedAt) + ttl))
                {
                    next.Add(after);
                }
                else if (isDeath ? endedAt - cause.At > ttl * 2 : (cause.Until ?? endedAt) - cause.At > ttl * 2 && after is null)
                {
                    never.Add($"{held} was held by nobody after {cause}");
                }
            }

            if (next.Count > 0)
            {
                all.Add(Of(cause, next, lives, outages, firstCommit));
            }
        }

        return new Takeovers(all.ToImmutable(), never.ToImmutable());
    }

    private static IEnumerable<(LeaseSpan Held, LeaseSpan? After)> Pairs(ImmutableArray<LeaseSpan> spans) =>
        spans.Select((span, i) => (span, i + 1 < spans.Length ? spans[i + 1] : null));

    private static Takeover Of(Injected cause, List<LeaseSpan> next, IReadOnlyCollection<NodeLife> lives, IReadOnlyCollection<Span> outages, Func<LeaseSpan, DateTimeOffset?> firstCommit)
    {
        var last = next.Max(span => span.From);
        var commits = next.Select(firstCommit).ToList();
        return new Takeover(
            cause, next.Count, last - cause.At, commits.Max() - cause.At,
            outages.Any(outage => outage.Meets(cause.At, last)), !lives.Any(life => life != cause.Life && life.WasWhole(cause.At, last)));
    }
}
