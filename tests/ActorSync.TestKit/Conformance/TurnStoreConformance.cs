using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Turns: all or nothing, fenced last; journal, snapshots and mail.</summary>
public abstract class TurnStoreConformance : StoreConformance
{
    [Fact]
    public async Task Committed_turn_leaves_journal_snapshot_mail_and_an_advanced_lease()
    {
        var lease = (await HoldAsync())[3];
        await TurnAsync(turn =>
        {
            turn.Journal(lease, Actor(3), "happened", "1");
            turn.Journal(lease, Actor(3), "happened", "2");
            turn.Snapshot(new ActorSnapshot(Actor(3), 3, lease.JournalSeq, Owes: true, Parked: false, "\"state\""));
            turn.Send(3, "\"mail\"");
            lease.Cursor = """{"at": 1}""";
            return Task.CompletedTask;
        });

        (lease.BatchNo, lease.JournalSeq).ShouldBe((1, 2));
        (await World.JournalAsync()).Select(entry => (entry.Address, entry.Seq, entry.Epoch, entry.Actor, entry.Type, entry.Body))
            .ShouldBe([(3, 1L, lease.Epoch, Actor(3), "happened", "1"), (3, 2L, lease.Epoch, Actor(3), "happened", "2")]);
        (await World.SnapshotsAsync()).ShouldBe([new ActorSnapshot(Actor(3), 3, 2, true, false, "\"state\"")]);
        (await LookAsync(turn => turn.ReadStatesAsync([Actor(3), Actor(4)], Stop))).ShouldBe([KeyValuePair.Create(Actor(3), "\"state\"")]);
        (await Turns.OwingAsync([3], 10, Stop)).ShouldBe([Actor(3)]);
        (await Turns.OwingAsync([4], 10, Stop)).ShouldBeEmpty();
        (await MailAsync(3)).ShouldBe(["\"mail\""]);

        await Turns.Leases.ReleaseAsync(Key(900), Stop);
        var next = (await HoldAsync(901))[3];
        (next.BatchNo, next.JournalSeq, next.Cursor, next.Epoch).ShouldBe((1, 2, """{"at": 1}""", lease.Epoch + 1));
    }

    [Fact]
    public async Task Turn_that_does_not_commit_leaves_nothing_and_gives_its_leases_their_old_values_back()
    {
        var lease = (await HoldAsync())[3];
        var write = new OfferedWrite(StoreWorld.Account, Key(3), 1, WriteOperation.Insert, null, FieldValues.Empty, FieldValues.Empty, await Turns.NowAsync(Stop));
        await TurnAsync(turn =>
        {
            turn.Send(3, "1");
            return Task.CompletedTask;
        });
        var snap = lease.Snap;
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            (await turn.TakeMailAsync([3], 10, Stop)).ShouldHaveSingleItem();
            turn.Journal(lease, Actor(3), "happened", "1");
            turn.Snapshot(new ActorSnapshot(Actor(3), 3, lease.JournalSeq, false, false, "1"));
            turn.Send(4, "2");
            await World.Stores.Offers.OfferAsync(turn, [write], Stop);
            await World.Stores.Links.LearnAsync(turn, [(Actor(3), "001A")], Stop);
            await World.Stores.Submissions.StartAsync(turn, lease, [new Submission(Key(70), StoreWorld.Account, WriteOperation.Insert, [write], turn.Now)], Stop);
            (lease.Cursor, lease.Snap, lease.Window, lease.WindowId) = ("""{"at": 1}""", "9:9:", "9:9:", 9);
        }

