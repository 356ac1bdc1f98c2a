using System.Globalization;

namespace ActorSync.OrgSimulator.Http;

/// <summary>API versions as Salesforce numbers its releases: three a year, 31.0 being Summer '14 and 67.0 Summer '26.</summary>
internal static class ApiVersion
{
    /// <summary>Up to 30.0 are retired.</summary>
    public const int Oldest = 31;

    public const int Newest = 67;

    /// <summary>The last version with SOAP login().</summary>
    public const int LastWithLogin = 64;

    /// <summary>From here on, an upsert by REST that updates answers 200 with a body; before, 204.</summary>
    public const int UpsertAnswersUpdates = 46;

    private static readonly string[] Seasons = ["Winter", "Spring", "Summer"];

    public static string Label(int version)
    {
        // 32 was Winter '15.
        var releases = version - 32;
        var year = 15 + (int)Math.Floor(releases / 3.0);
        return string.Create(CultureInfo.InvariantCulture, $"{Seasons[((releases % 3) + 3) % 3]} '{year}");
    }

    /// <summary>Reads <c>47.0</c>, <c>47</c> or <c>v47.0</c>; null if it is no version number.</summary>
    public static int? Parse(string text)
    {
        var number = text.AsSpan().TrimStart('v');
        if (number.EndsWith(".0", StringComparison.Ordinal))
        {
            number = number[..^2];
        }

        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }
}
