using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Births that cannot name a record yet: themselves, or one that waits for them. They go without the reference, and it follows.</summary>
public sealed class ReferenceTests
{
    private const string Other = "11111111-1111-4222-8333-94a5b6c7d8e9";
    private const string Third = "22222222-1111-4222-8333-94a5b6c7d8e9";
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Parent, Other));

    [Fact]
    public void Record_that_names_itself_is_born_without_the_reference_and_gets_it_right_after() =>
        New(Family()).When(Inserted(1, R1, Fields((Name, "Ada"), (Parent, Uuid)))).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"))
            .When(Confirmed(1, 2)).ThenOffered(WriteOperation.Update, "S1", (Parent, Uuid))
            .When(Confirmed(2, 3)).ThenOffersNothing().ThenStatus("UPDATED", "");

    [Fact]
    public void Record_that_names_itself_in_ordered_mode_gets_the_reference_before_anything_later() =>
        New(Family(WriteMode.Ordered)).When(Inserted(1, R1, Fields((Name, "Ada"), (Parent, Uuid)))).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"))
            .When(Updated(2, R2, (Name, "Ada", "Grace"))).ThenOffersNothing()
            .When(Confirmed(1, 3)).ThenOffered(WriteOperation.Update, "S1", (Parent, Uuid))
            .When(Confirmed(2, 4)).ThenOffered(WriteOperation.Update, "S1", (Name, "Grace"));

    [Fact]
    public void Reference_to_itself_that_no_update_can_set_is_sent_and_refused_by_name() =>
        New(Family(updatable: false)).When(Inserted(1, R1, Fields((Name, "Ada"), (Parent, Uuid)))).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Parent, Uuid));

    [Fact]
    public void Living_record_may_name_itself_in_any_update() =>
        GivenAgreed(Ada, Family()).When(Updated(2, R2, (Parent, Other, Uuid))).ThenOffered(WriteOperation.Update, "S1", (Parent, Uuid));

    [Fact]
    public void Awaited_birth_is_offered_again_without_the_reference_which_follows_once_it_is_born() =>
        Born().ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Parent, Other))
            .When(Awaited(1, 2, Parent)).ThenTypes(typeof(ReferencesDeferred), typeof(WriteOffered)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"))
            .When(Confirmed(2, 3)).Then(
                new WriteApplied(2, Submission(2), "S1", At(3)),
                new WriteOffered(3, WriteOperation.Update, "S1", Fields((Parent, Other)), Fields((Parent, null)), At(1), R1, At(3), Position: 1))
            .When(Confirmed(3, 4)).ThenOffersNothing();

    [Fact]
    public void Same_word_of_the_coordinator_again_changes_nothing() =>
        Born().When(Awaited(1, 2, Parent)).When(Awaited(1, 2, Parent)).ThenNothing()
            .When(Confirmed(2, 3)).When(Awaited(1, 2, Parent)).ThenNothing();

    [Fact]
    public void Word_about_a_write_that_was_never_offered_is_unexpected() =>
        Born().When(Awaited(2, 2, Parent)).ThenTypes(typeof(Unexpected))
            .ThenState(state => state.Outstanding!.WriteNo.ShouldBe(1));

    [Fact]
    public void Other_reference_said_while_the_birth_is_outside_is_what_follows() =>
        Deferred().When(Updated(3, R2, (Parent, Other, Third)))
            .When(Confirmed(2, 4)).ThenOffered(WriteOperation.Update, "S1", (Parent, Third));

    [Fact]
    public void Reference_taken_back_while_the_birth_is_outside_does_not_follow() =>
        Deferred().When(Updated(3, R2, (Parent, Other, null)))
            .When(Confirmed(2, 4)).ThenOffersNothing();

    [Fact]
    public void Change_said_before_the_actor_hears_that_it_is_awaited_goes_with_the_birth() =>
        Born().When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Awaited(1, 3, Parent)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"))
            .When(Confirmed(2, 4)).ThenOffered(WriteOperation.Update, "S1", (Parent, Other));

    [Fact]
    public void Delete_before_the_actor_hears_that_it_is_awaited_leaves_nothing_to_send() =>
        Born().When(Deleted(2, R1)).When(Awaited(1, 3, Parent)).ThenOffersNothing()
            .ThenState(state => (state.Queue.IsEmpty, state.Outstanding, state.Row).ShouldBe((true, null, null)));

    [Fact]
    public void Delete_while_the_birth_is_outside_takes_the_reference_with_it() =>
        Deferred().When(Deleted(3, R1)).When(Confirmed(2, 4)).ThenOffered(WriteOperation.Delete, "S1");

    [Fact]
    public void Refused_birth_parks_whole_and_the_reference_is_no_correction_of_it() =>
        Deferred().When(Refused(2, 3)).ThenOffersNothing()
            .ThenState(state => (state.Parked!.Code, state.Queue.Single().Fields).ShouldBe(("FIELD_CUSTOM_VALIDATION_EXCEPTION", Ada)))
            .When(Updated(4, R2, (Name, "Ada", "Grace"))).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"), (Parent, Other));

    [Fact]
    public void Refused_birth_is_corrected_by_a_change_that_was_folded_into_the_reference() =>
        Deferred().When(Updated(3, R2, (Name, "Ada", "Grace")))
            .When(Refused(2, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"), (Parent, Other));

    [Theory]
    [InlineData(WriteMode.Merged)]
    [InlineData(WriteMode.Ordered)]
    public void Lost_birth_that_did_not_happen_is_offered_again_and_the_reference_is_not_forgotten(WriteMode mode)
    {
        var spec = Deferred(mode).When(Settled(2, 3, new DoubtAnswer.NotApplied()));
        if (mode == WriteMode.Merged)
        {
            spec.ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Parent, Other)).When(Awaited(3, 4, Parent));
        }

        var writeNo = spec.State.LastWriteNo;
        spec.ThenOffered(WriteOperation.Insert, null, (Name, "Ada"))
            .When(Confirmed(writeNo, 5)).ThenOffered(WriteOperation.Update, "S1", (Parent, Other));
    }

    [Fact]
    public void Lost_birth_that_happened_is_followed_by_the_reference() =>
        Deferred().When(Settled(2, 3, new DoubtAnswer.Applied("S1"))).ThenOffered(WriteOperation.Update, "S1", (Parent, Other));

    [Fact]
    public void Lost_birth_whose_record_was_deleted_takes_the_reference_with_it() =>
        Deferred().When(Settled(2, 3, new DoubtAnswer.AppliedThenDeleted("S1"))).ThenOffersNothing()
            .ThenState(state => state.Queue.IsEmpty.ShouldBeTrue());

    [Fact]
    public void Image_of_the_newborn_that_comes_before_its_outcome_does_not_empty_the_reference_of_the_row() =>
        Deferred().When(Read(3, 3, Fields((Name, "Ada"), (Parent, null)), Row(R1, Ada)))
            .ThenRowGetsNothing()
            .When(Confirmed(2, 4)).ThenOffered(WriteOperation.Update, "S1", (Parent, Other));

    [Fact]
    public void Record_found_alive_before_the_actor_hears_that_it_is_awaited_is_updated_whole() =>
        Born().When(Read(2, 2, Fields((Name, "Eve"), (Parent, null)), Row(R1, Ada)))
            .When(Awaited(1, 3, Parent)).ThenOffered(WriteOperation.Update, "S1", (Name, "Ada"), (Parent, Other));

    [Fact]
    public void Skipped_birth_in_doubt_brings_its_reference_along_when_its_row_changes() =>
        Deferred().When(Settled(2, 3, new DoubtAnswer.Unprovable("two readings"))).When(Skipped(4)).ThenOffersNothing()
            .When(Updated(5, R2, (Name, "Ada", "Grace"))).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"), (Parent, Other));

    [Fact]
    public void Next_life_does_not_inherit_what_the_last_one_was_born_without() =>
        Deferred().When(Deleted(3, R1)).When(Inserted(4, new RowStamp(2, 1), Ada))
            .When(Confirmed(2, 5)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Confirmed(3, 6)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Parent, Other));

    private static RecordSpec Born(WriteMode mode = WriteMode.Merged) => New(Family(mode)).When(Inserted(1, R1, Ada));

    private static RecordSpec Deferred(WriteMode mode = WriteMode.Merged) =>
        Born(mode).When(Awaited(1, 2, Parent)).ThenAlso(new ReferencesDeferred(1, new FieldNames(Parent), At(2)));
}
