using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>The six documented anomalies of two-way sync, as one record decides them. The same stories are played in the simulation and over HTTP and PostgreSQL.</summary>
public sealed class StoryTests
{
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly ObjectMapping Ordered = Mapping() with { Mode = WriteMode.Ordered };
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);

    [Fact]
    [Trait("Rule", "4")]
    [Trait("Invariant", "I2")]
    public void Flip_flop_the_row_never_leaves_its_second_value_however_late_the_first_comes_back()
    {
        var row = Row(R3, Ada.With(Name, "v2"));
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Name, "Ada", "v1"))).When(Updated(3, R3, (Name, "v1", "v2")))
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Update, "S1", (Name, "v2"))
            .When(Read(5, 4, Ada.With(Name, "v1"), row)).ThenRowGetsNothing()
            .When(Confirmed(2, 7))
            .When(Read(6, 5, Ada.With(Name, "v1"), row)).ThenRowGetsNothing()
            .When(Read(9, 7, Ada.With(Name, "v2"), row)).ThenRowGetsNothing()
            .When(Read(8, 5, Ada.With(Name, "v1"), row)).ThenRowGetsNothing();
    }

    [Fact]
    [Trait("Rule", "6")]
    [Trait("Invariant", "I3")]
    public void Revived_delete_the_row_stays_gone_and_the_record_is_deleted() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2"))).When(Deleted(3, R2))
            .When(Read(5, 4, Ada.With(Name, "changed meanwhile"), RowImage.None)).ThenConflict("*", Side.Postgres).ThenState(state => RecordBehavior.Owed(state).ShouldBeNull())
            .When(Confirmed(1, 6)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Read(7, 6, Ada.With(Name, "changed again"), RowImage.None)).ThenState(state => RecordBehavior.Owed(state).ShouldBeNull())
            .When(Confirmed(2, 8)).ThenState(state => state.Life.ShouldBe(Life.Dead));

    [Fact]
    [Trait("Rule", "1")]
    public void Reinsert_merged_an_insert_and_its_delete_send_nothing() =>
        New().And(new LocalChanged(1, "x", At(1), RowOperation.Insert, R1, FieldValues.Empty, Ada))
            .When(Deleted(2, R1)).ThenOffersNothing()
            .ThenState(state => (state.Queue.Length, state.Row, RecordBehavior.Owed(state)).ShouldBe((0, null, null)));

    [Fact]
    [Trait("Rule", "6")]
    public void Reinsert_merged_a_row_deleted_while_its_birth_is_outside_is_deleted_by_the_sfid_that_brings() =>
        New().When(Inserted(1, R1, Ada)).When(Deleted(2, R1)).ThenOffersNothing()
            .When(Confirmed(1, 3)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Confirmed(2, 4)).ThenState(state => (state.Life, RecordBehavior.Owed(state)).ShouldBe((Life.Dead, null)));

    [Fact]
    [Trait("Rule", "8")]
    [Trait("Invariant", "I3")]
    public void Reinsert_ordered_a_birth_in_doubt_that_was_deleted_meanwhile_is_not_born_again() =>
        New(Ordered).When(Inserted(1, R1, Ada)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Updated(2, R2, (Phone, "1", "2")))
            .When(Settled(1, 60, new DoubtAnswer.AppliedThenDeleted("S1"))).ThenOffersNothing().ThenRowGets(RowOperation.Delete);

    [Fact]
    [Trait("Rule", "4")]
    public void Counter_three_increments_with_the_sync_between_make_three() =>
        GivenAgreed(Ada.With(City, "0"))
            .When(Updated(2, R2, (City, "0", "1"))).When(Confirmed(1, 3))
            .When(Updated(4, R3, (City, "1", "2"))).ThenOffered(WriteOperation.Update, "S1", (City, "2"))
            .When(Read(5, 3, Ada.With(City, "1"), Row(R3, Ada.With(City, "2")))).ThenRowGetsNothing()
            .When(Updated(6, R4, (City, "2", "3")))
            .When(Confirmed(2, 7)).ThenOffered(WriteOperation.Update, "S1", (City, "3"))
            .When(Confirmed(3, 8))
            .When(Read(9, 8, Ada.With(City, "3"), Row(R4, Ada.With(City, "3")))).ThenRowGetsNothing();

    [Fact]
    [Trait("Rule", "4")]
    public void Lost_update_a_field_does_not_flip_so_that_a_change_of_it_is_a_change() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2"))).When(Confirmed(1, 4))
            .When(Read(3, 0, Ada, Row(R2, Ada.With(Phone, "2")))).ThenRowGetsNothing()
            .When(Updated(5, R3, (Name, "Ada", "a"), (Phone, "2", "1"))).ThenOffersNothing()
            .When(Read(6, 4, Ada.With(Phone, "2"), Row(R3, Ada.With(Fields((Name, "a"), (Phone, "1")))))).ThenOffered(WriteOperation.Update, "S1", (Name, "a"), (Phone, "1"));
}
