using ActorSync.Demo.Stories;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Demo;

/// <summary>The documented anomalies, each end to end over PostgreSQL and HTTP: the same stories that the demo shows.</summary>
public sealed class StoryTests(StoryFixture fixture) : IClassFixture<StoryFixture>
{
    [Fact]
    public Task A_row_never_flips_back_to_an_older_value() => IsRightAsync(new FlipFlop());

    [Fact]
    public Task A_deleted_row_is_not_revived_by_an_update_that_crosses_its_delete() => IsRightAsync(new RevivedDelete());

    [Fact]
    public Task A_row_deleted_before_its_insert_is_acknowledged_ends_on_both_sides() => IsRightAsync(new MergedReinsert());

    [Fact]
    public Task A_counter_counts_every_increment() => IsRightAsync(new Counter());

    [Fact]
    public Task An_update_is_not_lost_to_the_sync_back_of_another_field() => IsRightAsync(new LostUpdate());

    [Fact]
    public Task A_record_whose_insert_lost_its_answer_and_was_deleted_meanwhile_is_not_inserted_again() => IsRightAsync(new LostAnswer());

    [Fact]
    public void Every_story_has_a_test() => Story.All().Count.ShouldBe(6);

    private async Task IsRightAsync(Story story)
    {
        var result = await fixture.PlayAsync(story);

        result.IsRight.ShouldBeTrue(
            $"{string.Join('\n', result.Checks.Where(check => !check.Held).Select(check => $"{check.Promise}; found: {check.Found}"))}\nThe node said:\n{fixture.Log}");
        var comparison = await fixture.AtRestAsync();
        comparison.Differences.ShouldBeEmpty();
        (await fixture.HistoryAsync()).Differences.ShouldBeEmpty();
    }
}
