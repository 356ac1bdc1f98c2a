using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Records.Spec;

namespace ActorSync.UnitTests.Submissions;

/// <summary>What a probe proves of a lost write. Submissions start in second 100; the clocks may differ by two seconds; the probe is sent in second 200.</summary>
[Trait("Rule", "8")]
public sealed class DoubtTableTests
{
    private static readonly FieldValues One = Fields((Name, "1"));
    private static readonly FieldValues Two = Fields((Name, "2"));

    [Fact]
    public void Update_whose_values_are_there_was_applied() => Update(One, Two, Alive(101, Two)).ShouldBe(new DoubtAnswer.Applied("S1"));

    [Fact]
    public void Update_whose_old_values_are_there_was_not_applied() => Update(One, Two, Alive(150, One)).ShouldBe(new DoubtAnswer.NotApplied());

    [Fact]
    public void Update_of_a_record_that_has_not_been_touched_since_was_not_applied() =>
        Update(One, Two, Alive(90, Fields((Name, "somebody's")))).ShouldBe(new DoubtAnswer.NotApplied());

    [Fact]
    public void Update_of_a_field_with_a_third_value_since_was_overwritten() =>
        Update(One, Two, Alive(150, Fields((Name, "somebody's")))).ShouldBe(new DoubtAnswer.Overwritten("S1", Fields((Name, "somebody's")), At(150), At(200)));

    // It leaves no trace but the stamp, and anybody moves that.
    [Fact]
    public void Value_set_to_itself_proves_nothing_once_the_record_was_touched() => Update(One, One, Alive(101, One)).ShouldBeOfType<DoubtAnswer.Unprovable>();

    [Fact]
    public void Value_set_to_itself_was_not_applied_to_a_record_that_has_not_been_touched_since() => Update(One, One, Alive(90, One)).ShouldBe(new DoubtAnswer.NotApplied());

    [Fact]
    public void Value_set_to_itself_beside_one_that_changed_was_applied_with_it()
    {
        var sent = Fields((Name, "1"), (Phone, "9"));
        Update(Fields((Name, "1"), (Phone, "8")), sent, Alive(101, sent)).ShouldBe(new DoubtAnswer.Applied("S1"));
    }

    [Fact]
    public void Value_set_to_itself_beside_a_sum_that_somebody_else_may_have_come_to_proves_nothing()
    {
        var sent = Fields((Name, "1"), (Count, "18"));
        Answer(new LostWrite(WriteOperation.Update, "S1", sent, Fields((Name, "1"), (Count, "9")), At(100)) { Sums = new FieldNames(Count) }, Alive(101, sent)).ShouldBeOfType<DoubtAnswer.Unprovable>();
    }

    [Fact]
    public void Update_of_a_record_that_is_deleted_was_applied_or_came_too_late() => Update(One, Two, Gone(150, "S1")).ShouldBe(new DoubtAnswer.AppliedThenDeleted("S1"));

    [Fact]
    public void Delete_is_proved_by_there_being_no_living_record()
    {
        Answer(new LostWrite(WriteOperation.Delete, "S1", FieldValues.Empty, FieldValues.Empty, At(100)), Gone(150, "S1")).ShouldBe(new DoubtAnswer.Applied("S1"));
        Answer(new LostWrite(WriteOperation.Delete, "S1", FieldValues.Empty, FieldValues.Empty, At(100)), Alive(150, One)).ShouldBe(new DoubtAnswer.NotApplied());
    }

    [Fact]
    public void Record_whose_stamp_names_the_second_in_which_the_clocks_may_meet_may_be_the_birth()
    {
        Birth(Gone(97.1, "S1")).ShouldBeOfType<DoubtAnswer.AppliedThenDeleted>().Sfid.ShouldBe("S1");
        Birth(Gone(97, "S1")).ShouldBe(new DoubtAnswer.NotApplied());
    }

    [Fact]
    public void Birth_is_told_from_records_of_earlier_lives_by_when_they_were_deleted()
    {
        Birth().ShouldBe(new DoubtAnswer.NotApplied());
        Birth(Gone(50, "S0")).ShouldBe(new DoubtAnswer.NotApplied());
        Birth(Gone(50, "S0"), Gone(120, "S1")).ShouldBeOfType<DoubtAnswer.AppliedThenDeleted>().Sfid.ShouldBe("S1");
        Birth(Gone(50, "S0"), Alive(101, One)).ShouldBe(new DoubtAnswer.Applied("S1"));
    }

    private static DoubtAnswer Update(FieldValues agreed, FieldValues sent, ProbedRecord found) => Answer(new LostWrite(WriteOperation.Update, "S1", sent, agreed, At(100)), found);

    private static DoubtAnswer Birth(params ProbedRecord[] found) => Answer(new LostWrite(WriteOperation.Insert, null, One, FieldValues.Empty, At(100)), found);

    private static DoubtAnswer Answer(LostWrite lost, params ProbedRecord[] found) => DoubtTable.Answer(lost, found, TimeSpan.FromSeconds(2), At(200));

    private static ProbedRecord Alive(double stamp, FieldValues fields) => new("S1", Deleted: false, At(stamp), fields);

    private static ProbedRecord Gone(double stamp, string sfid) => new(sfid, Deleted: true, At(stamp), One);
}
