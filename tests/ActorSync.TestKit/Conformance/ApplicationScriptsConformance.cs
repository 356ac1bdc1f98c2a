using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>What the application's transactions leave in the change log, and how windows read it.</summary>
public abstract class ApplicationScriptsConformance : StoreConformance
{
    [Fact]
    public async Task Window_whose_rows_lie_far_apart_in_the_log_is_read_in_pieces_without_a_gap()
    {
        await using var late = await World.BeginAsync();
        foreach (var number in new[] { 1, 2, 3 })
        {
            await late.InsertAsync(Key(number), ("Name", "late"));
        }

        for (var number = 100; number < 140; number++)
        {
            await ApplicationAsync(session => session.InsertAsync(Key(number), ("Name", "between")));
        }

        var decided = await SnapshotAsync();
        await late.InsertAsync(Key(4), ("Name", "late"));
        await late.CommitAsync();
        await ApplicationAsync(session => session.InsertAsync(Key(5), ("Name", "last")));

        var first = await WindowAsync(decided, rowsMax: 2);
        var second = await WindowAsync(decided, first.Window, first.Changes[^1].Id, rowsMax: 2);
        var third = await WindowAsync(decided, first.Window, second.Changes[^1].Id, rowsMax: 2);
        first.Changes.Concat(second.Changes).Concat(third.Changes).Select(change => change.Entity).ShouldBe([Key(1), Key(2), Key(3), Key(4), Key(5)]);
    }