        (lease.JournalSeq, lease.BatchNo, lease.Cursor, lease.Snap, lease.Window, lease.WindowId).ShouldBe((0, 0, "{}", snap, null, 0));
        (await World.JournalAsync()).ShouldBeEmpty();
        (await World.SnapshotsAsync()).ShouldBeEmpty();
        (await MailAsync(3, 4)).ShouldBe(["1"]);
        (await World.Stores.Offers.OpenWindow().ReadAsync(10, Stop)).Writes.ShouldBeEmpty();
        (await LookAsync(turn => World.Stores.Links.FindAsync(turn, ["001A"], Stop))).ShouldBeEmpty();
        (await World.Stores.Submissions.OpenAsync(Stop)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fence_refuses_a_token_or_a_batch_number_that_is_not_the_stores(bool isToken)
    {
        var held = await HoldAsync();
        var stale = new HeldLease
        {
            Address = 3, Epoch = held[3].Epoch, Snap = held[3].Snap, Token = isToken ? Key(99) : held[3].Token, BatchNo = isToken ? 0 : 1,
        };
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await turn.ReadNowAsync(Stop);
            turn.Journal(held[4], Actor(4), "happened", "1");
            turn.Journal(stale, Actor(3), "happened", "1");
            turn.Send(3, "1");
            await Should.ThrowAsync<StaleLeaseException>(() => turn.CommitAsync(Stop));
        }

        (held[4].JournalSeq, held[4].BatchNo, stale.JournalSeq).ShouldBe((0, 0, 0));
        (await World.JournalAsync()).ShouldBeEmpty();
        (await MailAsync(3)).ShouldBeEmpty();
        await TurnAsync(turn =>
        {
            turn.Journal(held[4], Actor(4), "happened", "1");
            return Task.CompletedTask;
        });
        (held[4].JournalSeq, held[4].BatchNo).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Released_lease_fences_its_former_holder()
    {
        var lease = (await HoldAsync())[3];
        await Turns.Leases.ReleaseAsync(Key(900), Stop);
        await using var turn = await Turns.BeginAsync(Stop);
        turn.Advance(lease);
        await Should.ThrowAsync<StaleLeaseException>(() => turn.CommitAsync(Stop));
    }

    [Fact]
    public async Task Journal_takes_no_number_twice()
    {
        var lease = (await HoldAsync())[3];
        await TurnAsync(turn =>
        {
            turn.Journal(lease, Actor(3), "happened", "1");
            return Task.CompletedTask;
        });
        lease.JournalSeq = 0;
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await turn.ReadNowAsync(Stop);
            turn.Journal(lease, Actor(3), "happened", "2");
            await Should.ThrowAsync<Exception>(() => turn.CommitAsync(Stop));
        }

        (await World.JournalAsync()).ShouldHaveSingleItem().Body.ShouldBe("1");
    }

