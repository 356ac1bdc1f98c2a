using System.Globalization;
using ActorSync.Configuration.Hocon;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Budget;

/// <summary>What a node does with its API budget and why, for people.</summary>
internal static class BudgetText
{
    /// <summary>One sentence of the state, one of what is done about it.</summary>
    /// <param name="interval">Between polls, if nothing is slowed.</param>
    /// <param name="objects">Objects that are polled.</param>
    public static string Of(ApiBudget budget, ApiOutlook now, TimeSpan interval, int objects)
    {
        var done = now.Level switch
        {
            ApiLevel.Saving => $"saving: {Polls(budget, interval, objects)}, writes wait up to {Show(budget.WritePause(TimeSpan.Zero))} for a full batch, "
                + "and the last of it is kept for writes and for what is outside",
            ApiLevel.Out => $"used up: writes wait as offers and reads wait, nothing is lost; {More(now)}",
            _ => "enough: nothing is slowed",
        };
        return $"API budget: {done} ({Why(now)})";
    }

    /// <summary>What limits, how much of it is left, and how long that lasts.</summary>
    public static string Why(ApiOutlook now)
    {
        var culture = CultureInfo.InvariantCulture;
        var limit = now switch
        {
            { IsOrgs: true, Org: { } org } => string.Create(culture, $"of the org's {org.Max} API requests of 24 hours {org.Used} are used, by all its applications, and the last {now.Reserve} are left to others"),
            { Share: { } share } => string.Create(culture, $"{now.Counted} of our share of {share} API requests of 24 hours are used or booked"),
            _ => string.Create(culture, $"{now.Counted} API requests in 24 hours, without a limit that is known"),
        };
        return now.Left is not { } left ? limit : string.Create(culture, $"{limit}, {Math.Max(0, left)} left{(now.Level == ApiLevel.Out ? "" : $"; {Forecast(now)}")}");
    }

    /// <summary>How long what is left lasts.</summary>
    public static string Forecast(ApiOutlook now) => now switch
    {
        { PerHour: 0 } => "nothing is called",
        { UsedUpAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"at {now.PerHour:0} an hour it is used up at {Time(at)}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"at {now.PerHour:0} an hour it lasts"),
    };

    // What is needed less stops while the level is still the same.
    private static string Polls(ApiBudget budget, TimeSpan interval, int objects)
    {
        var polls = budget.Allows(ApiUse.Poll) ? $"polls slow from {Show(interval)} to {Show(budget.PollPause(interval, objects))}" : "polls stand still";
        var loads = budget.Allows(ApiUse.Load) ? "" : ", initial loads stand still";
        return $"{polls}{loads}{(budget.Allows(ApiUse.Read) ? "" : ", reads that records ask for wait")}";
    }

    private static string More(ApiOutlook now) =>
        now.IsOrgs ? "the org is asked for its count now and then"
        : now.MoreAt is { } at ? $"the first calls come back at {Time(at)}" : "it goes on when calls have come back";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Show(TimeSpan time) => HoconQuantity.Show(time < TimeSpan.FromSeconds(10) ? TimeSpan.FromMilliseconds(Math.Round(time.TotalMilliseconds)) : TimeSpan.FromSeconds(Math.Round(time.TotalSeconds)));
}
