using ActorSync.Budget;
using ActorSync.Salesforce.Rest;
using ActorSync.UnitTests.Configuration;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Budget;

public sealed class CallPlanTests
{
    [Fact]
    public void A_plan_counts_the_calls_of_polls_deletions_starts_and_changes()
    {
        var plan = Of("feed { interval = 10s, overlap-interval = 1m, deleted-interval = 1m }", null);
        var calls = plan.Objects.ShouldHaveSingleItem();
        (calls.Polls, calls.Deletions, plan.IdlePerDay).ShouldBe((8640, 2880, 11520));
        (plan.Start, plan.SoapPerThousand, plan.BulkPerThousand).ShouldBe((2, 5, 1.2));
        (plan.Share, plan.OrgMax).ShouldBe((null, null));
        plan.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_polls_cost_is_held_against_the_share_and_against_the_org()
    {
        var plan = Of("salesforce.api-budget.calls-per-day = \"50%\"", new OrgLimit(15_000, 14_000));
        plan.Share.ShouldBe(7500);
        plan.Warnings.Length.ShouldBe(2);
        plan.Warnings[0].ShouldStartWith("salesforce.api-budget.calls-per-day is 7500, less than the 46080 calls a day that polling alone takes");
        plan.Warnings[1].ShouldStartWith("polling alone takes 46080 API requests a day, and the org has 14250 without the reserve");
    }

    [Fact]
    public void Where_nothing_goes_by_jobs_the_plan_says_so() => Of("coordinator.bulk.jobs-max = 0", null).BulkPerThousand.ShouldBeNull();

    private static CallPlan Of(string configuration, OrgLimit? org) => CallPlan.Of(ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync {{ {configuration} }}").Config!, org);
}