    [Fact]
    public async Task Snapshot_replaces_the_one_before()
    {
        var lease = (await HoldAsync())[3];
        foreach (var (seq, owes) in new[] { (1L, true), (2L, false) })
        {
            await TurnAsync(turn =>
            {
                turn.Advance(lease);
                turn.Snapshot(new ActorSnapshot(Actor(3), 3, seq, owes, false, $"\"{seq}\""));
                return Task.CompletedTask;
            });
        }

        (await World.SnapshotsAsync()).ShouldBe([new ActorSnapshot(Actor(3), 3, 2, false, false, "\"2\"")]);
        (await Turns.OwingAsync(AllShards, 10, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_each_kind_so_many_owing_actors_are_looked_for_as_are_wanted()
    {
        var held = await HoldAsync();
        await SnapshotAsync(held, Enumerable.Range(3, 5).Select(Actor).Append(new ActorId(7, Key(9))), owes: true);
        (await Turns.OwingAsync(AllShards, 2, Stop)).Select(id => id.Kind).ShouldBe([StoreWorld.Account, StoreWorld.Account, (short)7], ignoreOrder: true);
        (await Turns.OwingAsync([9], 2, Stop)).ShouldBe([new ActorId(7, Key(9))]);
    }

    [Fact]
    public async Task Owing_actors_of_a_kind_come_in_pieces_by_shard_and_id_each_once()
    {
        var held = await HoldAsync();
        ActorId[] owing = [.. new[] { 3, 35, 67, 4, 36, 5, 37, 6 }.Select(Actor)];
        await SnapshotAsync(held, owing.Append(new ActorId(7, Key(4))), owes: true);
        await SnapshotAsync(held, [Actor(99), Actor(68)], owes: false);

        (await Turns.OwingAsync(AllShards, 5, Stop)).Where(id => id.Kind == StoreWorld.Account).ShouldBe(owing[..5]);
        (await Turns.OwingAsync(AllShards, StoreWorld.Account, null, 5, Stop)).ShouldBe(owing[..5]);
        (await Turns.OwingAsync(AllShards, StoreWorld.Account, owing[1].Entity, 3, Stop)).ShouldBe(owing[2..5]);
        (await Turns.OwingAsync(AllShards, StoreWorld.Account, owing[4].Entity, 5, Stop)).ShouldBe(owing[5..]);
        (await Turns.OwingAsync(AllShards, StoreWorld.Account, owing[^1].Entity, 5, Stop)).ShouldBeEmpty();
        (await Turns.OwingAsync([5, 3], StoreWorld.Account, owing[0].Entity, 5, Stop)).ShouldBe([owing[1], owing[2], owing[5], owing[6]]);

        // The one that was last need not owe anything any more.
        await SnapshotAsync(held, [owing[1]], owes: false);
        (await Turns.OwingAsync(AllShards, StoreWorld.Account, owing[1].Entity, 1, Stop)).ShouldBe([owing[2]]);
        (await Turns.OwingAsync(AllShards, StoreWorld.Account, Key(99), 1, Stop)).ShouldBe([owing[3]]);
    }

    private Task SnapshotAsync(IReadOnlyList<HeldLease> held, IEnumerable<ActorId> actors, bool owes) => TurnAsync(turn =>
    {
        foreach (var actor in actors)
        {
            var lease = held[Addresses.ShardOf(actor.Entity, StoreWorld.ShardCount)];
            turn.Advance(lease);
            turn.Snapshot(new ActorSnapshot(actor, (short)lease.Address, 1, owes, Parked: false, "1"));
        }

        return Task.CompletedTask;
    });

    [Fact]
    public async Task Actor_has_one_snapshot_in_a_turn()
    {
        var lease = (await HoldAsync())[3];
        await using var turn = await Turns.BeginAsync(Stop);
        turn.Advance(lease);
        turn.Snapshot(new ActorSnapshot(Actor(3), 3, 1, false, false, "1"));
        turn.Snapshot(new ActorSnapshot(Actor(3), 3, 2, false, false, "2"));
        await Should.ThrowAsync<Exception>(() => turn.CommitAsync(Stop));
    }

    [Fact]
    public async Task Snapshot_under_no_lease_is_refused()
    {
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            turn.Snapshot(new ActorSnapshot(Actor(3), 3, 1, false, false, "1"));
            (await Should.ThrowAsync<InvalidOperationException>(() => turn.CommitAsync(Stop))).Message.ShouldContain("must be fenced");
        }

        (await World.SnapshotsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mail_comes_when_it_is_due_in_the_order_of_sending_and_no_more_than_asked_for()
    {
        var now = await Turns.NowAsync(Stop);
        await TurnAsync(turn =>
        {
            turn.Send(3, "1", now - TimeSpan.FromHours(1));
            turn.Send(4, "2");
            turn.Send(3, "3", now + TimeSpan.FromHours(1));
            turn.Send(5, "4");
            turn.Send(3, "5");
            return Task.CompletedTask;
        });

        (await MailAsync(3, 4)).ShouldBe(["1", "2", "5"]);
        (await Turns.PeekPostponedAsync([5, 4, 3], 9, Stop)).Select(envelope => (envelope.Address, envelope.Body)).ShouldBe([(3, "1"), (3, "3")]);
        (await Turns.PeekPostponedAsync([3], 1, Stop)).ShouldHaveSingleItem().Body.ShouldBe("1");
        (await LookAsync(turn => turn.TakeMailAsync([5, 4, 3], 2, Stop))).Select(envelope => (envelope.Address, envelope.Body)).ShouldBe([(3, "1"), (4, "2")]);
        (await Turns.GlanceAsync([3], Stop)).DueMail.ShouldBe([3]);
        await TurnAsync(async turn => (await turn.TakeMailAsync([3, 4], 10, Stop)).Count.ShouldBe(3));
        (await MailAsync(3, 4)).ShouldBeEmpty();
        (await Turns.GlanceAsync([3, 4], Stop)).DueMail.ShouldBeEmpty();
        (await Turns.GlanceAsync([3, 5], Stop)).DueMail.ShouldBe([5]);
        (await Turns.CountShardMailAsync(10, Stop)).ShouldBe(2);
        (await Turns.CountShardMailAsync(1, Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Mail_of_the_coordinator_and_the_feeds_is_not_counted_as_mail_of_shards()
    {
        await TurnAsync(turn =>
        {
            turn.Send(Addresses.Coordinator, "1");
            turn.Send(Addresses.Feed(1), "2");
            turn.Send(31, "3");
            return Task.CompletedTask;
        });
        (await Turns.CountShardMailAsync(10, Stop)).ShouldBe(1);
    }

    [Fact]
    public async Task Envelope_is_taken_by_one_of_two_turns_at_once_and_comes_again_if_that_one_does_not_commit()
    {
        await TurnAsync(turn =>
        {
            turn.Send(3, "1");
            turn.Send(3, "2");
            return Task.CompletedTask;
        });
        await using (var first = await Turns.BeginAsync(Stop))
        {
            (await first.TakeMailAsync([3], 1, Stop)).ShouldHaveSingleItem().Body.ShouldBe("1");
            (await first.TakeMailAsync([3], 1, Stop)).ShouldHaveSingleItem().Body.ShouldBe("2");
            (await MailAsync(3)).ShouldBeEmpty();
        }

        (await MailAsync(3)).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task Taking_mail_reads_the_turns_time_even_when_there_is_none()
    {
        var before = await Turns.NowAsync(Stop);
        await using var turn = await Turns.BeginAsync(Stop);
        await turn.TakeMailAsync([3], 1, Stop);
        turn.Now.ShouldBeGreaterThanOrEqualTo(before);
        turn.Now.ShouldBeLessThan(before + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Peeked_mail_stays_until_it_is_removed_from_its_own_address()
    {
        var later = await Turns.NowAsync(Stop) + TimeSpan.FromHours(1);
        await TurnAsync(turn =>
        {
            turn.Send(Addresses.Feed(1), "1", later);
            turn.Send(Addresses.Feed(1), "2");
            turn.Send(Addresses.Feed(1), "3");
            return Task.CompletedTask;
        });
        var peeked = await Turns.PeekMailAsync(Addresses.Feed(1), 2, Stop);
        peeked.Select(envelope => (envelope.Address, envelope.Body)).ShouldBe([(Addresses.Feed(1), "1"), (Addresses.Feed(1), "2")]);

        await TurnAsync(turn => turn.RemoveMailAsync(Addresses.Feed(2), [peeked[0].Id], Stop));
        (await Turns.PeekMailAsync(Addresses.Feed(1), 9, Stop)).Select(envelope => envelope.Body).ShouldBe(["1", "2", "3"]);
        await TurnAsync(turn => turn.RemoveMailAsync(Addresses.Feed(1), [.. peeked.Select(envelope => envelope.Id), long.MaxValue], Stop));
        (await Turns.PeekMailAsync(Addresses.Feed(1), 9, Stop)).Select(envelope => envelope.Body).ShouldBe(["3"]);
    }

    // Its child may have been decided by another worker, and is held until then.
    [Fact]
    public async Task Birth_is_unread_from_its_commit_until_it_is_decided_and_again_while_it_is_offered()
    {
        var leases = await HoldAsync();
        var window = new ChangeWindow([leases[1]]) { ShardCount = StoreWorld.ShardCount };
        async Task ReadAsync(int rowsMax) => await TurnAsync(async turn =>
        {
            turn.Advance(leases[1]);
            await window.ReadAsync(turn, rowsMax, Stop);
        });
        async Task ShouldBeUnreadAsync(params int[] numbers) => (await World.Stores.Offers.OpenWindow().UnreadBirthsAsync([.. new[] { 1, 33, 2 }.Select(number => new RecordId(StoreWorld.Account, Key(number)))], Stop))
            .Select(record => record.ExternalId).ShouldBe(numbers.Select(Key), ignoreOrder: true);
        await ReadAsync(10);
        await ShouldBeUnreadAsync();
        await using (var session = await World.BeginAsync())
        {
            await session.InsertAsync(Key(1), ("Name", "Ada"));
            await session.InsertAsync(Key(33), ("Name", "Bob"));
            await ShouldBeUnreadAsync();
            await session.CommitAsync();
        }

        await ShouldBeUnreadAsync(1, 33);
        await ReadAsync(1);
        await ShouldBeUnreadAsync(33);
        await ReadAsync(10);
        await ShouldBeUnreadAsync();
        await TurnAsync(turn => World.Stores.Offers.OfferAsync(turn, [new OfferedWrite(StoreWorld.Account, Key(1), 1, WriteOperation.Insert, null, FieldValues.Empty, FieldValues.Empty, turn.Now)], Stop));
        await ShouldBeUnreadAsync(1);
    }

    // The half-read window is older than what the other shard has seen: nobody is taken back to it.
    [Fact]
    [Trait("Invariant", "I9")]
    public async Task Shard_that_comes_with_a_half_read_window_takes_no_other_back_in_the_log()
    {
        var leases = await HoldAsync();
        ChangeWindow Over(params int[] shards) => new([.. shards.Select(shard => leases[shard])]) { ShardCount = StoreWorld.ShardCount };
        var read = new List<Guid>();
        async Task ReadAsync(ChangeWindow window, int rowsMax)
        {
            await TurnAsync(async turn => read.AddRange((await window.ReadAsync(turn, rowsMax, Stop)).Select(change => change.Entity)));
        }

        Guid[] first = [Key(1), Key(1 + StoreWorld.ShardCount), Key(1 + (2 * StoreWorld.ShardCount))];
        foreach (var key in first)
        {
            await ApplicationAsync(session => session.InsertAsync(key, ("Name", "first")));
        }

        await ReadAsync(Over(1), 2);
        await ApplicationAsync(session => session.InsertAsync(Key(2), ("Name", "second")));
        await ReadAsync(Over(2), 10);
        await ApplicationAsync(session => session.InsertAsync(Key(2 + StoreWorld.ShardCount), ("Name", "third")));

        var together = Over(1, 2);
        for (var i = 0; i < 8; i++)
        {
            await ReadAsync(together, 10);
        }

        read.ShouldBe([.. first[..2], Key(2), .. read[3..]]);
        read.Order().ShouldBe(first.Append(Key(2)).Append(Key(2 + StoreWorld.ShardCount)).Order(), "each once");
    }
}