    [Fact]
    public async Task Change_committed_late_behind_a_higher_id_is_read_exactly_once()
    {
        await using var late = await World.BeginAsync();
        await late.InsertAsync(Key(1), ("Name", "late"));
        await ApplicationAsync(session => session.InsertAsync(Key(2), ("Name", "early")));

        var first = await WindowAsync(Nothing);
        first.Changes.ShouldHaveSingleItem().Entity.ShouldBe(Key(2));
        await late.CommitAsync();
        var second = await WindowAsync(first.Window);
        second.Changes.ShouldHaveSingleItem().Entity.ShouldBe(Key(1));
        second.Changes[0].Id.ShouldBeLessThan(first.Changes[0].Id);
        (await WindowAsync(second.Window)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Window_is_read_in_pieces_and_takes_nothing_in_that_commits_meanwhile()
    {
        await using var late = await World.BeginAsync();
        await late.InsertAsync(Key(9), ("Name", "late"));
        await ApplicationAsync(async session =>
        {
            for (var i = 1; i <= 5; i++)
            {
                await session.InsertAsync(Key(i), ("Name", "early"));
            }
        });

        var first = await WindowAsync(Nothing, rowsMax: 2);
        await late.CommitAsync();
        await ApplicationAsync(session => session.InsertAsync(Key(10), ("Name", "later")));
        var second = await WindowAsync(Nothing, first.Window, first.Changes[^1].Id, rowsMax: 2);
        var third = await WindowAsync(Nothing, first.Window, second.Changes[^1].Id, rowsMax: 2);
        var fourth = await WindowAsync(first.Window);

        new[] { second.Window, third.Window }.ShouldAllBe(window => window == first.Window);
        new[] { first, second, third }.Select(piece => piece.Changes.Count).ShouldBe([2, 2, 1]);
        first.Changes.Concat(second.Changes).Concat(third.Changes).Select(change => change.Entity).ShouldBe(Enumerable.Range(1, 5).Select(Key));
        fourth.Changes.Select(change => change.Entity).ShouldBe([Key(9), Key(10)]);
    }

    [Fact]
    public async Task Window_shows_the_shards_that_are_asked_for()
    {
        await ApplicationAsync(async session =>
        {
            await session.InsertAsync(Key(1));
            await session.InsertAsync(Key(2));
            await session.InsertAsync(Key(2 + StoreWorld.ShardCount));
        });
        (await LookAsync(turn => turn.ReadWindowAsync(new LogRange([2], new LogPosition(Nothing)), 10, Stop))).Changes.Select(change => change.Entity)
            .ShouldBe([Key(2), Key(2 + StoreWorld.ShardCount)]);
        Addresses.ShardOf(Key(2 + StoreWorld.ShardCount), StoreWorld.ShardCount).ShouldBe((short)2);
    }

    [Fact]
    public async Task Rolled_back_changes_never_appear_and_their_rows_are_as_before()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada")));
        var snapshot = await SnapshotAsync();
        await using (var session = await World.BeginAsync())
        {
            await session.UpdateAsync(Key(1), ("Name", "Eve"));
            await session.InsertAsync(Key(2), ("Name", "Bob"));
            (await WindowAsync(snapshot)).Changes.ShouldBeEmpty();
            await session.RollbackAsync();
        }

        (await WindowAsync(snapshot)).Changes.ShouldBeEmpty();
        (await RowAsync(1))["Name"].ShouldBe("Ada");
        (await World.RowAsync(Key(2))).ShouldBeNull();
    }

    [Fact]
    public async Task Changes_behind_a_savepoint_vanish_with_it_and_their_revisions_are_given_again()
    {
        await ApplicationAsync(async session =>
        {
            await session.InsertAsync(Key(1), ("Name", "Ada"));
            await session.SavepointAsync();
            await session.UpdateAsync(Key(1), ("Name", "Eve"));
            await session.InsertAsync(Key(2), ("Name", "Bob"));
            await session.RollbackToSavepointAsync();
            await session.UpdateAsync(Key(1), ("Phone", "1"));
            await session.RollbackToSavepointAsync();
            await session.UpdateAsync(Key(1), ("Phone", "2"));
        });

        (await WindowAsync(Nothing)).Changes.Select(Line).ShouldBe(["I1 [] [fax= name=Ada phone= site=]", "U2 [phone=] [phone=2]"]);
        (await World.RowAsync(Key(2))).ShouldBeNull();
    }

    [Fact]
    public async Task Row_locked_behind_a_savepoint_is_free_once_that_is_rolled_back()
    {
        await ApplicationAsync(async session =>
        {
            await session.InsertAsync(Key(1));
            await session.InsertAsync(Key(2));
        });
        await using var first = await World.BeginAsync();
        await using var second = await World.BeginAsync();
        await first.UpdateAsync(Key(1), ("Phone", "1"));
        await first.SavepointAsync();
        await first.UpdateAsync(Key(2), ("Phone", "1"));
        await first.RollbackToSavepointAsync();

        (await second.UpdateAsync(Key(2), ("Phone", "2"))).ShouldBeTrue();
        await Should.ThrowAsync<TimeoutException>(() => second.UpdateAsync(Key(1), ("Phone", "2")));
    }

    [Fact]
    public async Task Row_held_before_a_savepoint_stays_held_when_that_is_rolled_back()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1)));
        await using var first = await World.BeginAsync();
        await using var second = await World.BeginAsync();
        await first.LockAsync(Key(1));
        await first.SavepointAsync();
        await first.UpdateAsync(Key(1), ("Phone", "1"));
        await first.RollbackToSavepointAsync();
        await Should.ThrowAsync<TimeoutException>(() => second.UpdateAsync(Key(1), ("Phone", "2")));
    }

    [Fact]
    public async Task Row_that_another_transaction_holds_is_waited_for()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1)));
        await using var first = await World.BeginAsync();
        await first.LockAsync(Key(1));
        await first.InsertAsync(Key(2));
        foreach (var statement in new Func<ApplicationSession, Task>[]
        {
            session => session.UpdateAsync(Key(1), ("Phone", "1")), session => session.DeleteAsync(Key(1)), session => session.LockAsync(Key(1)),
            session => session.InsertAsync(Key(2)),
        })
        {
            await using var second = await World.BeginAsync();
            await Should.ThrowAsync<TimeoutException>(() => statement(second));
        }
    }

    [Fact]
    public async Task Revisions_of_one_life_count_every_statement()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada"), ("Site", "x")));
        await ApplicationAsync(async session =>
        {
            (await session.UpdateAsync(Key(1), ("Name", "Eve"), ("Site", null))).ShouldBeTrue();
            (await session.UpdateAsync(Key(1), ("Name", "Ada"))).ShouldBeTrue();
            (await session.UpdateAsync(Key(2), ("Name", "nobody"))).ShouldBeFalse();
        });
        await ApplicationAsync(async session => (await session.DeleteAsync(Key(1))).ShouldBeTrue());

        var changes = (await WindowAsync(Nothing)).Changes;
        changes.Select(Line).ShouldBe(
        [
            "I1 [] [fax= name=Ada phone= site=x]", "U2 [name=Ada site=x] [name=Eve site=]", "U3 [name=Eve] [name=Ada]", "D3 [fax= name=Ada phone= site=] []",
        ]);
        changes.Select(change => change.Birth).Distinct().ShouldHaveSingleItem().ShouldBeGreaterThan(0);
        changes.Select(change => (change.Mapping, change.Entity)).Distinct().ShouldBe([(StoreWorld.Account, Key(1))]);
        changes.Select(change => change.Id).ShouldBeInOrder();
        changes.Select(change => change.At).ShouldBeInOrder();
        changes.Select(change => change.Xid).Distinct().Count().ShouldBe(3);
        (changes[0].Old, changes[^1].New).ShouldBe((null, null));
    }

    [Fact]
    public async Task Delete_and_insert_in_one_transaction_is_another_and_later_life()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada")));
        var snapshot = await SnapshotAsync();
        var before = await RowAsync(1);
        await ApplicationAsync(async session =>
        {
            await session.DeleteAsync(Key(1));
            (await session.DeleteAsync(Key(1))).ShouldBeFalse();
            await session.InsertAsync(Key(1), ("Name", "Ada"));
        });

        var changes = (await WindowAsync(snapshot)).Changes;
        changes.Select(change => (change.Operation, change.Revision)).ShouldBe([('D', 1L), ('I', 1L)]);
        changes[0].Birth.ShouldBe(before.Stamp.Birth);
        changes[1].Birth.ShouldBeGreaterThan(before.Stamp.Birth);
        (await RowAsync(1)).Stamp.ShouldBe(new(changes[1].Birth, 1));
    }

    [Fact]
    public async Task Unmapped_update_and_a_field_set_to_itself_have_a_revision_and_an_empty_difference()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada")));
        await ApplicationAsync(async session =>
        {
            await session.TouchAsync(Key(1));
            await session.SetToItselfAsync(Key(1), "Name");
            await session.UpdateAsync(Key(1), ("Name", "Ada"), ("Phone", null));
        });
        var changes = (await WindowAsync(Nothing)).Changes.Skip(1).ToArray();
        changes.Select(Line).ShouldBe(["U2 [] []", "U3 [] []", "U4 [] []"]);
        changes.ShouldAllBe(change => change.Old == "{}" && change.New == "{}");
    }

    [Fact]
    public async Task Statement_that_names_a_field_of_intent_is_logged_with_its_value_changed_or_not()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada"), ("Fax", "1")));
        await ApplicationAsync(async session =>
        {
            await session.SetToItselfAsync(Key(1), "Fax");
            await session.UpdateAsync(Key(1), ("Fax", "1"), ("Name", "Ada"));
            await session.UpdateAsync(Key(1), ("Fax", "1"), ("Name", "Eve"));
            await session.UpdateAsync(Key(1), ("Fax", "2"));
            await session.TouchAsync(Key(1));
            await session.UpdateAsync(Key(1), ("Name", "Ada"));
        });
        (await WindowAsync(Nothing)).Changes.Skip(1).Select(Line).ShouldBe(
            ["U2 [fax=1] [fax=1]", "U3 [fax=1] [fax=1]", "U4 [fax=1 name=Ada] [fax=1 name=Eve]", "U5 [fax=1] [fax=2]", "U6 [] []", "U7 [name=Eve] [name=Ada]"]);
    }

    [Fact]
    public async Task Nested_update_that_sets_a_field_of_intent_to_what_it_was_has_said_so()
    {
        await World.PutAsync(ApplicationRule.FaxFollowsPhone);
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada"), ("Fax", "F1")));
        await ApplicationAsync(session => session.UpdateAsync(Key(1), ("Phone", "1")));
        (await WindowAsync(Nothing)).Changes.Skip(1).Select(Line).ShouldBe(["U2 [phone=] [phone=1]", "U3 [fax=F1] [fax=F1]"]);
    }

    [Fact]
    public async Task Values_are_captured_as_they_are_stored()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "  Ada \"x\" \\ é "), ("Phone", "")));
        (await WindowAsync(Nothing)).Changes.Select(Line).ShouldBe(["I1 [] [fax= name=  Ada \"x\" \\ é  phone= site=]"]);
        (await RowAsync(1)).Values.ShouldBe(["  Ada \"x\" \\ é ", "", null, null]);
    }

    [Fact]
    public async Task Application_sees_that_its_new_row_waits()
    {
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada")));
        (await RowAsync(1)).LastOp.ShouldBe("PENDING");
    }

    [Fact]
    public async Task Second_insert_of_a_key_and_a_row_against_the_check_are_refused()
    {
        await World.PutAsync(ApplicationRule.PhoneIsChecked);
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada")));
        var snapshot = await SnapshotAsync();
        foreach (var statement in new Func<ApplicationSession, Task>[]
        {
            session => session.InsertAsync(Key(1)), session => session.UpdateAsync(Key(1), ("Phone", "refused")),
            session => session.InsertAsync(Key(2), ("Phone", "refused")),
        })
        {
            await using var session = await World.BeginAsync();
            await Should.ThrowAsync<MemoryRefusalException>(() => statement(session));
        }

        (await WindowAsync(snapshot)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Before_triggers_rewrite_is_what_is_captured()
    {
        await World.PutAsync(ApplicationRule.SiteInCapitals);
        await ApplicationAsync(async session =>
        {
            await session.InsertAsync(Key(1), ("Site", "here"));
            await session.UpdateAsync(Key(1), ("Site", "there"), ("Name", "Ada"));
            await session.UpdateAsync(Key(1), ("Site", "There"));
        });
        (await WindowAsync(Nothing)).Changes.Select(Line)
            .ShouldBe(["I1 [] [fax= name= phone= site=HERE]", "U2 [name= site=HERE] [name=Ada site=THERE]", "U3 [] []"]);
    }

    [Fact]
    public async Task Write_that_a_before_trigger_suppresses_is_no_change()
    {
        await World.PutAsync(ApplicationRule.GhostsAreNotWritten);
        await ApplicationAsync(async session =>
        {
            await session.InsertAsync(Key(1), ("Name", "Ada"));
            await session.InsertAsync(Key(2), ("Name", "ghost"));
            (await session.UpdateAsync(Key(1), ("Name", "ghost"))).ShouldBeFalse();
        });
        (await WindowAsync(Nothing)).Changes.Select(Line).ShouldBe(["I1 [] [fax= name=Ada phone= site=]"]);
        (await World.RowAsync(Key(2))).ShouldBeNull();
        (await RowAsync(1)).Stamp.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task After_triggers_nested_update_is_a_change_of_its_own()
    {
        await World.PutAsync(ApplicationRule.FaxFollowsPhone);
        await ApplicationAsync(async session =>
        {
            await session.InsertAsync(Key(1), ("Name", "Ada"));
            await session.UpdateAsync(Key(1), ("Phone", "1"));
            await session.UpdateAsync(Key(1), ("Name", "Eve"));
        });
        (await WindowAsync(Nothing)).Changes.Select(Line)
            .ShouldBe(["I1 [] [fax= name=Ada phone= site=]", "U2 [phone=] [phone=1]", "U3 [fax=] [fax=F1]", "U4 [name=Ada] [name=Eve]"]);
    }

    [Fact]
    public async Task After_trigger_that_sorts_in_front_of_capture_is_logged_before_the_change_that_fired_it()
    {
        await World.PutAsync(ApplicationRule.PhoneIsGivenAPlus);
        await ApplicationAsync(session => session.InsertAsync(Key(1), ("Name", "Ada")));
        await ApplicationAsync(session => session.UpdateAsync(Key(1), ("Phone", "1")));
        var changes = (await WindowAsync(Nothing)).Changes;
        changes.Select(Line).ShouldBe(["I1 [] [fax= name=Ada phone= site=]", "U3 [phone=1] [phone=+1]", "U2 [phone=] [phone=1]"]);
        changes.Select(change => change.Id).ShouldBeInOrder();
    }

    [Fact]
    public async Task Transaction_sees_its_own_rows_and_others_see_them_once_it_has_committed()
    {
        await using var session = await World.BeginAsync();
        await session.InsertAsync(Key(1), ("Name", "Ada"));
        (await session.UpdateAsync(Key(1), ("Name", "Eve"))).ShouldBeTrue();
        (await World.RowAsync(Key(1))).ShouldBeNull();
        await session.CommitAsync();
        (await RowAsync(1))["Name"].ShouldBe("Eve");
    }
}
