using ActorSync.Salesforce.Budget;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration;

public sealed class ApiBudgetBinderTests
{
    [Theory]
    [InlineData("1000", 1000L, null)]
    [InlineData("\"50%\"", null, 50.0)]
    [InlineData("\"2.5 %\"", null, 2.5)]
    public void A_share_is_a_number_of_calls_or_a_part_of_the_orgs_limit(string text, long? calls, double? percent) =>
        ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync.salesforce.api-budget.calls-per-day = {text}")
            .Config!.Salesforce.ApiBudget.CallsPerDay.ShouldBe(new ApiShare(calls, percent));

    [Fact]
    public void Without_a_word_there_is_no_share_and_a_twentieth_is_left_to_others()
    {
        var budget = ConfigFixture.Load(ConfigFixture.Minimal).Config!.Salesforce.ApiBudget;
        budget.CallsPerDay.ShouldBeNull();
        budget.Reserve.ShouldBe(new ApiShare(null, 5));
    }

    [Theory]
    [InlineData("calls-per-day", "9", "\"9\" is out of range")]
    [InlineData("calls-per-day", "\"0%\"", "\"0%\" is out of range")]
    [InlineData("calls-per-day", "\"101%\"", "\"101%\" is out of range")]
    [InlineData("calls-per-day", "half", "\"half\" is neither a number of calls nor a part such as 50%")]
    [InlineData("calls-per-day", "-1", "\"-1\" is neither a number of calls nor a part such as 50%")]
    [InlineData("reserve", "\"60%\"", "\"60%\" is out of range")]
    public void What_is_no_share_is_told_with_its_key(string key, string text, string complaint)
    {
        var error = ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync.salesforce.api-budget.{key} = {text}").Report.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe($"actorsync.salesforce.api-budget.{key}");
        error.Message.ShouldBe(complaint);
    }

    [Fact]
    public void A_share_that_does_not_hold_a_start_is_refused()
    {
        const string Objects = "Lead, Contact, Case, Asset, Order, Product2, Campaign, Contract, Task, Event";
        var mappings = string.Join(", ", Objects.Split(", ").Select(name => $"{{ object = {name}, fields = [Name] }}"));
        ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync {{ salesforce.api-budget.calls-per-day = 11, mappings = [{mappings}] }}").Report.Errors.ShouldBeEmpty();
        var error = ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync {{ salesforce.api-budget.calls-per-day = 10, mappings = [{mappings}] }}").Report.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe("actorsync.salesforce.api-budget.calls-per-day");
        error.Message.ShouldStartWith("is 10, less than the 11 calls of a start");
    }

    // One object, polled every 2 s, its deletions each minute with the org's clock: 43,200 + 2,880.
    [Fact]
    public void A_share_that_does_not_hold_the_polls_is_warned_about()
    {
        var warning = ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync.salesforce.api-budget.calls-per-day = 5000").Report.Warnings.ShouldHaveSingleItem();
        warning.Key.ShouldBe("actorsync.salesforce.api-budget.calls-per-day");
        warning.Message.ShouldStartWith("is 5000, less than the 46080 calls a day that polling alone takes");
        ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync.salesforce.api-budget.calls-per-day = 50000").Report.Warnings.ShouldBeEmpty();
        ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync {{ salesforce.api-budget.calls-per-day = 5000, feed.interval = 1m }}").Report.Warnings.ShouldBeEmpty();
    }
}
