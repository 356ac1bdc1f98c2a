using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Write-back: compare-and-set of mapped rows, without waiting for the application.</summary>
public abstract class WriteBackConformance : StoreConformance
{
    [Fact]
    public async Task Insert_update_and_delete_land_and_are_not_read_as_changes()
    {
        var inserted = (await WriteAsync(Owing(1, RowOperation.Insert, null, ("Name", "Ada")))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
        var row = await RowAsync(1);
        (row.Sfid, row.LastOp, row["Name"], row.Stamp).ShouldBe(("001000000000000001", "SYNCED", "Ada", inserted.Stamp!.Value));
        inserted.Before.ShouldBe(FieldValues.Of(("Name", null), ("Phone", null), ("Fax", null), ("Site", null)));
        inserted.After.ShouldBe(FieldValues.Of(("Name", "Ada"), ("Phone", null), ("Fax", null), ("Site", null)));

        var updated = (await WriteAsync(Owing(1, RowOperation.Update, inserted.Stamp, ("Phone", "1")))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
        updated.Stamp.ShouldBe(new RowStamp(inserted.Stamp.Value.Birth, 2));
        updated.Before.ShouldBe(inserted.After);
        updated.After.ShouldBe(inserted.After.With("Phone", "1"));

        (await WriteAsync(Owing(1, RowOperation.Delete, updated.Stamp))).ShouldBe([new RowWriteOutcome.Landed(null, FieldValues.Empty, FieldValues.Empty)]);
        (await World.RowAsync(Key(1))).ShouldBeNull();
        (await WindowAsync(Nothing)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_is_written_and_what_it_leaves_out_stays()
    {
        var stamp = await InsertedAsync(1);
        var failed = (await WriteAsync((Actor(1), State(RowOperation.Update, stamp, new RowStatus(LastOp: "FAILED", Error: "why"))))).ShouldHaveSingleItem()
            .ShouldBeOfType<RowWriteOutcome.Landed>();
        var row = await RowAsync(1);
        (row.Sfid, row.LastOp, row.Error).ShouldBe((null, "FAILED", "why"));
        await WriteAsync((Actor(1), State(RowOperation.Update, failed.Stamp, new RowStatus(Sfid: "001A"))));
        row = await RowAsync(1);
        (row.Sfid, row.LastOp, row.Error, row.Stamp.Revision).ShouldBe(("001A", "FAILED", "why", 3));

        await ApplicationAsync(session => session.TouchAsync(Key(1)));
        (await RowAsync(1)).LastOp.ShouldBe("FAILED", "no mapped field changed");
        await ApplicationAsync(session => session.UpdateAsync(Key(1), ("Name", "Eve")));
        row = await RowAsync(1);
        (row.LastOp, row.Error).ShouldBe(("PENDING", null));
    }

    [Fact]
    public async Task Inserted_row_carries_the_error_that_is_owed_with_it()
    {
        await WriteAsync((Actor(1), State(RowOperation.Insert, null, new RowStatus("001A", null, "FAILED", "why"))));
        var row = await RowAsync(1);
        (row.LastOp, row.Error).ShouldBe(("FAILED", "why"));
    }

    [Fact]
    public async Task Row_is_marked_as_deleted_and_stays_until_it_is_marked_as_living()
    {
        var stamp = await InsertedAsync(1);
        var marked = (await WriteAsync((Actor(1), State(RowOperation.Update, stamp, new RowStatus(IsDeleted: true))))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
        (await RowAsync(1)).IsDeleted.ShouldBeTrue();
        var written = (await WriteAsync((Actor(1), State(RowOperation.Update, marked.Stamp, new RowStatus(LastOp: "SYNCED"))))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
        (await RowAsync(1)).IsDeleted.ShouldBeTrue();
        await WriteAsync((Actor(1), State(RowOperation.Update, written.Stamp, new RowStatus(IsDeleted: false))));
        (await RowAsync(1)).IsDeleted.ShouldBeFalse();
        await WriteAsync((Actor(2), State(RowOperation.Insert, null, new RowStatus())));
        (await RowAsync(2)).IsDeleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Field_of_intent_that_the_engine_writes_is_nobodys_intent()
    {
        await World.PutAsync(ApplicationRule.FaxFollowsPhone);
        var stamp = await InsertedAsync(1, ("Name", "Ada"), ("Fax", "F1"));
        var before = await SnapshotAsync();
        await WriteAsync(Owing(1, RowOperation.Update, stamp, ("Phone", "1"), ("Fax", "F1")));
        (await WindowAsync(before)).Changes.Select(Line).ShouldBe([$"U{stamp.Revision + 2} [] []"]);
    }

    [Fact]
    public async Task Row_that_the_application_holds_is_locked_and_its_neighbours_land()
    {
        var (first, second, third) = (await InsertedAsync(1), await InsertedAsync(2), await InsertedAsync(3));
        await using var session = await World.BeginAsync();
        await session.LockAsync(Key(2));
        await session.InsertAsync(Key(4));
        await session.DeleteAsync(Key(3));
        (await WriteAsync(Owing(1, RowOperation.Update, first, ("Phone", "1")), Owing(2, RowOperation.Update, second, ("Phone", "1")),
            Owing(3, RowOperation.Update, third, ("Phone", "1")), Owing(4, RowOperation.Insert, null), Owing(5, RowOperation.Insert, null)))
            .Select(outcome => outcome.GetType().Name).ShouldBe(["Landed", "Locked", "Locked", "Locked", "Landed"]);
        (await WriteAsync(Owing(2, RowOperation.Delete, second))).ShouldBe([new RowWriteOutcome.Locked()]);
        await session.RollbackAsync();
        (await WriteAsync(Owing(2, RowOperation.Delete, second))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
    }

    [Fact]
    public async Task Row_that_is_not_the_version_decided_upon_has_moved()
    {
        var (first, second) = (await InsertedAsync(1), await InsertedAsync(2));
        await ApplicationAsync(async session =>
        {
            await session.TouchAsync(Key(1));
            await session.DeleteAsync(Key(2));
            await session.InsertAsync(Key(2), ("Name", "another life"));
            await session.InsertAsync(Key(3));
        });
        (await WriteAsync(
            Owing(1, RowOperation.Update, first, ("Phone", "1")), Owing(2, RowOperation.Update, second, ("Phone", "1")), Owing(3, RowOperation.Insert, null),
            Owing(4, RowOperation.Update, first, ("Phone", "1")))).ShouldBe([.. Enumerable.Repeat(new RowWriteOutcome.Moved(), 4)]);
        (await WriteAsync(Owing(1, RowOperation.Delete, first), Owing(4, RowOperation.Delete, first))).ShouldBe([.. Enumerable.Repeat(new RowWriteOutcome.Moved(), 2)]);
        (await RowAsync(2))["Name"].ShouldBe("another life");
    }

    [Fact]
    public async Task Row_that_is_gone_has_moved_even_while_the_application_inserts_it_again()
    {
        var stamp = await InsertedAsync(1);
        await ApplicationAsync(session => session.DeleteAsync(Key(1)));
        await using var session = await World.BeginAsync();
        await session.InsertAsync(Key(1));
        (await WriteAsync(Owing(1, RowOperation.Update, stamp, ("Phone", "1")))).ShouldBe([new RowWriteOutcome.Moved()]);
        (await WriteAsync(Owing(1, RowOperation.Delete, stamp))).ShouldBe([new RowWriteOutcome.Moved()]);
    }

    [Fact]
    public async Task Row_that_a_constraint_refuses_fails_alone_and_its_neighbours_land()
    {
        await World.PutAsync(ApplicationRule.PhoneIsChecked);
        var stamps = new List<RowStamp>();
        for (var i = 1; i <= 5; i++)
        {
            stamps.Add(await InsertedAsync(i));
        }

        var outcomes = await WriteAsync([.. Enumerable.Range(1, 5).Select(i => Owing(i, RowOperation.Update, stamps[i - 1], ("Phone", i == 3 ? "refused" : "1"), ("Fax", "f")))]);
        outcomes.Select(outcome => outcome.GetType().Name).ShouldBe(["Landed", "Landed", "Failed", "Landed", "Landed"]);
        outcomes[2].ShouldBeOfType<RowWriteOutcome.Failed>().SqlState.ShouldBe("23514");
        outcomes.OfType<RowWriteOutcome.Landed>().Select(landed => landed.Stamp!.Value.Revision).ShouldBe([2L, 2L, 2L, 2L]);
        (await RowAsync(3)).Values.ShouldBe(["Ada", null, null, null]);
        (await RowAsync(4)).Values.ShouldBe(["Ada", "1", "f", null]);
        (await WriteAsync(Owing(6, RowOperation.Insert, null, ("Phone", "refused")))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Failed>();
        (await World.RowAsync(Key(6))).ShouldBeNull();
    }

    [Fact]
    public async Task Second_row_of_one_sfid_fails()
    {
        await WriteAsync(Owing(1, RowOperation.Insert, null));
        var stamp = await InsertedAsync(2);
        var taken = new RowStatus("001000000000000001");
        var outcomes = await WriteAsync((Actor(2), State(RowOperation.Update, stamp, taken)), (Actor(3), State(RowOperation.Insert, null, taken)));
        outcomes.Select(outcome => outcome.ShouldBeOfType<RowWriteOutcome.Failed>().SqlState).ShouldBe(["23505", "23505"]);
    }

    // Its own write-back comes after the read in the same transaction: were that decided already, what a trigger makes of it would be lost.
    [Fact]
    public async Task Turn_that_has_written_does_not_count_itself_as_decided()
    {
        await World.PutAsync(ApplicationRule.FaxFollowsPhone);
        var stamp = await InsertedAsync(1);
        var snapshot = await SnapshotAsync();
        var window = "";
        await TurnAsync(async turn =>
        {
            await World.Stores.Links.LearnAsync(turn, [(Actor(1), "001A")], Stop);
            await ApplicationAsync(session => session.InsertAsync(Key(2)));
            var piece = await turn.ReadWindowAsync(new LogRange(AllShards, new LogPosition(snapshot)), 100, Stop);
            piece.Changes.ShouldHaveSingleItem().Entity.ShouldBe(Key(2));
            window = piece.Window;
            await World.Stores.Rows.WriteAsync(turn, [Owing(1, RowOperation.Update, stamp, ("Phone", "1"))], Stop);
        });
        (await WindowAsync(window)).Changes.Select(Line).ShouldBe(["U3 [fax=] [fax=F1]"]);
    }

    [Fact]
    public async Task Row_of_a_failed_write_is_free_again_while_the_turn_goes_on()
    {
        await World.PutAsync(ApplicationRule.PhoneIsChecked);
        var stamp = await InsertedAsync(1);
        await using var turn = await Turns.BeginAsync(Stop);
        await turn.ReadNowAsync(Stop);
        await World.Stores.Rows.WriteAsync(turn, [Owing(1, RowOperation.Update, stamp, ("Phone", "refused"))], Stop);
        await ApplicationAsync(session => session.UpdateAsync(Key(1), ("Phone", "1")));
        (await RowAsync(1))["Phone"].ShouldBe("1");
    }

    [Fact]
    public async Task Row_that_a_turn_has_written_is_waited_for_until_the_turn_ends()
    {
        var stamp = await InsertedAsync(1);
        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await turn.ReadNowAsync(Stop);
            await World.Stores.Rows.WriteAsync(turn, [Owing(1, RowOperation.Update, stamp, ("Phone", "1"))], Stop);
            await using var session = await World.BeginAsync();
            await Should.ThrowAsync<TimeoutException>(() => session.UpdateAsync(Key(1), ("Phone", "2")));
        }

        (await RowAsync(1)).Values.ShouldBe(["Ada", null, null, null]);
        (await RowAsync(1)).Stamp.ShouldBe(stamp);
    }

    [Fact]
    public async Task Write_that_a_before_trigger_suppresses_has_failed()
    {
        await World.PutAsync(ApplicationRule.GhostsAreNotWritten);
        var stamp = await InsertedAsync(1);
        var outcomes = await WriteAsync(Owing(1, RowOperation.Update, stamp, ("Name", "ghost")), Owing(2, RowOperation.Insert, null, ("Name", "ghost")));
        outcomes.Select(outcome => outcome.ShouldBeOfType<RowWriteOutcome.Failed>().SqlState).ShouldBe(["SUPPRESSED", "SUPPRESSED"]);
        (await RowAsync(1)).Stamp.ShouldBe(stamp);
    }

    [Fact]
    public async Task Before_triggers_rewrite_comes_back_with_the_write_that_landed()
    {
        var stamp = await InsertedAsync(1);
        await World.PutAsync(ApplicationRule.SiteInCapitals);
        var landed = (await WriteAsync(Owing(1, RowOperation.Update, stamp, ("Site", "here")))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
        (landed.Before["Site"], landed.After["Site"], landed.Stamp).ShouldBe((null, "HERE", new RowStamp(stamp.Birth, 2)));
        (await RowAsync(1)).LastOp.ShouldBe("SYNCED", "the trigger is part of the engine's own statement");
        var inserted = (await WriteAsync(Owing(2, RowOperation.Insert, null, ("Site", "there")))).ShouldHaveSingleItem().ShouldBeOfType<RowWriteOutcome.Landed>();
        inserted.After["Site"].ShouldBe("THERE");
    }

    [Fact]
    public async Task After_triggers_nested_update_of_the_engines_write_is_a_change_of_the_application()
    {
        await World.PutAsync(ApplicationRule.FaxFollowsPhone);
        var (first, second) = (await InsertedAsync(1), await InsertedAsync(2));
        var snapshot = await SnapshotAsync();
        var outcomes = await WriteAsync(Owing(1, RowOperation.Update, first, ("Phone", "1")), Owing(2, RowOperation.Update, second, ("Phone", "2")));
        outcomes.OfType<RowWriteOutcome.Landed>().Select(landed => (landed.Stamp!.Value.Revision, landed.After["Fax"])).ShouldBe([(2L, null), (2L, null)]);
        (await WindowAsync(snapshot)).Changes.Select(change => (change.Entity, Line(change)))
            .ShouldBe([(Key(1), "U3 [fax=] [fax=F1]"), (Key(2), "U3 [fax=] [fax=F2]")]);
        var row = await RowAsync(1);
        (row.LastOp, row["Fax"], row.Stamp.Revision).ShouldBe(("PENDING", "F1", 3));
    }

    [Fact]
    public async Task Rows_are_read_as_the_turn_sees_them_and_missing_ones_are_left_out()
    {
        var stamp = await InsertedAsync(1, ("Name", "  Ada "), ("Phone", ""));
        await using var session = await World.BeginAsync();
        await session.UpdateAsync(Key(1), ("Name", "Eve"));
        var rows = await LookAsync(turn => World.Stores.Rows.ReadAsync(turn, StoreWorld.Account, [Key(1), Key(2)], Stop));
        rows.ShouldHaveSingleItem().Value.ShouldBe(new RowImage(stamp, FieldValues.Of(("Name", "Ada"), ("Phone", null), ("Fax", null), ("Site", null)), null));
    }

    private protected async Task<RowStamp> InsertedAsync(int number, params (string, string?)[] fields)
    {
        await ApplicationAsync(session => session.InsertAsync(Key(number), fields.Length == 0 ? [("Name", "Ada")] : fields));
        return (await RowAsync(number)).Stamp;
    }

    private protected static (ActorId, RecordState) Owing(int number, RowOperation operation, RowStamp? row, params (string, string?)[] fields) =>
        (Actor(number), State(operation, row, new RowStatus(Sfid: $"001{number:d15}", LastOp: "SYNCED", Error: ""), fields));

    private static RecordState State(RowOperation operation, RowStamp? row, RowStatus status, params (string, string?)[] fields) =>
        new() { Row = row, Owed = new OwedRow(operation, FieldValues.Of(fields), status) };

    // In the order of what is owed, one each.
    private protected async Task<IReadOnlyList<RowWriteOutcome>> WriteAsync(params (ActorId Actor, RecordState State)[] owing)
    {
        IReadOnlyList<Delivery<RecordMessage>> results = [];
        await TurnAsync(async turn => results = await World.Stores.Rows.WriteAsync(turn, owing, Stop));
        results.Count.ShouldBe(owing.Length);
        return [.. owing.Select(entry => results.Single(result => result.Actor == entry.Actor).Message.ShouldBeOfType<RecordMessage.RowWriteResult>().Outcome)];
    }
}
