using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rule 1, ordered mode: every change is a write of its own, in revision order.</summary>
[Trait("Rule", "1")]
[Trait("Invariant", "I1")]
public sealed class OrderedModeTests
{
    internal static readonly ObjectMapping Ordered = Mapping(ConflictPolicy.PostgresWins) with { Mode = WriteMode.Ordered };
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);

    [Fact]
    public void Each_change_of_one_field_is_sent_and_the_echo_of_one_is_no_conflict_with_the_next() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Name, "Ada", "a"))).ThenOffered(WriteOperation.Update, "S1", (Name, "a"))
            .When(Updated(3, R3, (Name, "a", "b"))).When(Updated(4, R4, (Name, "b", "c"))).ThenOffersNothing()
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"))
            .When(Read(6, 5, Ada.With(Name, "a"), Row(R4, Ada.With(Name, "c")))).ThenRowGetsNothing()
            .When(Confirmed(2, 7)).ThenOffered(WriteOperation.Update, "S1", (Name, "c"));

    [Fact]
    public void Conflict_is_with_what_was_said_last_and_every_change_is_still_sent() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (City, null, "x")))
            .When(Updated(3, R3, (Name, "Ada", "a"))).When(Updated(4, R4, (Name, "a", "b")))
            .When(Read(5, 4, Ada.With(Fields((Name, "Salesforce"), (City, "x"))), Row(R4, Ada.With(Fields((Name, "b"), (City, "x"))))))
            .ThenAlso(new RecordEvent.ConflictResolved(Name, "Ada", "b", "Salesforce", Side.Postgres, "PostgresWins", At(5) + ReadTakes))
            .When(Confirmed(1, 6)).ThenOffered(WriteOperation.Update, "S1", (Name, "a"))
            .When(Confirmed(2, 7)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"));

    [Fact]
    public void Birth_that_is_offered_is_deleted_by_the_sfid_it_brings() =>
        New(Ordered).When(Inserted(1, R1, Ada)).When(Updated(2, R2, (Name, "Ada", "a"))).When(Deleted(3, R2))
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Update, "S1", (Name, "a"))
            .When(Confirmed(2, 5)).ThenOffered(WriteOperation.Delete, "S1");

    [Fact]
    public void Birth_and_delete_before_anything_was_offered_send_nothing() =>
        New(Ordered).And(new RecordEvent.RecordParked(new ParkedError(ParkedError.Engine, "x", "DEFECT", "x", At(0))))
            .And(Insert(R1, Ada)).And(Update(R2, "Ada", "a"))
            .When(Deleted(3, R2)).ThenOffersNothing().ThenState(state => state.Queue.ShouldBeEmpty());

    [Fact]
    public void Deleted_and_inserted_again_behind_a_change_are_three_writes() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Name, "Ada", "a"))).When(Updated(3, R3, (Name, "a", "b")))
            .When(Deleted(4, R3)).When(Inserted(5, new RowStamp(2, 1), Fields((Name, "Grace"))))
            .When(Confirmed(1, 6)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"))
            .When(Confirmed(2, 7)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Confirmed(3, 8)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"));

    [Fact]
    public void Deletion_of_an_earlier_record_takes_nothing_from_the_life_that_follows() =>
        GivenAgreed(Ada, Ordered)
            .When(Deleted(2, R1)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Inserted(3, new RowStamp(2, 1), Fields((Name, "Grace")))).When(Updated(4, new RowStamp(2, 2), (Name, "Grace", "Hopper")))
            .When(ReadGone(5, 4)).ThenTypes(typeof(RecordEvent.RemoteDeletionTaken))
            .When(Confirmed(1, 6)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"))
            .When(Confirmed(2, 7, "S2")).ThenOffered(WriteOperation.Update, "S2", (Name, "Hopper"));

    [Fact]
    public void Change_in_front_of_a_delete_goes_out_once_the_read_it_waits_for_has_come() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Name, "Ada", "a"))).When(Updated(3, R3, (Name, "a", "b")))
            .When(Read(5, 4, Ada.With(Name, "Salesforce"), Row(R3, Ada.With(Name, "b")))).ThenState(state => state.ReadBacks.ShouldContainKey("S1"))
            .When(Deleted(6, R3))
            .When(Confirmed(1, 7)).ThenOffersNothing()
            .When(Read(8, 4, Ada.With(Name, "a"), RowImage.None)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"))
            .When(Confirmed(2, 9)).ThenOffered(WriteOperation.Delete, "S1");

    [Fact]
    public void Change_that_is_logged_late_is_sent_in_its_place() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (City, null, "x")))
            .When(Updated(3, R4, (Name, "a", "b"))).When(Updated(3, R3, (Name, "Ada", "a")))
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Update, "S1", (Name, "a"))
            .When(Confirmed(2, 5)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"));

    [Fact]
    public void Change_that_is_logged_late_behind_a_conflict_is_made_from_what_Salesforce_had_and_the_later_one_from_it() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (City, null, "x")))
            .When(Updated(3, R4, (Name, "a", "b")))
            .When(Read(4, 3, Ada.With(Fields((Name, "Salesforce"), (City, "x"))), Row(R4, Ada.With(Fields((Name, "b"), (City, "x"))))))
            .When(Updated(3, R3, (Name, "Ada", "a")))
            .When(Confirmed(1, 5)).ThenState(state => (state.Outstanding!.Write.Base[Name], state.Queue[0].Base[Name]).ShouldBe(("Salesforce", "a")));

    [Fact]
    public void What_a_write_of_an_undeleted_record_has_said_is_no_base_of_the_life_that_follows() =>
        LocalQueue.Rebased([Write(WriteOperation.Update, "Ada", "a"), Write(WriteOperation.Delete, null, null), Write(WriteOperation.Update, "x", "b")], Fields((Name, "held")))
            .Select(write => write.Base[Name]).ShouldBe(["held", null, "x"]);

    [Fact]
    [Trait("Rule", "3")]
    public void Change_that_is_logged_late_is_folded_into_a_correction_that_holds_what_came_before_it() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Phone, "1", "2"))).When(Refused(1, 3))
            .And(Update(R4, "b", "c", Phone) with { Ordered = false }, Update(R3, "2", "b", Phone))
            .When(Retried(4)).ThenTypes(typeof(RecordEvent.Unexpected), typeof(RecordEvent.WriteOffered)).ThenOffered(WriteOperation.Update, "S1", (Phone, "c"))
            .ThenState(state => state.Queue.ShouldBeEmpty());

    [Fact]
    [Trait("Rule", "3")]
    public void Refused_write_is_superseded_by_the_next_change_and_not_sent_again() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Name, "Ada", "a"))).When(Updated(3, R3, (Phone, "1", "2"))).When(Updated(4, R4, (City, null, "Rome")))
            .When(Refused(1, 5)).ThenOffered(WriteOperation.Update, "S1", (Name, "a"), (Phone, "2"))
            .When(Confirmed(2, 6)).ThenOffered(WriteOperation.Update, "S1", (City, "Rome"));

    [Fact]
    [Trait("Rule", "3")]
    public void Correction_that_is_refused_in_front_of_other_changes_is_superseded_by_the_first_of_them_and_then_parks() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Phone, "1", "bad"))).When(Refused(1, 3)).When(Edited(4, (Phone, "worse"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "worse"))
            .When(Updated(5, R3, (Name, "Ada", "a"))).When(Updated(6, R4, (Name, "a", "b")))
            .When(Refused(2, 7)).ThenOffered(WriteOperation.Update, "S1", (Name, "a"), (Phone, "worse"))
            .When(Refused(3, 8)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"), (Phone, "worse"))
            .When(Refused(4, 9)).ThenOffersNothing().ThenState(state => state.Parked.ShouldNotBeNull());

    [Fact]
    [Trait("Rule", "8")]
    public void Write_proved_not_applied_goes_first_again() =>
        GivenAgreed(Ada, Ordered)
            .When(Updated(2, R2, (Name, "Ada", "a"))).When(Updated(3, R3, (Name, "a", "b")))
            .When(Settled(1, 60, new DoubtAnswer.NotApplied())).ThenOffered(WriteOperation.Update, "S1", (Name, "a"))
            .When(Confirmed(2, 61)).ThenOffered(WriteOperation.Update, "S1", (Name, "b"));

    [Fact]
    public void Queue_has_an_end_behind_which_changes_are_folded()
    {
        var spec = GivenAgreed(Ada, Ordered);
        for (var i = 1; i <= LocalQueue.OrderedWritesMax + 10; i++)
        {
            spec.When(Updated(1 + i, new RowStamp(1, 1 + i), (Name, i == 1 ? "Ada" : $"{i - 1}", $"{i}")));
        }

        spec.State.Queue.Length.ShouldBe(LocalQueue.OrderedWritesMax);
        spec.State.Queue[^1].Fields.ShouldBe(Fields((Name, $"{LocalQueue.OrderedWritesMax + 10}")));
    }

    private static LocalWrite Write(WriteOperation operation, string? from, string? to) =>
        new(operation, to is null ? FieldValues.Empty : Fields((Name, to)), from is null ? FieldValues.Empty : Fields((Name, from)), At(1), R1, Ordered: true);

    private static RecordEvent.LocalChanged Insert(RowStamp stamp, FieldValues fields) =>
        new(1, "x", At(1), RowOperation.Insert, stamp, FieldValues.Empty, fields, Ordered: true);

    private static RecordEvent.LocalChanged Update(RowStamp stamp, string old, string now, string field = Name) =>
        new(1, "x", At(2), RowOperation.Update, stamp, Fields((field, old)), Fields((field, now)), Ordered: true);
}
