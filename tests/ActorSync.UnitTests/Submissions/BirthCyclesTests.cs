using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Submissions.Waiting;

namespace ActorSync.UnitTests.Submissions;

/// <summary>Births that wait for each other.</summary>
public sealed class BirthCyclesTests
{
    [Fact]
    public void Children_that_wait_for_a_parent_are_no_cycle() =>
        Untied(Birth(1, "A"), Birth(2, "B", "A"), Birth(3, "C", "B"), Birth(4, "D", "A", "C")).ShouldBeEmpty();

    [Fact]
    public void Parent_that_is_not_among_the_births_ties_nothing() =>
        Untied(Birth(1, "A", "parked"), Birth(2, "B", "A")).ShouldBeEmpty();

    [Fact]
    public void Parent_that_is_being_updated_ties_nothing() =>
        Untied(Birth(1, "A", "B"), Birth(2, "B", "A") with { Lane = new Lane(1, WriteOperation.Update) }).ShouldBeEmpty();

    [Fact]
    public void Two_that_wait_for_each_other_are_untied_at_the_older_one() =>
        Untied(Birth(1, "A", "B"), Birth(2, "B", "A")).ShouldBe(["A without to B"]);

    [Fact]
    public void One_that_waits_for_itself_is_untied() => Untied(Birth(1, "A", "A")).ShouldBe(["A without to A"]);

    [Fact]
    public void Cycle_across_objects_is_untied_where_the_reference_can_follow()
    {
        var account = Birth(1, "A") with { Parents = [new ParentReference("to C", Id("C") with { Mapping = 2 }, CanFollow: false)] };
        var contact = Birth(2, "C", "A") with { Lane = new Lane(2, WriteOperation.Insert), Record = Id("C") with { Mapping = 2 } };
        Untied(account, contact).ShouldBe(["C without to A"]);
    }

    [Fact]
    public void Cycle_in_which_no_reference_can_follow_is_left_and_holds_back_no_other()
    {
        WaitingWrite[] stuck = [.. new[] { Birth(1, "A", "B"), Birth(2, "B", "A") }.Select(birth => birth with { Parents = [birth.Parents[0] with { CanFollow = false }] })];
        Untied([.. stuck, Birth(3, "C", "D", "A"), Birth(4, "D", "C")]).ShouldBe(["C without to D"]);
    }

    [Fact]
    public void Every_cycle_is_untied_at_once_and_a_chain_that_leads_into_one_is_left_alone() =>
        Untied(Birth(1, "X", "Y"), Birth(2, "Y", "A"), Birth(3, "A", "B"), Birth(4, "B", "C"), Birth(5, "C", "A"), Birth(6, "P", "Q"), Birth(7, "Q", "P"))
            .ShouldBe(["A without to B", "P without to Q"]);

    [Fact]
    public void Two_references_to_one_record_are_given_up_together()
    {
        var twice = Birth(1, "A", "B") with { Parents = [new ParentReference("one", Id("B"), true), new ParentReference("two", Id("B"), true), new ParentReference("to C", Id("C"), true)] };
        Untied(twice, Birth(2, "B", "A"), Birth(3, "C")).ShouldBe(["A without one, two"]);
    }

    [Fact]
    public void Whatever_the_references_all_can_be_born_afterwards()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var births = Enumerable.Range(0, random.Next(1, 40)).Select(i => Birth(i, $"{i}", [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"{random.Next(45)}")])).ToList();
            var untied = BirthCycles.Find(births).ToDictionary(birth => birth.Birth.Record, birth => birth.Fields);
            var left = births.ToDictionary(birth => birth.Record, birth => birth.Parents.Where(reference => !untied.TryGetValue(birth.Record, out var fields) || !fields.Contains(reference.Field)).ToList());
            while (left.FirstOrDefault(birth => !birth.Value.Any(reference => left.ContainsKey(reference.Parent))) is { Value: not null } free)
            {
                left.Remove(free.Key);
            }

            left.ShouldBeEmpty($"seed {seed}");
        }
    }

    [Fact]
    public void Ten_thousand_pairs_are_untied_in_one_look() =>
        BirthCycles.Find(Enumerable.Range(0, 10_000).SelectMany(i => new[] { Birth(2 * i, $"{i}a", $"{i}b"), Birth((2 * i) + 1, $"{i}b", $"{i}a") })).Count.ShouldBe(10_000);

    private static IEnumerable<string> Untied(params WaitingWrite[] births) =>
        BirthCycles.Find(births).Select(birth => $"{NameOf(birth.Birth.Record)} without {birth.Fields}");
}
