using ActorSync.Simulation.Mutants;
using ActorSync.Simulation.Stories;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.SimulationTests;

/// <summary>The six documented anomalies of two-way sync, played in virtual time with the exact orders and faults that cause them; and the proof that each story notices:
/// a product with the rule broken that it is about does not get through it.</summary>
public sealed class StoryTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Rule", "4")]
    [Trait("Invariant", "I2")]
    public void Flip_flop_the_row_never_leaves_its_second_value() => Holds("FlipFlop");

    [Fact]
    [Trait("Rule", "4")]
    [Trait("Invariant", "I2")]
    public void Flip_flop_a_read_that_comes_late_brings_no_older_value_back() => Holds("FlipFlopByALateRead");

    [Fact]
    [Trait("Rule", "6")]
    [Trait("Invariant", "I3")]
    public void Revived_delete_the_row_stays_gone() => Holds("RevivedDelete");

    [Fact]
    [Trait("Rule", "1")]
    public void Reinsert_merged_an_insert_and_its_delete_send_nothing() => Holds("ReinsertMerged");

    [Fact]
    [Trait("Rule", "6")]
    [Trait("Invariant", "I3")]
    public void Reinsert_merged_a_row_deleted_while_its_birth_is_outside_leaves_both_sides_empty() => Holds("ReinsertMergedWhileTheBirthIsOutside");

    [Fact]
    [Trait("Rule", "8")]
    [Trait("Invariant", "I3")]
    public void Reinsert_ordered_a_birth_before_a_crash_that_was_deleted_meanwhile_is_not_born_again() => Holds("ReinsertOrdered");

    [Fact]
    [Trait("Rule", "4")]
    public void Counter_three_increments_with_the_sync_between_make_three() => Holds("Counter");

    [Fact]
    [Trait("Rule", "4")]
    public void Lost_update_a_no_op_on_a_field_that_did_not_flip_is_right() => Holds("LostUpdate");

    [Fact]
    [Trait("Rule", "1")]
    public void Lost_update_a_field_of_intent_set_to_what_it_was_meets_the_change_nobody_has_seen() => Holds("LostUpdateOfIntent");

    [Theory]
    [InlineData("FlipFlop", "a write that is outside holds nothing back")]
    [InlineData("FlipFlopByALateRead", "a field is not barred after our write")]
    [InlineData("RevivedDelete", "a local delete is revived by an image")]
    [InlineData("ReinsertMerged", "what was born and gone is sent all the same")]
    [InlineData("ReinsertMergedWhileTheBirthIsOutside", "a delete while the birth is outside has nobody to go to")]
    [InlineData("ReinsertOrdered", "a birth that was deleted is made again")]
    [InlineData("Counter", "a write that is outside holds nothing back")]
    [InlineData("LostUpdate", "a field is not barred after our write")]
    [InlineData("LostUpdateOfIntent", "a value set to itself is no change")]
    public void Story_does_not_hold_with_its_rule_broken(string story, string broken)
    {
        var failure = MutantLab.Play(AllMutants.List.Single(mutant => mutant.Name == broken), story);
        output.WriteLine($"{story} with \"{broken}\": {failure}");
        failure.ShouldNotBeNull();
    }

    [Fact]
    public void Every_story_is_told_here() => Anomalies.Names.Count.ShouldBe(9);

    private static void Holds(string story) => Anomalies.Failure(story).ShouldBeNull();
}
