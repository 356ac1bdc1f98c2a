using System.Globalization;

namespace ActorSync.OrgSimulator.Org.Changes;

/// <summary>Where a change came from, as events tell it.</summary>
internal static class ChangeOrigin
{
    /// <summary>What Lightning's own pages call themselves.</summary>
    private const string PageClient = "SfdcInternalAPI/";

    /// <summary><c>com/salesforce/api/soap/60.0;client=my-sync</c>; empty for what no API wrote.</summary>
    public static string Of(DmlContext context) => context.Api switch
    {
        "soap" or "rest" or "bulkapi" => Text(context.Api, context.ApiVersion, context.Client),
        "page" or "ui" => Text("soap", context.ApiVersion, PageClient),
        _ => "",
    };

    private static string Text(string api, int version, string? client) =>
        string.Create(CultureInfo.InvariantCulture, $"com/salesforce/api/{api}/{version}.0{(client is null ? "" : $";client={client}")}");
}
