using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Submissions.Waiting;

namespace ActorSync.UnitTests.Submissions;

/// <summary>What may leave next in the order of the change log.</summary>
public sealed class LogOrderTests
{
    [Fact]
    public void Run_of_neighbours_of_one_object_and_operation_leaves_together() =>
        Next([Update(1, "A"), Update(2, "B"), Birth(3, "C"), Update(4, "D")]).ShouldBe("A B");

    [Fact]
    public void Other_object_ends_the_run() =>
        Next([Update(1, "A"), Update(2, "B") with { Lane = new Lane(2, WriteOperation.Update) }, Update(3, "C")]).ShouldBe("A");

    [Fact]
    public void Run_is_no_longer_than_a_call_takes() => Next([Update(1, "A"), Update(2, "B"), Update(3, "C"), Update(4, "D")]).ShouldBe("A B C");

    [Fact]
    public void Record_is_never_twice_in_a_run() => Next([Update(1, "A"), Update(2, "A")]).ShouldBe("A");

    [Fact]
    public void What_stands_behind_a_change_that_is_not_decided_waits() =>
        Next([Update(1, "A"), Update(4, "B"), Update(5, "C")], undecidedFrom: 5).ShouldBe("A B");

    [Fact]
    public void Write_that_is_tried_again_later_holds_everything_behind_it()
    {
        Next([Update(1, "A") with { ReadySince = Now.AddSeconds(1) }, Update(2, "B")]).ShouldBe("");
        Next([Update(1, "A"), Update(2, "B") with { ReadySince = Now.AddSeconds(1) }, Update(3, "C")]).ShouldBe("A");
    }

    [Fact]
    public void Write_that_goes_alone_has_no_neighbours()
    {
        Next([Update(1, "A") with { Alone = true }, Update(2, "B")]).ShouldBe("A");
        Next([Update(1, "A"), Update(2, "B") with { Alone = true }]).ShouldBe("A");
    }

    [Fact]
    public void Child_that_was_captured_before_its_parent_is_passed_over_until_that_is_born()
    {
        Next([Birth(1, "child", "A"), Update(2, "B"), Birth(3, "A")]).ShouldBe("B");
        Next([Birth(1, "child", "A"), Birth(3, "A"), Birth(4, "C")]).ShouldBe("A C");
        Next([Birth(1, "child", "A"), Birth(3, "A") with { ReadySince = Now.AddSeconds(1) }]).ShouldBe("");
        Next([Birth(1, "child", "A"), Birth(4, "C")]).ShouldBe("child C");
    }

    [Fact]
    public void Births_tied_by_references_that_cannot_follow_go_one_first() => Next([Birth(1, "A", "B"), Birth(2, "B", "A")]).ShouldBe("A");

    private static string Next(WaitingWrite[] writes, long? undecidedFrom = null) =>
        string.Join(' ', LogOrder.Next([.. writes.Select(write => write with { Position = write.Key })], 3, undecidedFrom, Now).Select(write => NameOf(write.Record)));
}
