using System.Globalization;
using Spectre.Console;

namespace ActorSync.Commands;

/// <summary>A status report for a person.</summary>
internal static class StatusView
{
    /// <summary>Prints the report.</summary>
    public static void Show(IAnsiConsole console, StatusReport report)
    {
        console.Write(NodeView.Of(report.Nodes));
        if (report.FreeAddresses > 0)
        {
            console.MarkupLineInterpolated($"[yellow]{report.FreeAddresses} leases have no living holder[/]");
        }

        console.Write(Mappings(report));
        console.WriteLine($"change log    {Behind(report.ChangeLog.Undecided, "undecided changes", report.ChangeLog.OldestAgeSeconds)}");
        console.WriteLine($"offers        {Count(report.Offers.Waiting, "waiting to be submitted")}");
        console.WriteLine($"submissions   {Behind(report.Submissions.Outstanding, "outstanding", report.Submissions.OldestAgeSeconds)}, {Count(report.Submissions.OutstandingRecords, "records in them")}, {Count(report.Submissions.InDoubt, "in doubt")}");
        console.WriteLine($"mailboxes     {Count(report.Envelopes, "envelopes")}");
        console.WriteLine($"write-back    {Count(report.OwedRows, "rows to write")}");
        ShowApi(console, report.Api);
        if (report.Failover is { } failover)
        {
            console.Profile.Out.Writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"failover {failover.Number}    noticed {failover.NoticedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, commits since {failover.SurvivedAt.UtcDateTime:HH:mm:ss}Z may be lost: {failover.InDoubt:N0} submissions still in doubt, {failover.Corrected:N0} records corrected"));
        }

        console.WriteLine($"parked        {Count(report.ParkedRecords, "records")}");
        foreach (var parked in report.Parked)
        {
            var since = parked.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            console.Profile.Out.Writer.WriteLine($"  {since}  {parked.Object} {parked.ExternalId}  {parked.Reason}");
        }

        if (report.ParkedRecords > StatusReport.ParkedMax)
        {
            console.WriteLine($"  ... and {Count(report.ParkedRecords - StatusReport.ParkedMax, "more")}");
        }
    }

    private static void ShowApi(IAnsiConsole console, ApiStatus api)
    {
        var kinds = api.ByKind.Count == 0 ? "" : $" ({string.Join(", ", api.ByKind.Select(kind => $"{Number(kind.Value)} {kind.Key}"))})";
        var share = api.Share is { } calls ? $", share {Number(calls)}" : "";
        var org = api is { OrgUsed: { } used, OrgMax: { } max } ? $", the org {Number(used)} of {Number(max)}" : "";
        console.Profile.Out.Writer.WriteLine($"API requests  {Count(api.Calls, "in 24 hours")}{kinds}, {Count(api.Ahead, "booked ahead")}{share}{org}");
        if (api.Said is { } said)
        {
            console.Profile.Out.Writer.WriteLine($"              {said}");
        }
    }

    private static Table Mappings(StatusReport report)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("object", "table", "rows", "records known", "parked", "state", "load");
        foreach (var mapping in report.Mappings)
        {
            table.AddRow(
                Markup.Escape(mapping.Object), Markup.Escape(mapping.Table), Number(mapping.Rows), Number(mapping.Records), Number(mapping.Parked),
                Markup.Escape(mapping.Reason is { } reason ? $"{mapping.State}: {reason}" : mapping.State), Load(mapping.Load));
        }

        return table;
    }

    // 12,000 of 100,000, 1,500/s, 59 s left
    private static string Load(LoadStatus? load) => load is null ? "" : string.Join(", ", new[]
    {
        load.Total is { } total ? $"{Number(load.Read)} of {Number(total)}" : Number(load.Read),
        load.RowsPerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s") : "",
        load.SecondsLeft is { } left ? string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromSeconds(Math.Ceiling(left)):c} left") : "",
    }.Where(part => part.Length > 0));

    private static string Behind(long count, string what, double? oldest) =>
        Count(count, what) + (oldest is { } age ? string.Create(CultureInfo.InvariantCulture, $", the oldest {age:0.0} s old") : "");

    private static string Count(long count, string what) => $"{Number(count)} {what}";

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
