using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using ActorSync.Runtime.Sharding;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Links, offers and submissions.</summary>
public abstract class FlowTablesConformance : StoreConformance
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private ISfidLinks Links => World.Stores.Links;

    private IOfferTable Offers => World.Stores.Offers;

    private ISubmissionTable Submissions => World.Stores.Submissions;

    [Fact]
    public async Task Learned_link_is_found_and_an_unknown_one_is_not()
    {
        await TurnAsync(async turn => (await Links.LearnAsync(turn, [(Actor(1), "001A"), (Actor(2), "001B"), (Actor(2), "001B")], Stop)).ShouldBeEmpty());
        var found = await LookAsync(turn => Links.FindAsync(turn, ["001A", "001B", "001C", "001A"], Stop));
        found.OrderBy(link => link.Key, StringComparer.Ordinal).ShouldBe([KeyValuePair.Create("001A", Actor(1)), KeyValuePair.Create("001B", Actor(2))]);
    }

    [Fact]
    public async Task Links_are_paged_by_their_sfids()
    {
        await TurnAsync(turn => Links.LearnAsync(turn, [(Actor(3), "001a"), (Actor(1), "001A"), (Actor(2), "001B"), (Actor(4), "001b"), (Actor(5) with { Kind = 2 }, "001Z")], Stop));
        await TurnAsync(turn => Links.BuryAsync(turn, ["001B", "001C"], default, Stop));
        (await LookAsync(turn => Links.PageAsync(turn, StoreWorld.Account, "", 3, Stop))).ShouldBe([("001A", Actor(1)), ("001B", Actor(2)), ("001a", Actor(3))]);
        (await LookAsync(turn => Links.PageAsync(turn, StoreWorld.Account, "001a", 2, Stop))).ShouldBe([("001b", Actor(4))]);
        (await LookAsync(turn => Links.PageAsync(turn, StoreWorld.Account, "001A", 1, Stop))).ShouldBe([("001B", Actor(2))], "it was deleted, and may live again");
    }

    [Fact]
    public async Task Turn_finds_the_link_it_has_learned()
    {
        await TurnAsync(async turn =>
        {
            await Links.LearnAsync(turn, [(Actor(1), "001A")], Stop);
            (await Links.FindAsync(turn, ["001A"], Stop)).Keys.ShouldBe(["001A"]);
            (await LookAsync(other => Links.FindAsync(other, ["001A"], Stop))).ShouldBeEmpty();
        });
    }

    [Fact]
    public async Task Link_learned_twice_stays_with_the_record_that_was_first()
    {
        await TurnAsync(turn => Links.LearnAsync(turn, [(Actor(1), "001A")], Stop));
        await TurnAsync(async turn => (await Links.LearnAsync(turn, [(Actor(2), "001A")], Stop)).ShouldBeEmpty());
        (await LookAsync(turn => Links.FindAsync(turn, ["001A"], Stop)))["001A"].ShouldBe(Actor(1));
    }

    [Fact]
    public async Task Delete_of_a_known_link_names_its_record_and_the_link_stays()
    {
        await TurnAsync(turn => Links.LearnAsync(turn, [(Actor(1), "001A")], Stop));
        await TurnAsync(async turn => (await Links.BuryAsync(turn, ["001B", "001A"], At, Stop)).ShouldBe([KeyValuePair.Create("001A", Actor(1))]));
        (await LookAsync(turn => Links.FindAsync(turn, ["001A", "001B"], Stop))).Keys.ShouldBe(["001A"]);
        await TurnAsync(async turn => (await Links.LearnAsync(turn, [(Actor(1), "001A")], Stop)).ShouldBeEmpty("who is known has been told"));
    }

    [Fact]
    public async Task Delete_before_its_link_is_learned_is_told_once_to_whoever_learns_it()
    {
        await TurnAsync(async turn => (await Links.BuryAsync(turn, ["001A"], At - TimeSpan.FromHours(1), Stop)).ShouldBeEmpty());
        await TurnAsync(async turn => (await Links.BuryAsync(turn, ["001A"], At, Stop)).ShouldBeEmpty());
        (await LookAsync(turn => Links.FindAsync(turn, ["001A"], Stop))).ShouldBeEmpty();
        await TurnAsync(async turn => (await Links.LearnAsync(turn, [(Actor(1), "001A"), (Actor(2), "001B")], Stop)).ShouldBe([(Actor(1), "001A", At)]));
        await TurnAsync(async turn => (await Links.LearnAsync(turn, [(Actor(1), "001A")], Stop)).ShouldBeEmpty());
        (await LookAsync(turn => Links.FindAsync(turn, ["001A"], Stop)))["001A"].ShouldBe(Actor(1));
    }

    [Fact]
    public async Task Whoever_learns_waits_for_whoever_buries_the_same_link()
    {
        await using var turn = await Turns.BeginAsync(Stop);
        await Links.BuryAsync(turn, ["001A"], At, Stop);
        await World.WaitsAsync(() => TurnAsync(other => Links.LearnAsync(other, [(Actor(1), "001A")], Stop)));
        await turn.CommitAsync(Stop);
        await TurnAsync(async other => (await Links.LearnAsync(other, [(Actor(1), "001A")], Stop)).ShouldHaveSingleItem());
    }

    [Fact]
    public async Task Offer_comes_back_as_it_was_made()
    {
        var write = Write(1) with { Attempts = 2, Alone = true, Contended = true };
        await TurnAsync(turn => Offers.OfferAgainAsync(turn, [(write, At), (Write(2), null), (Write(3), At.AddSeconds(1))], Stop));
        var (writes, now) = await Offers.OpenWindow().ReadAsync(10, Stop);
        writes.Select(ready => (ready.Write, ready.DueAt)).ShouldBe([(write, At), (Write(2), null), (Write(3), At.AddSeconds(1))]);
        now.ShouldBeGreaterThan(At);
    }

    [Fact]
    public async Task Offer_committed_late_is_read_exactly_once()
    {
        var window = Offers.OpenWindow();
        await using var late = await Turns.BeginAsync(Stop);
        await Offers.OfferAsync(late, [Write(1)], Stop);
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(2)], Stop));
        (await NumbersAsync(window, 10)).ShouldBe([2]);
        (await NumbersAsync(window, 10)).ShouldBeEmpty();
        await late.CommitAsync(Stop);
        (await NumbersAsync(window, 10)).ShouldBe([1]);
        (await NumbersAsync(window, 10)).ShouldBeEmpty();
        (await NumbersAsync(Offers.OpenWindow(), 10)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Offers_are_read_in_pieces_of_at_most_what_is_asked_for_and_late_ones_behind_them()
    {
        var window = Offers.OpenWindow();
        await using var late = await Turns.BeginAsync(Stop);
        await Offers.OfferAsync(late, [Write(9)], Stop);
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1), Write(2), Write(3), Write(4)], Stop));

        (await NumbersAsync(window, 0)).ShouldBeEmpty();
        (await NumbersAsync(window, 2)).ShouldBe([1, 2]);
        await late.CommitAsync(Stop);
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(5)], Stop));
        (await NumbersAsync(window, 0)).ShouldBeEmpty();
        (await NumbersAsync(window, 1)).ShouldBe([3]);
        (await NumbersAsync(window, 2)).ShouldBe([4]);
        (await NumbersAsync(window, 2)).ShouldBe([9, 5]);
        (await NumbersAsync(window, 2)).ShouldBeEmpty();
        (await NumbersAsync(window, 2)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Offer_taken_while_its_window_is_half_read_does_not_come()
    {
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1), Write(2), Write(3)], Stop));
        var ids = (await Offers.OpenWindow().ReadAsync(10, Stop)).Writes.Select(write => write.OfferId).ToArray();
        var window = Offers.OpenWindow();
        (await NumbersAsync(window, 1)).ShouldBe([1]);
        await TurnAsync(turn => Offers.TakeAsync(turn, [ids[1]], Stop));
        (await NumbersAsync(window, 5)).ShouldBe([3]);
    }

    [Fact]
    public async Task Offers_in_order_come_by_their_position_in_the_change_log_and_then_as_they_were_offered()
    {
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1) with { Position = 30 }, Write(2) with { Position = 10 }, Write(3), Write(4) with { Position = 10 }], Stop));
        await TurnAsync(turn => Offers.OfferAgainAsync(turn, [(Write(5) with { Position = 20 }, At)], Stop));
        var look = await Offers.ReadInOrderAsync(4, Stop);
        look.Writes.Select(ready => (ready.Write.WriteNo, ready.Write.Position, ready.DueAt)).ShouldBe([(3, 0, null), (2, 10, null), (4, 10, null), (5, 20, At)]);
        look.Now.ShouldBeGreaterThan(At);
        await TurnAsync(turn => Offers.TakeAsync(turn, [look.Writes[0].OfferId], Stop));
        (await Offers.ReadInOrderAsync(1, Stop)).Writes.ShouldHaveSingleItem().Write.WriteNo.ShouldBe(2);
    }

    [Fact]
    public async Task Offers_in_order_come_with_the_first_committed_change_that_is_not_decided()
    {
        var leases = await HoldAsync();
        (await Offers.ReadInOrderAsync(1, Stop)).UndecidedFrom.ShouldBeNull();
        await using var late = await World.BeginAsync();
        await late.InsertAsync(Key(1), ("Name", "late"));
        await ApplicationAsync(session => session.InsertAsync(Key(2), ("Name", "first")));
        await ApplicationAsync(session => session.InsertAsync(Key(34), ("Name", "second")));
        await ApplicationAsync(session => session.InsertAsync(Key(3), ("Name", "third")));
        var ids = (await WindowAsync(Nothing)).Changes.Select(change => change.Id).ToArray();
        (await Offers.ReadInOrderAsync(1, Stop)).UndecidedFrom.ShouldBe(ids[0]);

        // Key 2 and key 34 are of one shard: half of its window is read, then all of everybody's.
        await DecideAsync(leases.Where(lease => lease.Address == 2), rowsMax: 1);
        (await Offers.ReadInOrderAsync(1, Stop)).UndecidedFrom.ShouldBe(ids[1]);
        await DecideAsync(leases.Where(lease => lease.Address == 2), rowsMax: 10);
        (await Offers.ReadInOrderAsync(1, Stop)).UndecidedFrom.ShouldBe(ids[2]);
        await DecideAsync(leases.Where(lease => lease.Address != 2), rowsMax: 10);
        (await Offers.ReadInOrderAsync(1, Stop)).UndecidedFrom.ShouldBeNull();
        await late.CommitAsync();
        (await Offers.ReadInOrderAsync(1, Stop)).UndecidedFrom.ShouldNotBeNull().ShouldBeLessThan(ids[0]);
    }

    [Fact]
    public async Task Offers_in_order_come_with_the_mail_that_waits_for_records()
    {
        var empty = await Offers.ReadInOrderAsync(1, Stop);
        (empty.OldestMail, empty.LatestMail, empty.Writes.Count).ShouldBe((null, null, 0));
        await TurnAsync(turn =>
        {
            turn.Send(10_000, "{}");
            turn.Send(3, "{}");
            turn.Send(5, "{}", At.AddYears(50));
            return Task.CompletedTask;
        });
        var look = await Offers.ReadInOrderAsync(1, Stop);
        var ids = (await Turns.PeekMailAsync(3, 10, Stop)).Concat(await Turns.PeekMailAsync(5, 10, Stop)).Select(envelope => envelope.Id).ToArray();
        (look.OldestMail, look.LatestMail).ShouldBe((ids[0], ids[1]));
    }

    [Fact]
    public async Task Offers_exceed_a_number_when_more_of_them_wait_due_or_not()
    {
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1), Write(2)], Stop));
        await TurnAsync(turn => Offers.OfferAgainAsync(turn, [(Write(3), At.AddYears(50))], Stop));
        (await Offers.ExceedAsync(3, inLogOrder: false, Stop)).ShouldBeFalse();
        (await Offers.ExceedAsync(2, inLogOrder: false, Stop)).ShouldBeTrue();
        (await Offers.WaitingAsync(3, Stop)).ShouldBeEmpty();
        (await Offers.WaitingAsync(2, Stop)).ShouldBe([KeyValuePair.Create(StoreWorld.Account, 3L)]);
        var ids = (await Offers.OpenWindow().ReadAsync(10, Stop)).Writes.Select(write => write.OfferId).ToArray();
        await TurnAsync(turn => Offers.TakeAsync(turn, [ids[1]], Stop));
        (await Offers.ExceedAsync(2, inLogOrder: false, Stop)).ShouldBeFalse("ids that are gone do not count");
        (await Offers.WaitingAsync(2, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Offers_that_all_stand_behind_an_undecided_change_exceed_nothing_in_the_order_of_the_log()
    {
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1) with { Position = long.MaxValue - 1 }, Write(2) with { Position = long.MaxValue }], Stop));
        (await Offers.ExceedAsync(1, inLogOrder: true, Stop)).ShouldBeTrue("everything is decided");
        await ApplicationAsync(session => session.InsertAsync(Key(2), ("Name", "undecided")));
        (await Offers.ExceedAsync(1, inLogOrder: true, Stop)).ShouldBeFalse("they wait for that, and it would wait for them");
        (await Offers.ExceedAsync(1, inLogOrder: false, Stop)).ShouldBeTrue();
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(3)], Stop));
        (await Offers.ExceedAsync(1, inLogOrder: true, Stop)).ShouldBeTrue("one of them can leave");
    }

    [Fact]
    public async Task Offers_that_were_read_can_be_read_again_as_long_as_they_are_there()
    {
        await TurnAsync(turn => Offers.OfferAgainAsync(turn, [(Write(1), null), (Write(2), At), (Write(3), null)], Stop));
        var window = Offers.OpenWindow();
        var ids = (await window.ReadAsync(10, Stop)).Writes.Select(write => write.OfferId).ToArray();
        await TurnAsync(turn => Offers.TakeAsync(turn, [ids[0]], Stop));
        var again = (await window.ReadAgainAsync([ids[2], ids[0], ids[1]], Stop)).ToArray();
        again.Select(ready => (ready.OfferId, ready.Write.WriteNo, ready.DueAt)).ShouldBe([(ids[1], 2, At), (ids[2], 3, default(DateTimeOffset?))]);
        (await NumbersAsync(window, 10)).ShouldBeEmpty("the window goes on where it was");
    }

    [Fact]
    public async Task Offer_is_taken_once()
    {
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1), Write(2)], Stop));
        var ids = (await Offers.OpenWindow().ReadAsync(10, Stop)).Writes.Select(write => write.OfferId).ToArray();
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await Offers.TakeAsync(turn, ids, Stop);
        }

        await TurnAsync(turn => Offers.TakeAsync(turn, [ids[0]], Stop));
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await Should.ThrowAsync<StaleLeaseException>(() => Offers.TakeAsync(turn, ids, Stop));
        }

        (await NumbersAsync(Offers.OpenWindow(), 10)).ShouldBe([2]);
    }

    [Fact]
    public async Task Taker_of_an_offer_waits_for_another_one()
    {
        await TurnAsync(turn => Offers.OfferAsync(turn, [Write(1)], Stop));
        var id = (await Offers.OpenWindow().ReadAsync(10, Stop)).Writes.ShouldHaveSingleItem().OfferId;
        await using var first = await Turns.BeginAsync(Stop);
        await Offers.TakeAsync(first, [id], Stop);
        await World.WaitsAsync(() => TurnAsync(turn => Offers.TakeAsync(turn, [id], Stop)));
    }

    [Fact]
    public async Task Started_submissions_are_open_oldest_first_and_doubtful_to_whoever_finds_them()
    {
        var started = new List<DateTimeOffset>();
        foreach (var number in new[] { 3, 1, 2 })
        {
            await TurnAsync(turn =>
            {
                started.Add(turn.Now);
                return StartAsync(turn, number);
            });
        }

        var open = await Submissions.OpenAsync(Stop);
        open.Select(submission => submission.Id).ShouldBe([Key(3), Key(1), Key(2)]);
        open.Select(submission => submission.StartedAt).ShouldBe(started);
        open.ShouldAllBe(submission => submission.Doubtful && submission.Mapping == StoreWorld.Account && submission.Operation == WriteOperation.Update);
        open[0].Writes.ShouldBe([Write(3), Write(4)]);
    }

    [Fact]
    public async Task Submission_is_finished_once()
    {
        await TurnAsync(turn => StartAsync(turn, 1));
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await turn.ReadNowAsync(Stop);
            (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeTrue();
        }

        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem("the turn did not commit");
        await TurnAsync(async turn =>
        {
            (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeTrue();
            (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeFalse();
        });
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeFalse());
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(2), "{}", Stop)).ShouldBeFalse("it was never started"));
        (await Submissions.OpenAsync(Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_submission_sent_is_known_before_and_after_it_is_finished()
    {
        await TurnAsync(turn => StartAsync(turn, 1));
        (await Submissions.SentAsync([Key(1), Key(2)], Stop)).ShouldHaveSingleItem().Value.ShouldBe([Write(1), Write(2)]);
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeTrue());
        (await Submissions.SentAsync([Key(1)], Stop)).ShouldHaveSingleItem().Value.ShouldBe([Write(1), Write(2)]);
        (await Submissions.SentAsync([], Stop)).ShouldBeEmpty();

        await TurnAsync(turn => StartAsync(turn, 2));
        await TurnAsync(async turn => (await Submissions.LeaveAsync(turn, Key(2), [Write(3)], Stop)).ShouldBeTrue());
        (await Submissions.SentAsync([Key(2)], Stop)).ShouldHaveSingleItem().Value.ShouldBe([Write(2), Write(3)], "also what has been settled before the rest");
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(2), "{}", Stop)).ShouldBeTrue());
        (await Submissions.SentAsync([Key(2)], Stop)).ShouldHaveSingleItem().Value.ShouldBe([Write(2), Write(3)]);
    }

    [Fact]
    public async Task Submission_is_started_once()
    {
        await TurnAsync(turn => StartAsync(turn, 1));
        await using var turn = await Turns.BeginAsync(Stop);
        await turn.ReadNowAsync(Stop);
        await Should.ThrowAsync<Exception>(() => StartAsync(turn, 1));
    }

    [Fact]
    public async Task Doubt_is_noted_of_what_is_open_and_leaves_it_open()
    {
        await TurnAsync(turn => StartAsync(turn, 1));
        (await World.DoubtfulSinceAsync(Key(1))).ShouldBeNull();
        var noted = default(DateTimeOffset);
        await TurnAsync(turn =>
        {
            noted = turn.Now;
            return Submissions.DoubtAsync(turn, Key(1), Stop);
        });
        (await World.DoubtfulSinceAsync(Key(1))).ShouldBe(noted);
        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem();
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeTrue());
        await TurnAsync(turn => Submissions.DoubtAsync(turn, Key(1), Stop));
        (await World.DoubtfulSinceAsync(Key(1))).ShouldBe(noted, "it is finished");
        await TurnAsync(turn => Submissions.DoubtAsync(turn, Key(2), Stop));
    }

    [Fact]
    public async Task Submission_of_which_some_writes_are_lost_keeps_these_alone_and_stays_open()
    {
        await TurnAsync(turn => StartAsync(turn, 1, SubmissionApi.Bulk));
        await TurnAsync(async turn => (await Submissions.LeaveAsync(turn, Key(1), [Write(2)], Stop)).ShouldBeTrue());
        (await World.DoubtfulSinceAsync(Key(1))).ShouldNotBeNull();
        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem().Writes.ShouldHaveSingleItem().WriteNo.ShouldBe(2);
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeTrue());
        await TurnAsync(async turn => (await Submissions.LeaveAsync(turn, Key(1), [Write(2)], Stop)).ShouldBeFalse("it is finished"));
        await TurnAsync(async turn => (await Submissions.LeaveAsync(turn, Key(2), [Write(2)], Stop)).ShouldBeFalse("it was never started"));
    }

    [Fact]
    public async Task Job_of_a_submission_is_noted_once_and_known_to_whoever_finds_it()
    {
        await TurnAsync(turn => StartAsync(turn, 1, SubmissionApi.Bulk));
        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(open => open.Api.ShouldBe(SubmissionApi.Bulk), open => open.JobId.ShouldBeNull());
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await turn.ReadNowAsync(Stop);
            (await Submissions.OpenJobAsync(turn, Key(1), "750A", Stop)).ShouldBeTrue();
        }

        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem().JobId.ShouldBeNull("the turn did not commit");
        await TurnAsync(async turn => (await Submissions.OpenJobAsync(turn, Key(1), "750B", Stop)).ShouldBeTrue());
        await TurnAsync(async turn => (await Submissions.OpenJobAsync(turn, Key(1), "750B", Stop)).ShouldBeTrue("it is the same"));
        await TurnAsync(async turn => (await Submissions.OpenJobAsync(turn, Key(1), "750C", Stop)).ShouldBeFalse());
        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem().JobId.ShouldBe("750B");
        await TurnAsync(async turn => (await Submissions.FinishAsync(turn, Key(1), "{}", Stop)).ShouldBeTrue());
        await TurnAsync(async turn => (await Submissions.OpenJobAsync(turn, Key(1), "750B", Stop)).ShouldBeFalse("it is finished"));
    }

    private Task DecideAsync(IEnumerable<Runtime.Sharding.HeldLease> shards, int rowsMax) => TurnAsync(turn =>
        new Runtime.Turns.ChangeWindow([.. shards.Where(lease => lease.Address < StoreWorld.ShardCount)]) { ShardCount = StoreWorld.ShardCount }.ReadAsync(turn, rowsMax, Stop));

    private async Task StartAsync(Runtime.Turns.Turn turn, int number, SubmissionApi api = SubmissionApi.Soap) => await Submissions.StartAsync(
        turn, new() { Address = 10_000, Epoch = 1, Token = Key(900), Snap = Nothing },
        [new Submission(Key(number), StoreWorld.Account, WriteOperation.Update, [Write(number), Write(number + 1)], turn.Now) { Api = api }], Stop);

    private static async Task<int[]> NumbersAsync(IOfferWindow window, int max) =>
        [.. (await window.ReadAsync(max, Stop)).Writes.Select(ready => ready.Write.WriteNo)];

    private static OfferedWrite Write(int number) => new(
        StoreWorld.Account, Key(number), number, WriteOperation.Update, "001A", FieldValues.Of(("Name", "Ada"), ("Phone", null)), FieldValues.Of(("Name", "Eve")), At);
}
