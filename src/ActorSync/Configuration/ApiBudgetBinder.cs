using System.Globalization;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Configuration;

/// <summary>Binds <c>salesforce.api-budget</c>.</summary>
internal static class ApiBudgetBinder
{
    /// <summary>A node that may call less often cannot even start each day.</summary>
    public const int CallsMin = 10;

    private const long CallsMax = 100_000_000;

    /// <summary>Below half of what the org has there is something to share.</summary>
    private const double ReservePercentMax = 50;

    public static ApiBudgetConfig Bind(SectionReader at)
    {
        var config = new ApiBudgetConfig
        {
            CallsPerDay = at.OptionalValue("calls-per-day", $"write a number of calls, at least {CallsMin}, or a part of the org's limit such as 50%", text => Read(text, CallsMin, 100)),
            Reserve = at.Value("reserve", "write a number of calls, or a part of the org's limit up to 50%, such as 5%", text => Read(text, 0, ReservePercentMax)) ?? new ApiShare(0),
        };
        at.Done();
        return config;
    }

    private static Bound<ApiShare> Read(string text, long callsMin, double percentMax)
    {
        var share = text.EndsWith('%')
            ? double.TryParse(text[..^1].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) ? new ApiShare(null, percent) : null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var calls) ? new ApiShare(calls) : null;
        return share switch
        {
            null => Bound<ApiShare>.Wrong($"{SectionReader.Quote(text)} is neither a number of calls nor a part such as 50%"),
            { Calls: { } number } when number < callsMin || number > CallsMax => Bound<ApiShare>.Wrong($"{SectionReader.Quote(text)} is out of range"),
            { Percent: { } part } when part > percentMax || (part == 0 && callsMin > 0) => Bound<ApiShare>.Wrong($"{SectionReader.Quote(text)} is out of range"),
            _ => Bound.To(share, share.ToString()),
        };
    }
}
