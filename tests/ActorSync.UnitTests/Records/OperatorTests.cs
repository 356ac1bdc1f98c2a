using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rules 3, 8 and 10: what an operator does with a parked record.</summary>
public sealed class OperatorTests
{
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);

    [Fact]
    public void Skipped_update_is_named_and_the_row_gets_the_values_of_Salesforce_back() =>
        RefusedUpdate()
            .When(Skipped(4)).Then(
                new OperatorActed(OperatorAction.Skip, "ada", WriteOperation.Update, Fields((Phone, "2")), At(4)),
                new ReadBackAsked("S1", "a refused change was skipped: the row gets the values of Salesforce", At(4)))
            .ThenStatus("SKIPPED", "")
            .When(Read(5, 0, Ada, Row(R2, Ada.With(Phone, "2")))).ThenRowGets(RowOperation.Update, (Phone, "1")).ThenOffersNothing()
            .ThenStatus("SYNCED", "");

    [Fact]
    public void Change_after_a_skipped_one_is_no_conflict_with_what_Salesforce_had_all_along() =>
        RefusedUpdate().When(Skipped(4))
            .When(Updated(5, R3, (Phone, "2", "5"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "5"))
            .When(Read(6, 0, Ada, Row(R3, Ada.With(Phone, "5")))).ThenTypes(typeof(RemoteTaken)).ThenRowGetsNothing();

    [Fact]
    public void Change_after_a_skipped_one_is_no_conflict_with_what_the_row_is_still_to_get_back() =>
        RefusedUpdate().When(Skipped(4))
            .When(Read(5, 0, Ada, Row(R2, Ada.With(Phone, "2")))).ThenRowGets(RowOperation.Update, (Phone, "1"))
            .When(NotLanded(5.1, new RowWriteOutcome.Moved()))
            .When(Updated(5.2, R3, (Phone, "2", "5"))).ThenTypes(typeof(LocalChanged), typeof(WriteOffered)).ThenRowGetsNothing();

    [Fact]
    public void Skipped_change_that_the_application_takes_back_leaves_nothing_to_say() =>
        RefusedUpdate().When(Skipped(4))
            .When(Updated(5, R3, (Phone, "2", "1")))
            .When(Read(6, 0, Ada, Row(R3, Ada))).ThenOffersNothing().ThenRowGetsNothing();

    [Fact]
    public void Skipped_message_that_failed_takes_no_change_of_the_application_with_it() =>
        GivenAgreed(Ada, OrderedModeTests.Ordered).When(Updated(2, R2, (Name, "Ada", "a")))
            .When(Updated(3, R3, (Phone, "1", "2"))).When(Updated(4, R4, (Phone, "2", "3"))).When(new RecordMessage.Poisoned("x", "x", At(5))).When(Confirmed(1, 6)).ThenOffersNothing()
            .When(Skipped(7)).ThenOffered(WriteOperation.Update, "S1", (Phone, "2")).ThenState(state => state.Queue.ShouldHaveSingleItem().Fields.ShouldBe(Fields((Phone, "3"))));

    [Fact]
    public void Change_of_a_field_whose_row_is_about_to_get_what_we_say_is_made_from_that() =>
        GivenAgreed(Ada).When(Updated(2, R2, (Phone, "1", "2"))).When(Refused(1, 3)).When(Edited(4, (Phone, "3")))
            .When(Updated(5, R3, (Phone, "2", "4"))).ThenState(state => state.Queue.ShouldHaveSingleItem().Base[Phone].ShouldBe("3"));

    [Fact]
    public void Skipped_delete_brings_the_row_back() =>
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Refused(1, 3, "DELETE_FAILED"))
            .When(Skipped(4)).ThenOffersNothing()
            .When(Read(5, 0, Ada, RowImage.None)).ThenRowGets(RowOperation.Insert, [.. Ada.Select(field => (field.Key, field.Value))]);

    [Fact]
    public void Skipped_birth_is_sent_whole_when_its_row_changes_again() =>
        New().When(Inserted(1, R1, Ada)).When(Refused(1, 2))
            .When(Skipped(3)).ThenTypes(typeof(OperatorActed))
            .When(Updated(4, R2, (Name, "Ada", "Grace"))).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"), (Phone, "1"));

    [Fact]
    public void Birth_in_doubt_is_offered_again_because_an_operator_said_so() =>
        DoubtfulBirth()
            .When(Retried(9)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Settled(1, 10, new DoubtAnswer.Applied("S9"))).ThenNothing()
            .When(Confirmed(2, 11)).ThenState(state => (state.Sfid, state.Parked).ShouldBe(("S1", null)));

    [Fact]
    public void Skipped_birth_in_doubt_is_found_by_the_feed_if_it_happened() =>
        DoubtfulBirth()
            .When(Skipped(9)).ThenOffersNothing()
            .When(Read(10, 1, Ada, Row(R1, Ada, asOf: null))).ThenOffersNothing()
            .ThenState(state => (state.Sfid, state.Life).ShouldBe(("S1", Life.Alive)));

    [Fact]
    public void Edited_values_are_canonical_and_go_to_both_sides() =>
        RefusedUpdate()
            .When(Edited(4, (Phone, " 3 "), (City, "Rome"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "3"), (City, "Rome"))
            .ThenRowGets(RowOperation.Update, (Phone, "3"), (City, "Rome"))
            .When(Confirmed(2, 5)).ThenStatus("UPDATED", "");

    [Fact]
    public void Edited_value_that_wins_over_one_of_Salesforce_still_goes_to_the_row() =>
        GivenAgreed(Ada, Mapping(ConflictPolicy.PostgresWins)).When(Updated(2, R2, (Phone, "1", "2"))).When(Refused(1, 3))
            .And(new OperatorActed(OperatorAction.Edit, "ada", WriteOperation.Update, Fields((Phone, "3")), At(4)))
            .When(Read(5, 4, Ada.With(Phone, "9"), Row(R2, Ada.With(Phone, "2")))).ThenConflict(Phone, Side.Postgres).ThenRowGets(RowOperation.Update, (Phone, "3"))
            .When(Updated(6, R3, (Phone, "2", "4"))).ThenState(state => state.Queue.ShouldHaveSingleItem().Base[Phone].ShouldBe("3"));

    [Fact]
    public void Application_that_changes_a_field_just_edited_has_the_last_word() =>
        RefusedUpdate()
            .When(Edited(4, (Phone, "3")))
            .When(Updated(5, R3, (Phone, "2", "4"))).ThenTypes(typeof(LocalChanged))
            .ThenRowGetsNothing()
            .When(Confirmed(2, 6)).ThenOffered(WriteOperation.Update, "S1", (Phone, "4"));

    [Fact]
    public void Row_that_PostgreSQL_refused_is_written_again_on_retry() =>
        RefusedRow().ThenState(state => RecordBehavior.Owed(state).ShouldBeNull())
            .When(Retried(5)).ThenRowGets(RowOperation.Update, (Phone, "2"));

    [Fact]
    public void Row_values_that_are_skipped_are_named() =>
        RefusedRow().When(Skipped(5))
            .Then(new OperatorActed(OperatorAction.Skip, "ada", null, Fields((Phone, "2")), At(5)))
            .ThenRowGetsNothing();

    [Fact]
    [Trait("Rule", "10")]
    public void Word_about_a_record_that_is_not_parked_is_unexpected() =>
        GivenAgreed(Ada)
            .When(Retried(2)).ThenTypes(typeof(Unexpected))
            .When(Skipped(2)).ThenTypes(typeof(Unexpected))
            .When(Edited(2, (Phone, "2"))).ThenTypes(typeof(Unexpected));

    [Fact]
    public void Edit_of_what_cannot_be_sent_is_unexpected() =>
        RefusedUpdate()
            .When(Edited(4, (Formula, "2"))).ThenTypes(typeof(Unexpected))
            .When(Edited(4, ("Nobody__c", "2"))).ThenTypes(typeof(Unexpected))
            .When(Edited(4)).ThenTypes(typeof(Unexpected))
            .ThenState(state => state.Parked.ShouldNotBeNull());

    [Fact]
    public void Refused_delete_has_no_values_to_edit() =>
        GivenAgreed(Ada).When(Deleted(2, R1)).When(Refused(1, 3, "DELETE_FAILED")).When(Edited(4, (Phone, "2"))).ThenTypes(typeof(Unexpected));

    [Fact]
    public void Row_of_a_read_only_mapping_is_not_sent_however_often_it_is_tried() =>
        New(Mapping(access: Domain.Mapping.MappingAccess.ReadOnly)).When(Inserted(1, R1, Ada))
            .When(Retried(2)).ThenTypes(typeof(Unexpected)).ThenState(state => state.Parked!.Code.ShouldBe(ParkedError.ReadOnly));

    private static RecordSpec RefusedUpdate() => GivenAgreed(Ada).When(Updated(2, R2, (Phone, "1", "2"))).When(Refused(1, 3));

    private static RecordSpec DoubtfulBirth() => New().When(Inserted(1, R1, Ada)).When(Settled(1, 2, new DoubtAnswer.Unprovable("two readings")));

    private static RecordSpec RefusedRow() =>
        GivenAgreed(Ada).When(Read(3, 2, Ada.With(Phone, "2"), Row(R1, Ada))).When(NotLanded(4, new RowWriteOutcome.Failed("23514", "no")));
}
