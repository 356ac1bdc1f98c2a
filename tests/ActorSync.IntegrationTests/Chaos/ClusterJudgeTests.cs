using System.Collections.Immutable;
using ActorSync.Chaos;
using ActorSync.Chaos.Cluster;
using ActorSync.Chaos.Injection;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Traffic;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Chaos;

/// <summary>The judges of takeovers and of delays can fail, and judge only what they say they judge.</summary>
public sealed class ClusterJudgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(6);
    private static readonly NodeLife Victim = new("victim", null!, null, Start.AddMinutes(-1));
    private static readonly NodeLife Other = new("other", null!, null, Start.AddMinutes(-1));

    [Fact]
    public void A_takeover_is_measured_from_the_kill_to_the_last_address_and_to_the_first_commits()
    {
        var takeover = Find(takenAfter: [6, 8], committedAfter: 9).All.ShouldHaveSingleItem();

        (takeover.Addresses, takeover.HeldAfter, takeover.CommittedAfter, takeover.DuringOutage, takeover.NobodyElse).ShouldBe((2, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(9), false, false));
        TakeoverJudge.AreQuick(Find([6, 8], 9), []).Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_slow_takeover_and_one_that_never_came_are_violations()
    {
        TakeoverJudge.AreQuick(Find([6, 11], 12), []).Holds.ShouldBeFalse();
        TakeoverJudge.AreQuick(Find([6, null], 12), []).Holds.ShouldBeFalse();
    }

    [Fact]
    public void What_met_an_outage_of_PostgreSQL_is_told_apart()
    {
        var takeovers = Find([6, 11], 12, outages: new Span(Start.AddSeconds(3), Start.AddSeconds(9)));

        takeovers.All.ShouldHaveSingleItem().DuringOutage.ShouldBeTrue();
        TakeoverJudge.AreQuick(takeovers, []).Holds.ShouldBeTrue();
    }

    [Fact]
    public void A_stop_that_ends_before_the_lease_does_is_no_takeover() =>
        Find([null, null], 1, InjectionKind.Stop, Start.AddSeconds(3)).ShouldSatisfyAllConditions(none => none.All.ShouldBeEmpty(), none => none.Never.ShouldBeEmpty());

    [Fact]
    public void Whoever_waits_because_of_something_bad_elsewhere_is_seen()
    {
        ImmutableArray<BadTime> times =
        [
            new(BadTime.Nothing, [], Start, Start.AddSeconds(10)), new("bad Contacts", ["Contact"], Start.AddSeconds(10), Start.AddSeconds(20)),
        ];
        SteadyEdit[] usual = [Edit(MappedObject.Account, 1, 0.1), Edit(MappedObject.Contact, 11, 9), Edit(MappedObject.Account, 12, 0.2)];

        SteadyJudge.NobodyElseWaits(usual, times, Start.AddMinutes(1)).Holds.ShouldBeTrue();
        SteadyJudge.NobodyElseWaits([.. usual, Edit(MappedObject.Account, 13, 5)], times, Start.AddMinutes(1)).Holds.ShouldBeFalse("one of two is slow");
        SteadyJudge.NobodyElseWaits([.. usual, Edit(MappedObject.Account, 13, 2), Edit(MappedObject.Account, 14, 2)], times, Start.AddMinutes(1)).Holds.ShouldBeFalse("half of them are slow");
        SteadyJudge.NobodyElseWaits(usual[..1], times, Start.AddMinutes(1)).Holds.ShouldBeFalse("nothing was measured");
    }

    [Fact]
    public void The_longest_pause_is_judged_where_one_is_promised_and_what_never_arrived_pauses_still()
    {
        SteadyEdit[] edits = [Edit(MappedObject.Account, 1, 1.9), new(MappedObject.Account, Guid.Empty, Start, null)];

        SteadyJudge.NobodyPauses(edits[..1], [], SteadyJudge.PauseMax, Start.AddSeconds(9)).Holds.ShouldBeTrue();
        SteadyJudge.NobodyPauses(edits, [], SteadyJudge.PauseMax, Start.AddSeconds(9)).Holds.ShouldBeFalse();
        SteadyJudge.NobodyPauses(edits, [], null, Start.AddSeconds(9)).Holds.ShouldBeTrue();
    }

    private static SteadyEdit Edit(MappedObject type, int at, double after) => new(type, Guid.Empty, Start.AddSeconds(at), TimeSpan.FromSeconds(after));

    private static Takeovers Find(int?[] takenAfter, int committedAfter, InjectionKind kind = InjectionKind.Kill, DateTimeOffset? until = null, params Span[] outages)
    {
        var leases = takenAfter.Select((after, address) => (address, Spans(address, after))).ToImmutableDictionary(entry => entry.address, entry => entry.Item2);
        return Takeovers.Find([new Injected(kind, Victim, Start, "") { Until = until }], leases, [Victim, Other], outages, _ => Start.AddSeconds(committedAfter), Ttl, Start.AddMinutes(1));
    }

    private static ImmutableArray<LeaseSpan> Spans(int address, int? takenAfter)
    {
        var held = new LeaseSpan(address, 1, Guid.Empty, Guid.Empty, "victim", Start.AddSeconds(-30), null, 0, 0, IsFirst: true);
        return takenAfter is { } after
            ? [held with { Until = Start.AddSeconds(after) }, held with { Epoch = 2, Holder = "other", From = Start.AddSeconds(after), IsFirst = false }]
            : [held];
    }
}
