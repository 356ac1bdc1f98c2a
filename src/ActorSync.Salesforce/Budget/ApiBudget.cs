using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Budget;

/// <summary>
/// Counts every call that leaves and lets none leave that the budget does not hold. With a share, calls are booked in the ledger before they are made, a few at a time: however nodes are killed, never
/// more leave than the share. Without one they are only counted, and the org's last calls are left to others. Safe for concurrent use.
/// </summary>
/// <param name="ledger">Null: calls are counted in memory alone.</param>
public sealed class ApiBudget(ApiBudgetOptions options, IApiCallLedger? ledger) : IDisposable
{
    /// <summary>The budget does not hold the call.</summary>
    public const string UsedUp = "API_BUDGET_USED_UP";

    /// <summary>The ledger cannot be reached.</summary>
    public const string NotBooked = "API_CALL_NOT_BOOKED";

    /// <summary>What a Bulk job takes: open, upload, close, some questions, three results.</summary>
    public const int JobCalls = 12;

    /// <summary>What is still to come of a job that is outside.</summary>
    public const int JobCallsToCome = 8;

    // A poll: the query, and now and then getDeleted and the org's clock.
    private const int PollCalls = 3;
    private const int BookingsMax = 16;
    private const int PartsOfLingerMax = 288;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim exchanging = new(1, 1);
    private readonly Dictionary<ApiKind, long> unsaved = [];
    private ApiCounts? counts;
    private ApiOutlook outlook = ApiOutlook.Unknown;
    private ApiUsage? org;
    private bool isOrgNews;
    private long sinceOrg;
    private long ahead;

    /// <summary>A budget without limits that nobody shares.</summary>
    public static ApiBudget Unlimited { get; } = new(new ApiBudgetOptions { Reserve = new ApiShare(0) }, null);

    /// <summary>Told after an exchange that changed the level: before and after.</summary>
    public Action<ApiOutlook, ApiOutlook>? LevelChanged { get; set; }

    /// <summary>The budget as of the last exchange.</summary>
    public ApiOutlook Outlook
    {
        get
        {
            lock (gate)
            {
                return outlook;
            }
        }
    }

    /// <summary>How much there is to spend.</summary>
    public ApiLevel Level => Outlook.Level;

    /// <summary>The limits of this budget.</summary>
    public ApiBudgetOptions Options => options;

    /// <summary>Calls that it holds in a window when none is used; null: no limit is known.</summary>
    public long? CallsMax
    {
        get
        {
            lock (gate)
            {
                long? ofOrg = org?.Max - Reserve();
                return Share() is { } share && !(ofOrg < share) ? share : ofOrg;
            }
        }
    }

    /// <summary>False while the share is a part of what the org allows, and no answer has told that.</summary>
    public bool IsShareKnown
    {
        get
        {
            lock (gate)
            {
                return options.Share is null || Share() is not null;
            }
        }
    }

    /// <summary>True if the budget holds so many calls for this, what is needed more set aside. Asked before something is begun.</summary>
    public bool Allows(ApiUse use, int calls = 1)
    {
        lock (gate)
        {
            return Holds(use, calls);
        }
    }

    /// <summary>How long a feed rests between polls, one of so many.</summary>
    public TimeSpan PollPause(TimeSpan interval, int objects) => Outlook.Rest(interval, PollCalls * objects, options.Window, options.Window);

    /// <summary>How long writes that fill no batch wait for company.</summary>
    public TimeSpan WritePause(TimeSpan linger) => Outlook.Rest(linger, 1, options.Window / PartsOfLingerMax, options.Window);

    /// <summary>How long to rest between questions about a job.</summary>
    public TimeSpan JobPause(TimeSpan pause) => Level == ApiLevel.Plenty ? pause : 4 * pause;

    /// <summary>Takes one call, just before it is made.</summary>
    /// <exception cref="SalesforceException">The budget does not hold it, or cannot be asked; nothing was sent.</exception>
    public async Task TakeAsync(ApiCall call, string operation, CancellationToken cancellation)
    {
        for (int tries = 0; tries < BookingsMax; tries++)
        {
            lock (gate)
            {
                if ((ledger is null || counts is not null) && !Holds(call.Use, 1))
                {
                    break;
                }

                bool isFree = !IsBooked || (call.Use == ApiUse.Look && Share() is null);
                if (ledger is null || (counts is not null && (isFree || ahead > 0)))
                {
                    Count(call.Kind, 1, isFree);
                    return;
                }
            }

            await BookAsync(operation, cancellation);
        }

        throw new SalesforceException(Refusal(), operation);
    }

    /// <summary>A call that was taken never left.</summary>
    public void GiveBack(ApiCall call)
    {
        lock (gate)
        {
            Count(call.Kind, -1, !IsBooked);
        }
    }

    /// <summary>The org told its count.</summary>
    public void Heard(ApiUsage usage)
    {
        lock (gate)
        {
            (org, isOrgNews, sinceOrg) = (usage, true, 0);
        }
    }

    /// <summary>The org refused a call for its limit of the day.</summary>
    public void HeardUsedUp()
    {
        lock (gate)
        {
            if (org is { } heard)
            {
                (org, isOrgNews, sinceOrg) = (heard with { Used = Math.Max(heard.Used, heard.Max) }, true, 0);
            }
        }
    }

