using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rules 4, 6 and 7: deletes that win, lose or leave a mark, undeletes, merges, and whose record it is.</summary>
[Trait("Rule", "4")]
[Trait("Rule", "6")]
[Trait("Rule", "7")]
public sealed class DeleteAndIdentityTests
{
    [Fact]
    public void Read_that_was_asked_of_an_earlier_life_is_answered_while_the_next_one_is_being_born() =>
        GivenAgreed(Fields((Name, "Ada")))
            .When(Updated(2, new RowStamp(1, 2), (Name, "Ada", "Grace")))
            .When(Deleted(3, new RowStamp(1, 2))).When(Inserted(3, new RowStamp(2, 1), Fields((Name, "Joan"))))
            .When(Refused(1, 4, "ENTITY_IS_DELETED")).ThenOffered(WriteOperation.Insert, null, (Name, "Joan"))
            .ThenState(state => state.ReadBacks.ShouldNotBeEmpty())
            .When(ReadGone(5, 3)).ThenState(state => (state.ReadBacks.Count, state.Outstanding!.Sfid).ShouldBe((0, null)))
            .When(ReadGone(5, 3)).ThenNothing()
            .When(Confirmed(2, 6, "S2")).ThenState(state => (state.Sfid, state.Life).ShouldBe(("S2", Life.Alive)));

    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly ObjectMapping Loses = Mapping() with { Delete = DeletePolicy.DeleteLoses };
    private static readonly ObjectMapping Soft = Mapping() with { Delete = DeletePolicy.SoftDelete };
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);

    [Fact]
    public void Waiting_delete_that_loses_to_a_change_brings_the_row_back_and_says_why() =>
        Deleting(Loses)
            .When(Read(5, 4, Ada.With(Fields((Name, "Bob"), (Phone, "2"))), RowImage.None)).ThenConflict("*", Side.Salesforce)
            .ThenRowGets(RowOperation.Insert, (City, null), (Formula, null), (Name, "Bob"), (Phone, "2"))
            .When(Confirmed(1, 6)).ThenOffersNothing();

    [Fact]
    public void Echo_of_our_own_write_is_no_change_that_a_delete_loses_to() =>
        Deleting(Loses)
            .When(Read(5, 4, Ada.With(Phone, "2"), RowImage.None))
            .When(Confirmed(1, 6)).ThenOffered(WriteOperation.Delete, "S1");

    [Fact]
    public void Write_that_is_outside_when_a_delete_loses_is_nobodys_and_is_read_back_when_it_lands()
    {
        var back = new RowStamp(2, 1);
        var bob = Ada.With(Name, "Bob");
        Deleting(Loses)
            .When(Read(5, 4, bob, RowImage.None)).ThenConflict("*", Side.Salesforce)
            .When(Landed(5.5, back, Ada.Where((_, _) => false), bob))
            .When(Read(6.5, 6, bob.With(Phone, "2"), Row(back, bob))).ThenRowGets(RowOperation.Update, (Phone, "2"))
            .When(Confirmed(1, 7)).ThenTypes(typeof(WriteApplied), typeof(ReadBackAsked));
    }

    [Fact]
    public void Of_changes_that_stay_apart_only_the_first_is_made_from_what_such_a_write_has_left()
    {
        var bob = Ada.With(Name, "Bob");
        Deleting(Loses with { Mode = WriteMode.Ordered })
            .When(Read(5, 4, bob, RowImage.None)).When(Landed(5.5, new RowStamp(2, 1), Ada.Where((_, _) => false), bob))
            .When(Updated(6, new RowStamp(2, 2), (Phone, "1", "3"))).When(Updated(7, new RowStamp(2, 3), (Phone, "3", "4")))
            .When(Confirmed(1, 8)).ThenState(state => (state.Queue.IsEmpty ? [state.Outstanding!.Write] : state.Outstanding is { Write: var first } ? [first, .. state.Queue] : state.Queue)
                .Select(write => write.Base[Phone]).ShouldBe(["2", "3"]));
    }

    [Fact]
    public void Record_that_lives_again_without_an_external_id_is_journaled_by_a_read_that_shows_the_one_in_its_place_too()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2"))
            .When(Read(9, 8, Ada, Row(again, Ada), "S2"))
            .When(Read(9, 7, Ada.With(ExternalId, null), Row(again, Ada), "S1")).ThenTypes(typeof(RemoteDisplaced));
    }

    [Fact]
    public void Record_that_lives_again_without_an_external_id_is_not_the_birth_that_is_outside()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Read(9, 7, Ada.With(ExternalId, null), Row(again, Ada), "S1")).ThenTypes(typeof(RemoteDisplaced))
            .When(Confirmed(2, 10, "S2")).ThenState(state => state.Sfid.ShouldBe("S2"));
    }

    [Fact]
    public void Record_that_lives_again_without_an_external_id_and_was_read_before_the_present_one_was_known_is_read_again() =>
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, new RowStamp(2, 1), Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 6, "S2"))
            .When(Read(8, 7, Ada, Row(new RowStamp(2, 1), Ada), "S2"))
            .When(Read(5.5, 5, Ada.With(ExternalId, null), Row(new RowStamp(2, 1), Ada), "S1")).ThenTypes(typeof(ReadBackAsked))
            .When(Read(9, 5, Ada.With(ExternalId, null), Row(new RowStamp(2, 1), Ada), "S1")).ThenTypes(typeof(RemoteDisplaced)).ThenState(state => state.ReadBacks.ShouldBeEmpty());

    [Fact]
    public void Earlier_record_that_lives_again_and_the_deletion_of_the_present_one_that_come_with_one_read_are_each_read_again()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2")).When(Read(8, 7, Ada, Row(again, Ada), "S2"))
            .When(Read(10, 7, Ada, Row(again, Ada), "S1")).ThenTypes(typeof(ReadBackAsked))
            .When(ReadGone(10, 6, "S2")).ThenTypes(typeof(ReadBackAsked)).ThenState(state => state.ReadBacks.Keys.ShouldBe(["S1", "S2"]))
            .When(Read(12, 7, Ada, Row(again, Ada), "S1")).ThenTypes(typeof(ReadBackAsked))
            .When(ReadGone(12, 6, "S2")).ThenTypes(typeof(RemoteDeletionTaken)).ThenState(state => state.ReadBacks.Keys.ShouldBe(["S1"]))
            .When(Read(14, 7, Ada, Row(again, Ada), "S1")).ThenState(state => (state.Sfid, state.ReadBacks.Count).ShouldBe(("S1", 0)));
    }

    [Fact]
    public void Row_follows_to_the_earlier_record_that_lives_again_under_its_external_id_when_the_present_one_could_not_get_that()
    {
        var (again, back) = (new RowStamp(2, 1), new RowStamp(3, 1));
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2")).When(Deleted(6, again)).When(Confirmed(3, 7, "S2"))
            .When(Read(9, 8, Ada.With(ExternalId, null), RowImage.None, "S1")).When(Read(11, 8, Ada.With(ExternalId, null), RowImage.None, "S1"))
            .ThenOffered(WriteOperation.Update, "S1", (ExternalId, Uuid)).When(Landed(11, back, FieldValues.Empty, Ada))
            .When(Refused(4, 12, "DUPLICATE_VALUE")).ThenState(state => state.Parked.ShouldNotBeNull())
            .When(Read(13, 10, Ada.With(Name, "Bob"), Row(back, Ada), "S2")).ThenTypes(typeof(RemoteDisplaced), typeof(ReadBackAsked))
            .When(Read(15, 10, Ada.With(Name, "Bob"), Row(back, Ada, asOf: null), "S2")).ThenRowGets(RowOperation.Update, (Name, "Bob")).ThenOffersNothing()
            .ThenState(state => (state.Sfid, state.Parked, state.Queue.Length, state.ReadBacks.Count).ShouldBe(("S2", null, 0, 0)))
            .When(Read(17, 16, Ada.With(ExternalId, null), Row(back, Ada), "S1")).ThenTypes(typeof(RemoteDisplaced)).ThenState(state => state.Sfid.ShouldBe("S2"));
    }

    [Fact]
    public void Of_two_earlier_records_that_one_read_shows_alive_the_row_is_of_that_which_has_its_external_id()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2")).When(Deleted(6, again)).When(Confirmed(3, 7, "S2"))
            .When(Read(9, 8, Ada.With(ExternalId, null), RowImage.None, "S1")).When(Read(9, 8, Ada, RowImage.None, "S2")).ThenTypes(typeof(ReadBackAsked))
            .When(Read(11, 8, Ada.With(ExternalId, null), RowImage.None, "S1")).ThenState(state => state.Sfid.ShouldBe("S1"))
            .And(new WriteNotApplied(4, Guid.Empty, At(11.1)))
            .When(Read(11, 8, Ada, RowImage.None, "S2")).ThenState(state => state.Sfid.ShouldBe("S2"));
    }

    [Fact]
    public void Birth_that_waits_behind_a_delete_stays_one_when_an_earlier_record_lives_again()
    {
        var (again, last) = (new RowStamp(2, 1), new RowStamp(3, 1));
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Deleted(5, again)).When(Inserted(6, last, Ada))
            .When(Read(8, 7, Ada, Row(last, Ada), "S1")).When(Read(10, 7, Ada, Row(last, Ada), "S1"))
            .ThenState(state => (state.Sfid, string.Join(" ", state.Queue.Select(write => write.Operation))).ShouldBe(("S1", "Delete Insert")));
    }

    [Fact]
    public void Answer_about_an_earlier_record_leaves_open_what_was_asked_of_the_present_one()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2")).When(Read(8, 7, Ada, Row(again, Ada), "S2"))
            .When(ReadGone(10, 6, "S2")).When(Read(10, 7, Ada, Row(again, Ada), "S1"))
            .When(ReadGone(12, 11, "S1")).ThenTypes(typeof(RemoteDeletionTaken)).ThenState(state => (state.Sfid, state.ReadBacks.Keys.Single()).ShouldBe(("S2", "S2")));
    }

    [Fact]
    [Trait("Rule", "8")]
    public void Record_that_is_found_deleted_when_a_lost_write_is_looked_up_is_read_again() =>
        GivenAgreed(Ada).When(Updated(2, R2, (Phone, "1", "2")))
            .When(Settled(1, 60, new DoubtAnswer.AppliedThenDeleted("S1"))).ThenTypes(typeof(ConflictResolved), typeof(RemoteDeletionTaken), typeof(WriteApplied), typeof(ReadBackAsked));

    [Fact]
    public void Birth_that_is_outside_when_the_record_it_met_is_deleted_has_lost() =>
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Inserted(3, new RowStamp(2, 1), Ada)).When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Read(6, 5, Ada, Row(new RowStamp(2, 1), Ada), "S1")).When(Read(8, 5, Ada, Row(new RowStamp(2, 1), Ada), "S1")).ThenState(state => state.Sfid.ShouldBe("S1"))
            .When(ReadGone(10, 9)).ThenConflict("*", Side.Salesforce).ThenRowGets(RowOperation.Delete);

    [Fact]
    public void Lost_write_of_a_record_that_is_deleted_by_now_is_no_conflict() =>
        GivenAgreed(Ada).When(Updated(2, R2, (Phone, "1", "2"))).When(ReadGone(5, 4)).When(Landed(6, null, Ada, Ada))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", Ada.With(Phone, "9"), At(50), At(59)))).ThenTypes(typeof(WriteOverwritten), typeof(ReadBackAsked));

    [Fact]
    public void Write_to_a_record_that_is_deleted_by_now_holds_nothing_back_of_the_earlier_one_that_lives_again()
    {
        var again = new RowStamp(2, 1);
        var moved = Ada.With(Phone, "2");
        GivenAgreed(Ada, Soft).When(Deleted(2, R1)).When(Inserted(3, again, Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2"))
            .When(Updated(6, new RowStamp(2, 2), (Phone, "1", "2"))).ThenOffered(WriteOperation.Update, "S2", (Phone, "2"))
            .When(ReadGone(8, 7, "S2")).When(Landed(9, new RowStamp(2, 3), moved, moved))
            .When(Read(11, 10, Ada, Row(new RowStamp(2, 3), moved), "S1")).When(Read(13, 10, Ada, Row(new RowStamp(2, 3), moved), "S1"))
            .ThenRowGets(RowOperation.Update, (Phone, "1"));
    }

    [Fact]
    public void Birth_that_is_outside_when_a_delete_loses_says_nothing_of_the_row_that_is_back()
    {
        var bob = Ada.With(Name, "Bob");
        New(Loses).When(Inserted(1, R1, Ada))
            .When(Read(3, 2, Ada, Row(R1, Ada))).When(Deleted(4, R1))
            .When(Read(6, 5, bob, RowImage.None)).ThenConflict("*", Side.Salesforce).ThenRowGets(RowOperation.Insert, (City, null), (Formula, null), (Name, "Bob"), (Phone, "1"))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", bob, At(50), At(59)))).ThenOffersNothing()
            .ThenRowGets(RowOperation.Insert, (City, null), (Formula, null), (Name, "Bob"), (Phone, "1"))
            .ThenState(state => state.ReadBacks["S1"].ShouldBe(At(60)));
    }

    [Fact]
    public void Waiting_delete_wins_by_default() =>
        Deleting(Mapping())
            .When(Read(5, 4, Ada.With(Fields((Name, "Bob"), (Phone, "2"))), RowImage.None)).ThenConflict("*", Side.Postgres)
            .When(Confirmed(1, 6)).ThenOffered(WriteOperation.Delete, "S1");

    [Fact]
    public void Lost_delete_of_a_record_changed_since_loses() =>
        GivenAgreed(Ada, Loses).When(Deleted(2, R1))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", Ada.With(Name, "Bob"), At(50), At(59)))).ThenConflict("*", Side.Salesforce).ThenOffersNothing()
            .When(Read(61, 50, Ada.With(Name, "Bob"), RowImage.None)).ThenRowGets(RowOperation.Insert, (City, null), (Formula, null), (Name, "Bob"), (Phone, "1"));

    [Fact]
    public void Earlier_record_undeleted_while_the_present_one_is_being_deleted_comes_back_once_that_is_done()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ada)
            .When(Deleted(2, R1)).When(Inserted(3, again, Ada))
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Confirmed(2, 5, "S2"))
            .When(Deleted(6, again)).ThenOffered(WriteOperation.Delete, "S2")
            .When(Read(8, 7, Ada, RowImage.None, "S1")).ThenTypes(typeof(ReadBackAsked))
            .When(Confirmed(3, 9, "S2"))
            .When(Read(10, 7, Ada, RowImage.None, "S1")).ThenRowGets(RowOperation.Insert, (City, null), (Formula, null), (Name, "Ada"), (Phone, "1"))
            .ThenState(state => (state.Sfid, state.Life).ShouldBe(("S1", Life.Alive)));
    }

    [Fact]
    public void Read_of_an_earlier_record_from_before_its_delete_says_nothing() =>
        GivenAgreed(Ada)
            .When(Deleted(2, R1)).When(Inserted(3, new RowStamp(2, 1), Ada))
            .When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2"))
            .When(Read(3, 0, Ada, RowImage.None, "S1")).ThenNothing();

    [Fact]
    public void Record_seen_alive_while_its_delete_is_outside_is_read_again_once_that_is_answered() =>
        GivenAgreed(Ada)
            .When(Deleted(2, R1)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Read(4, 3, Ada, RowImage.None)).ThenAlso(new ReadBackAsked("S1", "it was read alive while its delete was outside", At(4) + ReadTakes))
            .When(Read(5, 3, Ada, RowImage.None)).ThenNothing()
            .When(Confirmed(1, 6)).ThenTypes(typeof(WriteApplied), typeof(ReadBackAsked))
            .When(Read(8, 3, Ada, RowImage.None)).ThenRowGets(RowOperation.Insert, (City, null), (Formula, null), (Name, "Ada"), (Phone, "1"));

    [Theory]
    [InlineData(2.5, new[] { typeof(WriteApplied), typeof(ReadBackAsked) })]
    [InlineData(4, new[] { typeof(WriteApplied) })]
    public void Record_deleted_about_the_second_of_its_stamp_is_read_again(double answered, Type[] expected) =>
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Confirmed(1, answered)).ThenTypes(expected);

    [Fact]
    public void Record_deleted_before_any_read_has_shown_it_is_read_again() =>
        New().When(Inserted(1, R1, Ada)).When(Confirmed(1, 2)).When(Deleted(3, R1)).When(Confirmed(2, 9)).ThenTypes(typeof(WriteApplied), typeof(ReadBackAsked));

    [Fact]
    public void Write_from_before_a_record_was_deleted_and_undeleted_is_read_back_when_it_lands() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "2"))
            .When(ReadGone(4, 3)).ThenConflict("*", Side.Salesforce)
            .When(Read(6, 5, Ada, Row(R2, Ada.With(Phone, "2")))).ThenTypes(typeof(ReadBackAsked))
            .When(Read(8, 5, Ada, Row(R2, Ada.With(Phone, "2")))).ThenRowGets(RowOperation.Update, (Phone, "1"))
            .When(Landed(9, R3, Ada.With(Phone, "2"), Ada))
            .When(Confirmed(1, 10)).ThenTypes(typeof(WriteApplied), typeof(ReadBackAsked))
            .When(Read(12, 9, Ada.With(Phone, "2"), Row(R3, Ada))).ThenRowGets(RowOperation.Update, (Phone, "2"));

    [Fact]
    public void Write_from_before_an_undelete_never_beats_what_was_said_after_it() =>
        GivenAgreed(Ada, Mapping() with { Policy = ConflictPolicy.SalesforceWins })
            .When(Updated(2, R2, (Phone, "1", "2"))).When(ReadGone(4, 3)).When(Read(6, 5, Ada, Row(R2, Ada.With(Phone, "2"))))
            .When(Read(8, 5, Ada, Row(R2, Ada.With(Phone, "2")))).When(Landed(9, R3, Ada.With(Phone, "2"), Ada))
            .When(Updated(10, new RowStamp(1, 4), (Phone, "1", "3"))).ThenOffersNothing()
            .When(Settled(1, 60, new DoubtAnswer.Applied("S1"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "3"))
            .When(Read(62, 59, Ada.With(Phone, "2"), Row(new RowStamp(1, 4), Ada.With(Phone, "3")))).ThenRowGetsNothing();

    [Fact]
    public void Read_back_of_an_earlier_record_is_answered_while_a_birth_is_outside() =>
        GivenAgreed(Ada)
            .When(Deleted(2, R1)).When(Inserted(3, new RowStamp(2, 1), Ada))
            .When(Refused(1, 4, "ENTITY_IS_DELETED")).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(ReadGone(6, 3)).ThenTypes(typeof(RemoteDeletionTaken))
            .ThenState(state => (state.ReadBacks.Count, state.Outstanding!.Sfid).ShouldBe((0, (string?)null)))
            .When(Confirmed(2, 7, "S2")).ThenState(state => state.Sfid.ShouldBe("S2"));

    [Fact]
    public void Earlier_record_undeleted_without_an_external_id_whose_place_is_taken_is_said_to_be_so() =>
        GivenAgreed(Ada)
            .When(Deleted(2, R1)).When(Inserted(3, new RowStamp(2, 1), Ada)).When(Confirmed(1, 4)).When(Confirmed(2, 5, "S2"))
            .When(Read(8, 7, Ada.With(ExternalId, null), Row(new RowStamp(2, 1), Ada), "S1")).ThenTypes(typeof(RemoteDisplaced));

    [Fact]
    public void Marked_row_stays_takes_no_part_and_comes_back_with_the_values_of_Salesforce() =>
        GivenAgreed(Ada, Soft)
            .When(ReadGone(3, 2)).ThenState(state => RecordBehavior.Owed(state)!.Status.IsDeleted.ShouldBe(true)).ThenRowGetsNothing()
            .When(Landed(4, R2, Ada, Ada)).ThenState(state => (state.Life, state.Row).ShouldBe((Life.Dead, R2)))
            .When(Updated(5, R3, (Phone, "1", "2"))).ThenConflict("*", Side.Salesforce).ThenOffersNothing().ThenState(state => state.Queue.ShouldBeEmpty())
            .When(new RemoteUndeleted("S1", At(6))).ThenTypes(typeof(ReadBackAsked))
            .When(Read(7, 6, Ada.With(Name, "Bob"), Row(R3, Ada.With(Phone, "2")))).ThenRowGets(RowOperation.Update, (Name, "Bob"), (Phone, "1"))
            .ThenState(state => (state.Sfid, state.Life, state.Owed!.Status.IsDeleted, state.Owed.Status.Sfid).ShouldBe(("S1", Life.Alive, false, "S1")));

    [Fact]
    public void Marked_row_that_the_application_deletes_is_nobodys() =>
        GivenAgreed(Ada, Soft).When(ReadGone(3, 2)).When(Landed(4, R2, Ada, Ada))
            .When(Deleted(5, R2)).ThenOffersNothing().ThenState(state => state.Row.ShouldBeNull());

    [Fact]
    public void Link_moves_to_the_winner_of_a_merge_and_what_was_on_its_way_goes_there() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "2"))
            .When(new RemoteMerged("S1", "S7", null, At(3), At(3)))
            .ThenTypes(typeof(RemoteMergeTaken), typeof(ReadBackAsked))
            .When(Refused(1, 4, "ENTITY_IS_DELETED")).ThenOffered(WriteOperation.Update, "S7", (Phone, "2"))
            .When(ReadGone(5, 3)).ThenState(state => (state.Sfid, state.Life).ShouldBe(("S7", Life.Alive)))
            .When(Confirmed(2, 6, "S7"))
            .When(Read(7, 6, Ada.With(Fields((Name, "Winner"), (Phone, "2"), (ExternalId, null))), Row(R2, Ada.With(Phone, "2"), asOf: null), "S7"))
            .ThenRowGets(RowOperation.Update, (Name, "Winner"))
            .ThenOffered(WriteOperation.Update, "S7", (ExternalId, Uuid));

    [Fact]
    public void Loser_of_a_merge_whose_winner_has_a_row_goes() =>
        GivenAgreed(Ada)
            .When(new RemoteMerged("S1", "S7", Guid.Parse("aaaaaaaa-1111-4222-8333-94a5b6c7d8e9"), At(3), At(3)))
            .ThenTypes(typeof(RemoteMergeTaken), typeof(RemoteDeletionTaken)).ThenRowGets(RowOperation.Delete)
            .When(new RemoteMerged("S1", "S7", null, At(3), At(3))).ThenNothing();

    [Fact]
    public void External_id_changed_in_Salesforce_is_put_back_and_said() =>
        GivenAgreed(Ada)
            .When(Read(3, 2, Ada.With(ExternalId, "somebody else"), Row(R1, Ada)))
            .ThenAlso(new AdoptionQueued(ExternalId, Uuid, "somebody else", At(3) + ReadTakes))
            .ThenOffered(WriteOperation.Update, "S1", (ExternalId, Uuid));

    [Fact]
    public void Second_record_of_Salesforce_under_our_external_id_is_not_taken() =>
        GivenAgreed(Ada).When(Read(3, 2, Ada, Row(R1, Ada), "S2")).ThenTypes(typeof(Unexpected))
            .ThenState(state => state.Sfid.ShouldBe("S1"));

    [Fact]
    [Trait("Rule", "10")]
    public void Undelete_of_another_record_is_unexpected_and_of_ours_is_known() =>
        GivenAgreed(Ada).When(new RemoteUndeleted("S1", At(3))).ThenNothing()
            .When(new RemoteUndeleted("S2", At(3))).ThenTypes(typeof(Unexpected));

    private static RecordSpec Deleting(ObjectMapping mapping) =>
        GivenAgreed(Ada, mapping).When(Updated(2, R2, (Phone, "1", "2")))
            .When(new LocalChange(2, "x", At(3), RowOperation.Delete, R2, Ada.With(Phone, "2"), FieldValues.Empty)).ThenOffersNothing();
}
