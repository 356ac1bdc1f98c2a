using System.Collections.Immutable;
using ActorSync.Chaos.Cluster;

namespace ActorSync.Chaos.Judging;

/// <summary>How long the addresses of a node that died, or stood still or was cut off for longer than its leases live, were without a holder.</summary>
internal static class TakeoverJudge
{
    /// <summary>The promise, at the 95th percentile.</summary>
    public static readonly TimeSpan P95Max = TimeSpan.FromSeconds(10);

    private const int ToldMax = 3;

    /// <summary>Takeovers while PostgreSQL was away, or while no other node was whole, are told apart and not judged: nobody could have been faster.</summary>
    /// <param name="outages">Times without PostgreSQL.</param>
    public static Verdict AreQuick(Takeovers takeovers, IEnumerable<Span> outages)
    {
        var judged = takeovers.All.Where(takeover => !takeover.DuringOutage && !takeover.NobodyElse).ToList();
        var violations = takeovers.Never;
        if (judged.Count > 0 && Percentile(judged.Select(takeover => takeover.HeldAfter), 0.95) >= P95Max)
        {
            violations = violations.AddRange(judged.OrderByDescending(takeover => takeover.HeldAfter).Take(ToldMax).Select(takeover => takeover.ToString()));
        }

        return new Verdict("", $"takeover within {P95Max.TotalSeconds:0} s at the 95th percentile", string.Join("; ",
        [
            Told("held again", judged.Select(takeover => takeover.HeldAfter)),
            Told("first commits", judged.Where(takeover => takeover.CommittedAfter is not null).Select(takeover => takeover.CommittedAfter!.Value)),
            Told("apart, PostgreSQL was away meanwhile", takeovers.All.Where(takeover => takeover.DuringOutage).Select(takeover => takeover.HeldAfter)),
            Told("PostgreSQL was away", outages.Where(outage => outage.Until is not null).Select(outage => outage.Until!.Value - outage.From)),
            Told("apart, no other node was whole", takeovers.All.Where(takeover => takeover is { DuringOutage: false, NobodyElse: true }).Select(takeover => takeover.HeldAfter)),
        ]), violations);
    }

    /// <summary>Count, median, 95th percentile and maximum of times.</summary>
    public static string Told(string what, IEnumerable<TimeSpan> times)
    {
        var all = times.ToImmutableArray();
        return all.IsEmpty ? $"{what}: none" : FormattableString.Invariant(
            $"{what}: {all.Length}, median {Percentile(all, 0.5).TotalSeconds:0.00} s, 95th percentile {Percentile(all, 0.95).TotalSeconds:0.00} s, max {all.Max().TotalSeconds:0.00} s");
    }

    /// <summary>The smallest of the times that so many of them do not exceed.</summary>
    /// <param name="times">One at least.</param>
    /// <param name="part">0 to 1.</param>
    public static TimeSpan Percentile(IEnumerable<TimeSpan> times, double part)
    {
        var sorted = times.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * part) - 1)];
    }
}
