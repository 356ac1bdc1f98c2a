using System.Collections.Immutable;
using ActorSync.Chaos;
using ActorSync.Chaos.Cluster;
using ActorSync.Chaos.Judging;
using ActorSync.OrgSimulator.Http;
using ActorSync.Runtime.Sharding;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Chaos;

/// <summary>The judge of I8 sees each way in which a node can act without its lease.</summary>
public sealed class LeaseJudgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid FirstToken = new("00000000-0000-4000-8000-000000000001");
    private static readonly Guid SecondToken = new("00000000-0000-4000-8000-000000000002");
    private static readonly Guid Submission = new("00000000-0000-4000-8000-000000000003");

    [Fact]
    public void An_epoch_that_does_not_grow_is_seen()
    {
        var leases = Leases(0);
        LeaseJudge.EpochsGrow(leases).ShouldBeEmpty();
        LeaseJudge.EpochsGrow(leases.SetItem(0, [leases[0][0], leases[0][1] with { Epoch = 1 }])).ShouldNotBeEmpty();
        LeaseJudge.EpochsGrow(leases.SetItem(0, [leases[0][0], leases[0][1] with { Token = FirstToken }])).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_journal_entry_of_an_older_term_behind_one_of_a_newer_is_seen()
    {
        LeaseJudge.JournalIsInOrder([new(0, 1, 1, 10, 10), new(0, 2, 11, 20, 10)], Leases(0)).ShouldBeEmpty();
        LeaseJudge.JournalIsInOrder([new(0, 1, 1, 12, 10), new(0, 2, 11, 20, 10)], Leases(0)).ShouldNotBeEmpty();
        LeaseJudge.JournalIsInOrder([new(0, 2, 9, 20, 10)], Leases(0)).ShouldNotBeEmpty("its term began behind entry 10");
    }

    [Fact]
    public void A_submission_started_under_a_term_that_is_over_is_seen()
    {
        var leases = Leases(Addresses.Coordinator);
        LeaseJudge.SubmissionsAreHeld([new(Submission, 1, FirstToken, At(5)), new(Submission, 2, SecondToken, At(15))], leases).ShouldBeEmpty();
        LeaseJudge.SubmissionsAreHeld([new(Submission, 1, FirstToken, At(15))], leases).ShouldNotBeEmpty();
        LeaseJudge.SubmissionsAreHeld([new(Submission, 2, FirstToken, At(15))], leases).ShouldNotBeEmpty("nobody held that epoch with that token");
    }

    [Fact]
    public void A_row_written_by_a_node_that_does_not_hold_its_shard_is_seen()
    {
        LeaseJudge.RowsAreHeld([Row("actorsync first", 5), Row("actorsync second", 15), Row("chaos-application", 15)], Leases(0)).ShouldBeEmpty();
        LeaseJudge.RowsAreHeld([Row("actorsync first", 15)], Leases(0)).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_request_that_reaches_the_org_after_its_term_was_taken_over_is_seen()
    {
        var (leases, submissions) = (Leases(Addresses.Coordinator), new[] { new StartedSubmission(Submission, 1, FirstToken, At(5)) });
        LeaseJudge.RequestsAreHeld([Request(9)], submissions, leases).ShouldBeEmpty();
        LeaseJudge.RequestsAreHeld([Request(11)], submissions, leases).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_request_of_a_term_that_was_given_back_may_be_on_its_way_and_no_longer_than_a_call_may()
    {
        var leases = Leases(Addresses.Coordinator);
        leases = leases.SetItem(Addresses.Coordinator, leases[Addresses.Coordinator].SetItem(0, leases[Addresses.Coordinator][0] with { IsGivenBack = true }));
        LeaseJudge.RequestsAreHeld([Request(11)], [new StartedSubmission(Submission, 1, FirstToken, At(9))], leases).ShouldBeEmpty();
        LeaseJudge.RequestsAreHeld([Request(13)], [new StartedSubmission(Submission, 1, FirstToken, At(9))], leases).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_commit_under_a_token_of_a_term_that_is_over_is_seen()
    {
        var term = Leases(0)[0][0];
        FenceHistory.Under([term], [new Fence(At(15), "actorsync second", 0, SecondToken, 7)]).ShouldBeEmpty();
        FenceHistory.Under([term], [new Fence(At(15), "actorsync first", 0, FirstToken, 7)]).ShouldNotBeEmpty();
    }

    // Held by "first" for ten seconds, then by "second"; the first ten journal entries are the first one's.
    private static ImmutableDictionary<int, ImmutableArray<LeaseSpan>> Leases(int address) => ImmutableDictionary<int, ImmutableArray<LeaseSpan>>.Empty.Add(
        address,
        [
            new LeaseSpan(address, 1, FirstToken, FirstToken, "first", At(0), At(10), 0, 0, IsFirst: true),
            new LeaseSpan(address, 2, SecondToken, SecondToken, "second", At(10), null, 5, 10, IsFirst: false),
        ]);

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private static Request Request(int seconds) => new(At(seconds), new OrgCall("soap", "update", ["Account"], $"actorsync/{Submission}", 1));

    // A record of shard 0.
    private static RowVersion Row(string who, int seconds) =>
        new(1, At(seconds), who, 'U', MappedObject.Account, Guid.Empty, null, new Dictionary<string, string?>(), new Dictionary<string, string?>());
}
