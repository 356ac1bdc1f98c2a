using System.Collections.Immutable;
using ActorSync.Chaos.Injection;
using ActorSync.Chaos.Traffic;

namespace ActorSync.Chaos.Judging;

/// <summary>A time in which something was bad.</summary>
/// <param name="Concerned">Objects that may wait because of it.</param>
internal sealed record BadTime(string What, ImmutableHashSet<string> Concerned, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Nothing was bad: what is usual on this machine.</summary>
    public const string Nothing = "nothing";
}

/// <summary>What those wait for whose records are edited all the time: from the commit in PostgreSQL to the effect in Salesforce.</summary>
internal static class SteadyJudge
{
    /// <summary>No record may stand still for longer while nodes are restarted one after the other.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    private const int TimesUsual = 4;

    /// <summary>Half of the edits, and 19 of 20, that have nothing to do with what is bad may take this long, or a few times as long as they do anyway on this machine.</summary>
    private static readonly ImmutableArray<(double Part, TimeSpan Max)> Promised = [(0.5, TimeSpan.FromSeconds(1.5)), (0.95, TimeSpan.FromSeconds(4))];

    private const int ToldMax = 5;

    /// <summary>I10, from the delays of good records while there is a bad record, batch or object.</summary>
    /// <param name="times">With some in which nothing was bad.</param>
    public static Verdict NobodyElseWaits(IReadOnlyCollection<SteadyEdit> edits, ImmutableArray<BadTime> times, DateTimeOffset now)
    {
        var usual = times.Where(time => time.What == BadTime.Nothing).Select(time => Delays(edits, time, now)).Where(delays => delays.Length > 0).ToList();
        var violations = ImmutableArray.CreateBuilder<string>();
        foreach (var (time, delays) in times.Where(time => time.What != BadTime.Nothing).Select(time => (time, Delays(edits, time, now))))
        {
            if (delays.Length == 0 || usual.Count == 0)
            {
                violations.Add($"nothing was measured beside {(usual.Count == 0 ? BadTime.Nothing : time.What)}");
                continue;
            }

            foreach (var (part, promised) in Promised)
            {
                var here = TakeoverJudge.Percentile(delays, part);
                var max = usual.Max(delays => TakeoverJudge.Percentile(delays, part)) * TimesUsual;
                if (here > max && here > promised)
                {
                    violations.Add(FormattableString.Invariant($"beside {time.What} {part:P0} of the edits take up to {here.TotalSeconds:0.00} s, usually {(max / TimesUsual).TotalSeconds:0.00} s"));
                }
            }
        }

        return new Verdict(
            "I10", "what is bad delays nobody else", string.Join("; ", times.Select(time => TakeoverJudge.Told($"beside {time.What}", Delays(edits, time, now)))), violations.ToImmutable());
    }

    /// <summary>The longest time that any record stood still.</summary>
    /// <param name="pauseMax">What is promised; null: it is told and not judged.</param>
    public static Verdict NobodyPauses(IReadOnlyCollection<SteadyEdit> edits, IReadOnlyCollection<Injected> injected, TimeSpan? pauseMax, DateTimeOffset now)
    {
        var longest = edits.OrderByDescending(edit => edit.Pause(now)).Take(ToldMax).ToList();
        var looked = longest.Count == 0
            ? "no edits"
            : $"{TakeoverJudge.Told("edits", edits.Select(edit => edit.Pause(now)))}; the longest: {string.Join(", ", longest.Take(2).Select(Told))}";
        return new Verdict(
            "", pauseMax is { } limit ? FormattableString.Invariant($"no record stands still for longer than {limit.TotalSeconds:0} s") : "how long records edited all the time stand still (told, not judged)", looked,
            pauseMax is null ? [] : [.. longest.Where(edit => edit.Pause(now) > pauseMax).Select(Told)]);

        string Told(SteadyEdit edit) => FormattableString.Invariant($"{edit.Type.Name} {edit.Id} {edit.Pause(now).TotalSeconds:0.00} s from {edit.CommittedAt.UtcDateTime:HH:mm:ss.fff}{Cause(edit)}");

        string Cause(SteadyEdit edit) => injected.LastOrDefault(injected => injected.At <= edit.CommittedAt + edit.Pause(now)) is { } cause ? $" after {cause}" : "";
    }

    private static ImmutableArray<TimeSpan> Delays(IEnumerable<SteadyEdit> edits, BadTime time, DateTimeOffset now) =>
        [.. edits.Where(edit => edit.CommittedAt >= time.From && edit.CommittedAt < time.Until && !time.Concerned.Contains(edit.Type.Name)).Select(edit => edit.Pause(now))];
}
