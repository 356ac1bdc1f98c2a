using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Budget;

public sealed class ApiBudgetTests
{
    private static readonly ApiBudgetOptions Thousand = new() { Share = new ApiShare(1000) };
    private static readonly ApiCall Settle = new(ApiUse.Settle, ApiKind.SoapRead);
    private static readonly ApiCall Write = new(ApiUse.Write, ApiKind.SoapWrite);

    [Fact]
    public async Task Exactly_the_share_leaves_and_the_next_call_waits()
    {
        MemoryLedger ledger = new(Thousand);
        using ApiBudget budget = new(Thousand, ledger.Of("a"));

        (await TakeAllAsync(budget, Settle)).ShouldBe(1000);

        SyncFault.Throttled refused = (await Should.ThrowAsync<SalesforceException>(() => TakeAsync(budget, Settle))).Fault.ShouldBeOfType<SyncFault.Throttled>();
        refused.Code.ShouldBe(ApiBudget.UsedUp);
        refused.Message.ShouldContain("share of 1000");
        refused.WaitAtLeast.ShouldBe(TimeSpan.FromMinutes(15));
        budget.Level.ShouldBe(ApiLevel.Out);
        ledger.Total.ShouldBe(1000);
    }

    // A call must not come back before 24 hours, at whatever moment of its quarter of an hour it was made.
    [Fact]
    public async Task A_call_comes_back_when_its_part_of_the_window_has_left_and_not_before()
    {
        MemoryLedger ledger = new(Thousand);
        using ApiBudget budget = new(Thousand, ledger.Of("a"));
        ledger.Now += TimeSpan.FromMinutes(14);
        await TakeAsync(budget, Settle);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        ledger.Now += TimeSpan.FromHours(12);
        (await TakeAllAsync(budget, Settle)).ShouldBe(999);

        ledger.Now += TimeSpan.FromHours(12) + TimeSpan.FromMinutes(10);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        budget.Allows(ApiUse.Settle).ShouldBeFalse();
        budget.Outlook.MoreAt.ShouldBe(new DateTimeOffset(2030, 1, 3, 3, 30, 0, TimeSpan.Zero));

        ledger.Now += TimeSpan.FromMinutes(10);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        (await TakeAllAsync(budget, Settle)).ShouldBe(1);
    }

    [Fact]
    public async Task Two_nodes_share_the_budget_whichever_calls_first()
    {
        MemoryLedger ledger = new(Thousand);
        using ApiBudget one = new(Thousand, ledger.Of("a"));
        using ApiBudget other = new(Thousand, ledger.Of("b"));
        int taken = 0;
        for (int call = 0; call < 1100; call++)
        {
            taken += await TryAsync(call % 3 == 0 ? one : other) ? 1 : 0;
        }

        // One of them may sit on what it has booked; nothing leaves beyond the share.
        taken.ShouldBeInRange(980, 1000);
        await one.ExchangeAsync(isLast: true, CancellationToken.None);
        await other.ExchangeAsync(isLast: true, CancellationToken.None);
        ledger.Total.ShouldBe(taken);
    }

    // What a killed node had booked counts as called: it may have been.
    [Fact]
    public async Task Nodes_that_are_killed_between_bookings_never_call_more_than_the_share()
    {
        MemoryLedger ledger = new(Thousand);
        int taken = 0;
        for (int life = 0; life < 100; life++)
        {
            using ApiBudget budget = new(Thousand, ledger.Of($"life {life}"));
            for (int call = 0; call < 30 && await TryAsync(budget); call++)
            {
                taken++;
            }
        }

        taken.ShouldBeInRange(600, 1000);
    }

