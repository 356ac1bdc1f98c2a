using ActorSync.Operations;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Rest;

namespace ActorSync.Budget;

/// <summary>Saves what was called, hears what other nodes and applications have, and says when the budget runs low and when it does not any more.</summary>
internal sealed class BudgetKeeper : IAsyncDisposable
{
    // Calls made since then are lost to the count when a node without a share is killed; one with a share books before it calls.
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastSaveTimeMax = TimeSpan.FromSeconds(5);

    private const int RarePartsOfLook = 4;

    private readonly ApiBudget _budget;
    private readonly ApiCallTable _table;
    private readonly DescribeClient _org;
    private readonly TimeSpan _interval;
    private readonly int _objects;
    private readonly TimeProvider _clock;
    private readonly SyncLog _log;
    private readonly CancellationTokenSource _stop;
    private readonly Task _running;
    private long _lookedAt;
    private bool _isTroubled;

    private BudgetKeeper(ApiBudget budget, ApiCallTable table, DescribeClient org, TimeSpan interval, int objects, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        (_budget, _table, _org, _interval, _objects, _clock, _log) = (budget, table, org, interval, objects, clock, log);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _lookedAt = clock.GetTimestamp();
        budget.LevelChanged = (_, now) => log.Say(BudgetText.Of(budget, now, interval, objects));
        _running = RunAsync(_stop.Token);
    }

    /// <summary>Reads what has been counted and waits, if it must, until the budget holds what a node needs to start.</summary>
    /// <param name="org">Asked for the org's count when that is what stops everything else.</param>
    /// <param name="ask">Makes a call that is a look, which needs no permission.</param>
    /// <param name="interval">Between polls of an object.</param>
    /// <param name="objects">Objects that are polled.</param>
    public static async Task<BudgetKeeper> StartAsync(
        ApiBudget budget, ApiCallTable table, DescribeClient org, Func<CancellationToken, Task> ask, TimeSpan interval, int objects, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        await budget.ExchangeAsync(isLast: false, stop);
        var keeper = new BudgetKeeper(budget, table, org, interval, objects, clock, log, stop);
        if (budget.Level == ApiLevel.Saving)
        {
            log.Say(BudgetText.Of(budget, budget.Outlook, interval, objects));
        }

        try
        {
            // Who the user is, and a describe of each object.
            await StartCalls.WaitAsync(budget, 1 + objects, ask, keeper.Pause, clock, log, stop);
            return keeper;
        }
        catch
        {
            await keeper.DisposeAsync();
            throw;
        }
    }

    private TimeSpan Pause => _budget.Options.Part / 4 is var part && part < SaveInterval ? part : SaveInterval;

    /// <summary>Saves the rest and gives back what was booked and not used.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        using var late = new CancellationTokenSource(LastSaveTimeMax, _clock);
        try
        {
            await _budget.ExchangeAsync(isLast: true, late.Token);
        }
        catch (Exception error)
        {
            _log.Trouble(error, "the last API calls could not be counted");
        }

        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _budget.ExchangeAsync(isLast: false, stop);
                var now = _budget.Outlook;
                await _table.SayAsync(now, BudgetText.Of(_budget, now, _interval, _objects), stop);
                Measure(now);
                await LookAsync(now, stop);
                _isTroubled = false;
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                if (!_isTroubled)
                {
                    _log.Trouble(error, "API calls could not be counted; they are counted later");
                }

                _isTroubled = true;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(Pause, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Measure(ApiOutlook now)
    {
        SyncMetrics.ApiCalls.Record(now.Counted);
        if (now.Left is { } left)
        {
            SyncMetrics.ApiCallsLeft.Record(left);
        }
    }

    // Others may have stopped calling, and nothing of ours leaves that would tell: one call now and then asks.
    private async Task LookAsync(ApiOutlook now, CancellationToken stop)
    {
        if (now is not { IsOrgs: true, Level: ApiLevel.Out, Org: { } org })
        {
            return;
        }

        // These calls come out of the reserve: rarely, when not much of it is left.
        var pause = org.Max - org.Used > now.Reserve / 2 ? _budget.Options.Part : RarePartsOfLook * _budget.Options.Part;
        if (_clock.GetElapsedTime(_lookedAt) < pause)
        {
            return;
        }

        _lookedAt = _clock.GetTimestamp();
        try
        {
            await _org.LimitsAsync(stop);
        }
        catch (Salesforce.SalesforceException error)
        {
            _log.Trouble(error, "the org could not be asked for its count of API requests; it is asked again");
        }
    }
}
