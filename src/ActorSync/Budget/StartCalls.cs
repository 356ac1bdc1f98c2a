using ActorSync.Domain.Faults;
using ActorSync.Operations;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Budget;

/// <summary>Keeps a node from starting before the budget holds the calls of a start.</summary>
internal static class StartCalls
{
    /// <summary>The share holds less than a start takes, however long one waits.</summary>
    public const string TooFew = "API_BUDGET_TOO_SMALL";

    /// <summary>Waits, if it must.</summary>
    /// <param name="calls">What a start takes.</param>
    /// <param name="ask">Makes a call of <see cref="ApiUse.Look"/>: each answer tells what the org allows.</param>
    /// <param name="pause">Between looks at the budget.</param>
    /// <exception cref="SalesforceException"><c>Misconfigured</c> where waiting cannot help; or the org could not be asked.</exception>
    public static async Task WaitAsync(ApiBudget budget, int calls, Func<CancellationToken, Task> ask, TimeSpan pause, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        var (asked, told) = (false, false);
        while (!budget.Allows(ApiUse.Settle, calls))
        {
            var isTooFew = budget.CallsMax < calls;
            // A part of what the org allows is a guess before it has told that; and what it told may be of long ago.
            if (!asked && (isTooFew || !budget.IsShareKnown))
            {
                asked = true;
                await ask(stop);
                continue;
            }

            if (isTooFew)
            {
                throw new SalesforceException(
                    new SyncFault.Misconfigured(
                        TooFew, $"the start of a node takes {calls} API requests, one and one for each object, and the budget holds {budget.CallsMax} in 24 hours.",
                        "Write a larger salesforce.api-budget.calls-per-day, or a smaller reserve."),
                    "start");
            }

            if (!told)
            {
                told = true;
                log.Say($"the API budget does not hold the calls of a start; waiting ({BudgetText.Why(budget.Outlook)})");
            }

            await Task.Delay(pause, clock, stop);
        }
    }
}
