namespace ActorSync.Salesforce.Budget;

/// <summary>The budget at one moment and what is to be expected. Pure.</summary>
/// <param name="At">The ledger's clock.</param>
/// <param name="Share">Calls of all nodes in the window; null: no share is configured, or it is not known yet.</param>
/// <param name="Counted">Our calls in the window, those booked ahead included.</param>
/// <param name="Left">What may still be spent; null: nothing is known that limits it.</param>
/// <param name="Org">The org's count, ours since then added.</param>
/// <param name="Reserve">The org's last calls, which are left to others.</param>
/// <param name="IsOrgs">The org's count, not the share, is what limits.</param>
/// <param name="PerHour">Our calls an hour of late.</param>
/// <param name="UsedUpAt">When nothing is left if it goes on so; null: it lasts.</param>
/// <param name="MoreAt">When the next calls of ours leave the window.</param>
public sealed record ApiOutlook(
    ApiLevel Level, DateTimeOffset At, long? Share, long Counted, long? Left, ApiUsage? Org, long Reserve, bool IsOrgs, double PerHour, DateTimeOffset? UsedUpAt, DateTimeOffset? MoreAt)
{
    // Below a quarter there is no telling any more; from half on the forecast decides. To go back takes a little more.
    private const double LowBelow = 0.25;
    private const double LowUntil = 0.3;
    private const double ForecastBelow = 0.5;
    private const double ForecastUntil = 0.55;

    /// <summary>Nothing is known that limits.</summary>
    public static ApiOutlook Unknown { get; } = new(ApiLevel.Plenty, default, null, 0, null, null, 0, false, 0, null, null);

    /// <summary>What there is to spend when everything is left; null: no limit is known.</summary>
    public long? Allowance => IsOrgs ? Org!.Max - Reserve : Share;

    /// <summary>The budget as it is now.</summary>
    /// <param name="was">The level before.</param>
    /// <param name="shareLeft">Null: no share.</param>
    /// <param name="orgLeft">Null: the org's count is not known.</param>
    public static ApiOutlook Of(ApiLevel was, ApiCounts counts, ApiBudgetOptions options, long? share, long? shareLeft, ApiUsage? org, long reserve, long? orgLeft)
    {
        bool isOrgs = orgLeft is not null && (shareLeft is null || orgLeft < shareLeft);
        long? left = isOrgs ? orgLeft : shareLeft;
        double perSecond = PerSecond(counts, options);
        DateTimeOffset? usedUpAt = left is null ? null : UsedUp(left.Value, perSecond, counts.Calls, counts.Now, options);
        DateTimeOffset[] leaving = [.. counts.Calls.Where(part => part.Calls > 0).Select(part => options.LeavesAt(part.Part)).Where(at => at > counts.Now)];
        ApiOutlook outlook = new(
            was, counts.Now, share, counts.Total, left, org, reserve, isOrgs, perSecond * 3600, usedUpAt, leaving.Length == 0 ? null : leaving.Min());
        return outlook with { Level = outlook.NextLevel() };
    }

    /// <summary>Calls that are kept for what is needed more: a call for this may leave when more than these are left.</summary>
    public static long Floor(ApiUse use, long allowance)
    {
        long basis = Math.Max(allowance / 10, Math.Min(10, allowance / 3));
        return use switch
        {
            ApiUse.Load => 2 * basis,
            ApiUse.Poll => basis,
            ApiUse.Read => basis / 2,
            ApiUse.Write => Math.Max(1, basis / 10),
            _ => 0,
        };
    }

    /// <summary>
    /// How long to rest between rounds of so many calls. While there is plenty as usual; as it runs low ever nearer to what half of the rest would last for until the window has rolled once, so that
    /// it is never used up by them.
    /// </summary>
    /// <param name="usual">The rest without a budget.</param>
    /// <param name="longest">No rest is longer.</param>
    public TimeSpan Rest(TimeSpan usual, double callsPerRound, TimeSpan longest, TimeSpan window)
    {
        if (Level == ApiLevel.Plenty || Left is not { } left || Allowance is not { } allowance)
        {
            return usual;
        }

        TimeSpan fair = window * Math.Min(1, callsPerRound / Math.Max(1, left / 2.0));
        fair = fair < longest ? fair : longest;
        if (fair <= usual)
        {
            return usual;
        }

        double weight = Math.Clamp((ForecastBelow - ((double)left / Math.Max(1, allowance))) / (ForecastBelow - LowBelow), 0, 1);
        double from = Math.Max(1, usual.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(from * Math.Pow(fair.TotalMilliseconds / from, weight));
    }

    private ApiLevel NextLevel()
    {
        if (Left is not { } left || Allowance is not { } allowance)
        {
            return ApiLevel.Plenty;
        }

        if (left <= Floor(ApiUse.Write, allowance))
        {
            return ApiLevel.Out;
        }

        double part = (double)left / allowance;
        bool wasPlenty = Level == ApiLevel.Plenty;
        return part < (wasPlenty ? LowBelow : LowUntil) || (UsedUpAt is not null && part < (wasPlenty ? ForecastBelow : ForecastUntil)) ? ApiLevel.Saving : ApiLevel.Plenty;
    }

    // Of the part that runs and the one before it.
    private static double PerSecond(ApiCounts counts, ApiBudgetOptions options)
    {
        CountedCalls[] late = [.. counts.Calls.Where(part => part.Kind is not null && part.Part > counts.Now - (2 * options.Part))];
        if (late.Length == 0)
        {
            return 0;
        }

        TimeSpan elapsed = counts.Now - late.Min(part => part.Part);
        return late.Sum(part => part.Calls) / Math.Max(elapsed.TotalSeconds, options.Part.TotalSeconds / 4);
    }

    // One part of the window after the other: what leaves it comes back, what is called goes.
    private static DateTimeOffset? UsedUp(double left, double perSecond, IReadOnlyList<CountedCalls> calls, DateTimeOffset now, ApiBudgetOptions options)
    {
        for (int step = 0; step < ApiBudgetOptions.PartsOfWindow && perSecond > 0; step++)
        {
            DateTimeOffset from = now + (step * options.Part);
            double lasts = Math.Max(0, left) / perSecond;
            if (lasts < options.Part.TotalSeconds)
            {
                return from + TimeSpan.FromSeconds(lasts);
            }

            left -= perSecond * options.Part.TotalSeconds;
            left += calls.Where(part => options.LeavesAt(part.Part) is var at && at > from && at <= from + options.Part).Sum(part => part.Calls);
        }

        return null;
    }
}
