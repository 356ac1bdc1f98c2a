using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Budget;

public sealed class ApiOutlookTests
{
    private static readonly ApiBudgetOptions Options = new() { Share = new ApiShare(1000) };
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    [Fact]
    public void The_forecast_names_the_hour_at_which_the_share_is_used_up()
    {
        // 50 in the last quarter of an hour: 200 an hour, and 600 are left.
        ApiOutlook outlook = Of(ApiLevel.Plenty, (TimeSpan.FromMinutes(15), 50), (TimeSpan.FromHours(5), 350));
        outlook.PerHour.ShouldBe(200, 0.1);
        outlook.Left.ShouldBe(600);
        outlook.UsedUpAt!.Value.ShouldBe(Now + TimeSpan.FromHours(3), TimeSpan.FromSeconds(1));
        outlook.Level.ShouldBe(ApiLevel.Plenty);
    }

    // 40 an hour come back as 40 an hour leave.
    [Fact]
    public void What_comes_back_as_fast_as_it_goes_lasts()
    {
        ApiOutlook outlook = Of(ApiLevel.Plenty, [.. Enumerable.Range(1, 97).Select(part => (part * TimeSpan.FromMinutes(15), 6))]);
        outlook.Left.ShouldBe(1000 - (97 * 6));
        outlook.UsedUpAt.ShouldBeNull();
        outlook.Level.ShouldBe(ApiLevel.Plenty);
    }

    // 500 each quarter of an hour for days: the org's count does not grow by them any more.
    [Fact]
    public void What_comes_back_lasts_of_the_orgs_count_too()
    {
        ApiCounts counts = new(Now, 0, [.. Enumerable.Range(1, 97).Select(part => new CountedCalls(Now - (part * TimeSpan.FromMinutes(15)), ApiKind.SoapRead, 500))], null);
        ApiOutlook outlook = ApiOutlook.Of(ApiLevel.Plenty, counts, new ApiBudgetOptions(), null, null, new ApiUsage(64_000, 100_000), 5_000, 31_000);
        outlook.IsOrgs.ShouldBeTrue();
        outlook.PerHour.ShouldBe(2_000, 1);
        outlook.UsedUpAt.ShouldBeNull();
        outlook.Level.ShouldBe(ApiLevel.Plenty);
    }

    [Theory]
    [InlineData(400, 20, ApiLevel.Plenty)]
    [InlineData(600, 20, ApiLevel.Saving)]
    [InlineData(600, 360, ApiLevel.Plenty)]
    [InlineData(800, 360, ApiLevel.Saving)]
    [InlineData(990, 360, ApiLevel.Out)]
    public void It_saves_when_it_would_not_last_or_little_is_left(int used, int minutesAgo, ApiLevel level) =>
        Of(ApiLevel.Plenty, (TimeSpan.FromMinutes(minutesAgo), used)).Level.ShouldBe(level);

    [Fact]
    public void A_level_holds_until_clearly_more_is_left()
    {
        TimeSpan ago = TimeSpan.FromHours(6);
        Of(ApiLevel.Plenty, (ago, 730)).Level.ShouldBe(ApiLevel.Plenty);
        Of(ApiLevel.Saving, (ago, 730)).Level.ShouldBe(ApiLevel.Saving);
        Of(ApiLevel.Saving, (ago, 690)).Level.ShouldBe(ApiLevel.Plenty);
    }

    [Fact]
    public void Rests_grow_in_proportion_and_polls_never_use_it_up()
    {
        TimeSpan last = Usual;
        foreach (int used in new[] { 500, 600, 700, 800, 900, 980 })
        {
            ApiOutlook outlook = Of(ApiLevel.Saving, (TimeSpan.FromMinutes(20), used));
            TimeSpan rest = outlook.Rest(Usual, 3, Options.Window, Options.Window);
            rest.ShouldBeGreaterThanOrEqualTo(last, $"{used} used");
            if (used >= 750)
            {
                (3 * (Options.Window / rest)).ShouldBeLessThanOrEqualTo((outlook.Left!.Value / 2.0) + 1);
            }

            last = rest;
        }

        Of(ApiLevel.Plenty, (TimeSpan.FromHours(1), 10)).Rest(Usual, 3, Options.Window, Options.Window).ShouldBe(Usual);
    }

    private static ApiOutlook Of(ApiLevel was, params (TimeSpan Ago, int Calls)[] calls)
    {
        ApiCounts counts = new(Now, 0, [.. calls.Select(part => new CountedCalls(Now - part.Ago, ApiKind.SoapRead, part.Calls))], null);
        return ApiOutlook.Of(was, counts, Options, 1000, 1000 - counts.Total, null, 0, null);
    }
}
