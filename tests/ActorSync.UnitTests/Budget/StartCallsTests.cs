using ActorSync.Budget;
using ActorSync.Domain.Faults;
using ActorSync.Operations;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using ActorSync.TestKit.Time;
using ActorSync.UnitTests.Salesforce.Budget;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Budget;

/// <summary>A node that may not make the calls of a start: one for the user, one for each object.</summary>
public sealed class StartCallsTests
{
    private static readonly ApiBudgetOptions Half = new() { Share = new ApiShare(null, 50) };
    private readonly FakeClock _clock = new();
    private readonly StringWriter _said = new();
    private int _asked;

    [Fact]
    public async Task A_part_of_the_orgs_limit_is_asked_for_when_the_guess_does_not_hold_a_start()
    {
        using var budget = new ApiBudget(Half, new MemoryLedger(Half).Of("a"));
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        var start = StartAsync(budget, Half.UnknownMax + 1, new ApiUsage(1, 15_000));
        start.IsCompletedSuccessfully.ShouldBeTrue();
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_start_that_the_guess_holds_asks_nobody()
    {
        using var budget = new ApiBudget(Half, new MemoryLedger(Half).Of("a"));
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        await StartAsync(budget, Half.UnknownMax, null);
        _asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_share_that_never_holds_a_start_is_told_instead_of_waited_for()
    {
        using var budget = new ApiBudget(Half, new MemoryLedger(Half).Of("a"));
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        var start = StartAsync(budget, 51, new ApiUsage(1, 100));
        start.IsFaulted.ShouldBeTrue();
        var fault = (await Should.ThrowAsync<SalesforceException>(start)).Fault.ShouldBeOfType<SyncFault.Misconfigured>();
        fault.Code.ShouldBe(StartCalls.TooFew);
        fault.Message.ShouldContain("takes 51 API requests");
        fault.Message.ShouldContain("holds 50 in 24 hours");
    }

    // The org has bought more since a node told the ledger.
    [Fact]
    public async Task What_the_org_allowed_long_ago_stops_nobody()
    {
        var ledger = new MemoryLedger(Half);
        using var before = new ApiBudget(Half, ledger.Of("a"));
        before.Heard(new ApiUsage(1, 100));
        await before.ExchangeAsync(isLast: true, CancellationToken.None);
        using var budget = new ApiBudget(Half, ledger.Of("b"));
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        budget.CallsMax.ShouldBe(50);
        StartAsync(budget, 51, new ApiUsage(1, 15_000)).IsCompletedSuccessfully.ShouldBeTrue();
        budget.CallsMax.ShouldBe(7500);
    }

    [Fact]
    public async Task What_others_have_used_is_waited_for()
    {
        var ledger = new MemoryLedger(Half);
        using var budget = new ApiBudget(Half, ledger.Of("a"));
        budget.Heard(new ApiUsage(90, 200));
        ledger.Add(60);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        var start = StartAsync(budget, 51, null);
        await _clock.TimersSetAsync(1);
        start.IsCompleted.ShouldBeFalse();
        _said.ToString().ShouldContain("the API budget does not hold the calls of a start; waiting");
        ledger.Now += TimeSpan.FromDays(2);
        await budget.ExchangeAsync(isLast: false, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await start;
        _asked.ShouldBe(0);
    }

    [Fact]
    public async Task The_text_tells_what_stands_still_while_the_level_is_still_saving()
    {
        var options = new ApiBudgetOptions { Share = new ApiShare(1000) };
        var ledger = new MemoryLedger(options);
        using var budget = new ApiBudget(options, ledger.Of("a"));
        foreach (var (calls, text) in new[] { (760, "saving: polls slow from 2s to "), (60, ", initial loads stand still, writes wait"), (100, "saving: polls stand still, initial loads stand still, writes"), (40, ", reads that records ask for wait, writes") })
        {
            ledger.Add(calls);
            await budget.ExchangeAsync(isLast: false, CancellationToken.None);
            BudgetText.Of(budget, budget.Outlook, TimeSpan.FromSeconds(2), 3).ShouldContain(text);
        }
    }

    private Task StartAsync(ApiBudget budget, int calls, ApiUsage? told) => StartCalls.WaitAsync(
        budget, calls, _ =>
        {
            _asked++;
            budget.Heard(told!);
            return Task.CompletedTask;
        },
        TimeSpan.FromSeconds(5), _clock, new SyncLog(_said, _clock, verbose: false), CancellationToken.None);
}