    [Fact]
    public async Task A_call_that_never_left_is_given_back()
    {
        MemoryLedger ledger = new(Thousand);
        using ApiBudget budget = new(Thousand, ledger.Of("a"));
        for (int call = 0; call < 5000; call++)
        {
            await TakeAsync(budget, Write);
            budget.GiveBack(Write);
        }

        await budget.ExchangeAsync(isLast: true, CancellationToken.None);
        ledger.Total.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_needed_more_goes_on_longer()
    {
        MemoryLedger ledger = new(Thousand);
        using ApiBudget budget = new(Thousand, ledger.Of("a"));
        Dictionary<ApiUse, int> left = [];
        for (int taken = 0; taken < 1000; taken++)
        {
            await TakeAsync(budget, Settle);
            foreach (ApiUse use in new[] { ApiUse.Load, ApiUse.Poll, ApiUse.Read, ApiUse.Write }.Where(use => !budget.Allows(use)))
            {
                left.TryAdd(use, 999 - taken);
            }
        }

        left.ShouldBe(new Dictionary<ApiUse, int> { [ApiUse.Load] = 200, [ApiUse.Poll] = 100, [ApiUse.Read] = 50, [ApiUse.Write] = 10 });
    }

    [Fact]
    public async Task Others_spend_from_the_orgs_calls_and_its_last_ones_are_left_to_them()
    {
        ApiBudgetOptions options = new();
        MemoryLedger ledger = new(options);
        using ApiBudget budget = new(options, ledger.Of("a"));
        await TakeAsync(budget, Settle);
        budget.Heard(new ApiUsage(14_000, 15_000));
        (await TakeAllAsync(budget, Settle)).ShouldBe(250);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        budget.Outlook.IsOrgs.ShouldBeTrue();
        budget.Level.ShouldBe(ApiLevel.Out);
        (await Should.ThrowAsync<SalesforceException>(() => TakeAsync(budget, Settle))).Message.ShouldContain("of the org's 15000 API requests of 24 hours 14250 are used, and 750 are left to others");

        // Another node hears that they have called less.
        using ApiBudget other = new(options, ledger.Of("b"));
        await TakeAsync(other, new ApiCall(ApiUse.Look, ApiKind.Rest));
        other.Heard(new ApiUsage(9_000, 15_000));
        await other.ExchangeAsync(isLast: false, CancellationToken.None);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        budget.Allows(ApiUse.Load).ShouldBeTrue();
    }

    [Fact]
    public async Task A_refusal_of_the_org_for_its_limit_stops_all_calls_but_the_look()
    {
        ApiBudgetOptions options = new();
        MemoryLedger ledger = new(options);
        using ApiBudget budget = new(options, ledger.Of("a"));
        budget.Heard(new ApiUsage(10, 15_000));
        await TakeAsync(budget, Settle);
        budget.HeardUsedUp();
        await Should.ThrowAsync<SalesforceException>(() => TakeAsync(budget, Settle));
        await TakeAsync(budget, new ApiCall(ApiUse.Look, ApiKind.Rest));
    }

    // The exchange that was to tell it failed: what another node heard before is older.
    [Fact]
    public async Task What_the_org_told_is_news_until_the_ledger_has_it()
    {
        ApiBudgetOptions options = new();
        MemoryLedger ledger = new(options);
        using ApiBudget budget = new(options, ledger.Of("a"));
        using ApiBudget other = new(options, ledger.Of("b"));
        other.Heard(new ApiUsage(100, 1000));
        await other.ExchangeAsync(isLast: false, CancellationToken.None);

        budget.Heard(new ApiUsage(960, 1000));
        ledger.IsAway = true;
        await Should.ThrowAsync<IOException>(() => budget.ExchangeAsync(isLast: false, CancellationToken.None));
        ledger.IsAway = false;
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        budget.Outlook.Org.ShouldBe(new ApiUsage(960, 1000));
        budget.Allows(ApiUse.Settle).ShouldBeFalse();
        await other.ExchangeAsync(isLast: false, CancellationToken.None);
        other.Outlook.Org.ShouldBe(new ApiUsage(960, 1000));

        // Told once: what another hears later is not overwritten.
        other.Heard(new ApiUsage(500, 1000));
        await other.ExchangeAsync(isLast: false, CancellationToken.None);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        budget.Outlook.Org.ShouldBe(new ApiUsage(500, 1000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(40)]
    public async Task Polls_of_however_many_objects_take_half_of_what_is_left_at_most(int objects)
    {
        MemoryLedger ledger = new(Thousand);
        ledger.Add(760);
        using ApiBudget budget = new(Thousand, ledger.Of("a"));
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        (3 * objects * (Thousand.Window / budget.PollPause(TimeSpan.FromSeconds(2), objects))).ShouldBeInRange(2, 121);
    }

    [Fact]
    public async Task A_part_of_the_orgs_limit_is_a_share_as_soon_as_the_limit_is_known()
    {
        ApiBudgetOptions options = new() { Share = new ApiShare(null, 2), Reserve = new ApiShare(0) };
        MemoryLedger ledger = new(options);
        using ApiBudget budget = new(options, ledger.Of("a"));
        (await TakeAllAsync(budget, Settle)).ShouldBe(options.UnknownMax);
        budget.Heard(new ApiUsage(25, 15_000));
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        (await TakeAllAsync(budget, Settle)).ShouldBe(300 - options.UnknownMax);
    }

    [Fact]
    public async Task Without_the_ledger_no_call_of_a_share_leaves_once_the_booked_ones_are_made()
    {
        MemoryLedger ledger = new(Thousand);
        using ApiBudget budget = new(Thousand, ledger.Of("a"));
        await TakeAsync(budget, Write);
        ledger.IsAway = true;
        (await TakeAllAsync(budget, Write)).ShouldBeLessThan(Thousand.AheadMax);
        (await Should.ThrowAsync<SalesforceException>(() => TakeAsync(budget, Write))).Fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe(ApiBudget.NotBooked);
        ledger.IsAway = false;
        await TakeAsync(budget, Write);
    }

    private static async Task<int> TakeAllAsync(ApiBudget budget, ApiCall call)
    {
        int taken = 0;
        while (taken < 100_000 && await TryAsync(budget, call))
        {
            taken++;
        }

        return taken;
    }

    private static async Task<bool> TryAsync(ApiBudget budget, ApiCall? call = null)
    {
        try
        {
            await TakeAsync(budget, call ?? Settle);
            return true;
        }
        catch (SalesforceException)
        {
            return false;
        }
    }

    private static Task TakeAsync(ApiBudget budget, ApiCall call) => budget.TakeAsync(call, "a call", CancellationToken.None);
}
