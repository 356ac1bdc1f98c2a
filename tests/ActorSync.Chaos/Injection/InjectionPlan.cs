using System.Collections.Immutable;

namespace ActorSync.Chaos.Injection;

/// <summary>The time from one injection of a kind to the next, drawn from a range.</summary>
internal readonly record struct Interval(TimeSpan Min, TimeSpan Max)
{
    /// <summary>Always the same.</summary>
    public static Interval Exactly(TimeSpan time) => new(time, time);

    /// <summary>One of them.</summary>
    public TimeSpan Draw(Random random) => Min + ((Max - Min) * random.NextDouble());
}

/// <summary>An injection that is due.</summary>
/// <param name="At">From the start of the traffic.</param>
internal readonly record struct PlannedInjection(TimeSpan At, InjectionKind Kind);

/// <summary>Which kinds of injection a run has, and how often each.</summary>
internal sealed record InjectionPlan
{
    /// <summary>Everything, at random times.</summary>
    public static readonly InjectionPlan Everything = new()
    {
        Every = new Dictionary<InjectionKind, Interval>
        {
            [InjectionKind.Kill] = Seconds(15, 45),
            [InjectionKind.CrashPoint] = Seconds(30, 90),
            [InjectionKind.Stop] = Seconds(20, 60),
            [InjectionKind.CutDatabase] = Seconds(30, 90),
            [InjectionKind.CutSalesforce] = Seconds(30, 90),
            [InjectionKind.CutBoth] = Seconds(30, 90),
            [InjectionKind.Terminate] = Seconds(30, 90),
            [InjectionKind.RestartDatabase] = Seconds(5, 40),
        }.ToImmutableSortedDictionary(),
        OrgFaults = true,
    };

    /// <summary>Nothing.</summary>
    public static readonly InjectionPlan Nothing = new();

    /// <summary>Kinds that happen at moments.</summary>
    public ImmutableSortedDictionary<InjectionKind, Interval> Every { get; init; } = ImmutableSortedDictionary<InjectionKind, Interval>.Empty;

    /// <summary>Whether the org has faults.</summary>
    public bool OrgFaults { get; init; }

    /// <summary>Without a kind.</summary>
    public InjectionPlan Without(InjectionKind kind) => this with { Every = Every.Remove(kind), OrgFaults = OrgFaults && kind != InjectionKind.OrgFaults };

    /// <summary>With a kind so often.</summary>
    public InjectionPlan With(InjectionKind kind, Interval every) => kind == InjectionKind.OrgFaults ? this with { OrgFaults = true } : this with { Every = Every.SetItem(kind, every) };

    /// <summary>When what happens in a run, in order. Each kind that is on happens at least once, however short the run; a kind of a fixed interval first happens after one interval.</summary>
    public ImmutableArray<PlannedInjection> Draw(TimeSpan traffic, Func<int, Random> stream)
    {
        const double FirstMin = 0.05, FirstMax = 0.6;
        var planned = new List<PlannedInjection>();
        foreach (var (kind, every) in Every)
        {
            var random = stream(100 + (int)kind);
            var first = every.Min == every.Max && every.Min < traffic ? every.Min : traffic * (FirstMin + ((FirstMax - FirstMin) * random.NextDouble()));
            var isEarlier = every.Draw(random) is var usual && usual < first;
            for (var at = isEarlier ? usual : first; at < traffic; at += every.Draw(random))
            {
                planned.Add(new PlannedInjection(at, kind));
            }
        }

        return [.. planned.OrderBy(injection => injection.At).ThenBy(injection => injection.Kind)];
    }

    private static Interval Seconds(double min, double max) => new(TimeSpan.FromSeconds(min), TimeSpan.FromSeconds(max));
}