    /// <summary>Tells the ledger what was used, hears what others have, and books ahead.</summary>
    /// <param name="isLast">Gives back what is booked and not used.</param>
    public async Task ExchangeAsync(bool isLast, CancellationToken cancellation)
    {
        if (ledger is null)
        {
            return;
        }

        await exchanging.WaitAsync(cancellation);
        (ApiOutlook Before, ApiOutlook After) reviewed;
        try
        {
            ApiExchange exchange;
            lock (gate)
            {
                exchange = Next(isLast);
            }

            ApiCounts told = await ledger.ExchangeAsync(exchange, cancellation);
            lock (gate)
            {
                Settle(exchange, told);
                reviewed = (outlook, Review());
                outlook = reviewed.After;
            }
        }
        finally
        {
            exchanging.Release();
        }

        if (reviewed.Before.Level != reviewed.After.Level)
        {
            LevelChanged?.Invoke(reviewed.Before, reviewed.After);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => exchanging.Dispose();

    private ApiExchange Next(bool isLast)
    {
        long? share = options.Share is null ? null : Share() ?? options.UnknownMax;
        long wanted = 0;
        if (isLast || share is null)
        {
            wanted = -ahead;
        }
        else
        {
            // Low, only a few are booked ahead: what a killed node had not used is lost for a day.
            long left = counts is null ? 1 : Math.Max(0, ShareLeft() ?? 0);
            wanted = Math.Max(0, Math.Clamp(left / 10, 1, options.AheadMax) - ahead);
        }

        return new ApiExchange([.. unsaved.Where(kind => kind.Value != 0).Select(kind => (kind.Key, kind.Value))], ahead, wanted, share, isOrgNews ? org : null);
    }

    // Calls were made meanwhile: they stand in the ledger as booked, and are told as used the next time.
    private void Settle(ApiExchange exchange, ApiCounts told)
    {
        foreach ((ApiKind kind, long calls) in exchange.Used)
        {
            unsaved[kind] -= calls;
        }

        ahead += told.Ahead - exchange.Held;
        counts = told;
        // News until the ledger has them; what was heard meanwhile it has not.
        isOrgNews = isOrgNews && !ReferenceEquals(org, exchange.Org);
        org = isOrgNews ? org : told.Org ?? org;
    }

    private ApiOutlook Review()
    {
        long? share = Share();
        return ApiOutlook.Of(outlook.Level, counts!, options, options.Share is null ? null : share ?? options.UnknownMax, ShareLeft(), Org(), Reserve(), OrgLeft());
    }

    private async Task BookAsync(string operation, CancellationToken cancellation)
    {
        try
        {
            await ExchangeAsync(isLast: false, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new SalesforceException(new SyncFault.NotExecuted(NotBooked, "the call could not be booked.", TimeSpan.FromSeconds(1)), operation, e);
        }
    }

    private void Count(ApiKind kind, int calls, bool isFree)
    {
        unsaved[kind] = unsaved.GetValueOrDefault(kind) + calls;
        sinceOrg = Math.Max(0, sinceOrg + calls);
        ahead -= isFree ? 0 : calls;
    }

    private bool Holds(ApiUse use, int calls)
    {
        if (use == ApiUse.Look)
        {
            return ShareLeft() is not { } share || share >= calls || Share() is null;
        }

        long? limit = null;
        if (ShareLeft() is { } shareLeft)
        {
            limit = shareLeft - ApiOutlook.Floor(use, Share() ?? options.UnknownMax);
        }

        if (OrgLeft() is { } orgLeft)
        {
            limit = Math.Min(limit ?? long.MaxValue, orgLeft - ApiOutlook.Floor(use, org!.Max - Reserve()));
        }

        return limit is null || limit >= calls;
    }

    private bool IsBooked => options.Share is not null && ledger is not null;

    private long? Share() => options.Share?.Of(org?.Max);

    // What the ledger counts includes what is booked ahead here.
    private long? ShareLeft() => options.Share is null || counts is null ? null : (Share() ?? options.UnknownMax) - counts.Total + ahead;

    private long Reserve() => options.Reserve.Of(org?.Max) ?? 0;

    private ApiUsage? Org() => org is null ? null : org with { Used = org.Used + sinceOrg };

    private long? OrgLeft() => org is null ? null : org.Max - org.Used - sinceOrg - Reserve();

    private SyncFault.Throttled Refusal()
    {
        ApiOutlook now = Outlook;
        TimeSpan wait = now is { IsOrgs: false, MoreAt: { } more } ? more - now.At : options.Part;
        TimeSpan least = options.Part / 900;
        wait = wait < least ? least : wait > options.Part ? options.Part : wait;
        string why = OrgLeft() is { } left && (ShareLeft() is not { } share || left < share)
            ? $"of the org's {org!.Max} API requests of 24 hours {org.Used + sinceOrg} are used, and {Reserve()} are left to others."
            : $"the share of {Share() ?? options.UnknownMax} API requests of 24 hours is used up, or kept for what is needed more.";
        return new SyncFault.Throttled(UsedUp, why, wait);
    }
}
