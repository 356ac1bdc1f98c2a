using System.Globalization;
using ActorSync.Audit;
using ActorSync.Demo.Stories;
using ActorSync.Demo.Traffic;

namespace ActorSync.Demo;

/// <summary>What <c>--exit</c> ends with: every claim with its verdict. Pure.</summary>
internal sealed record DemoSummary(
    IReadOnlyList<StoryResult> Stories, LatencyReport? Latency, DemoReading Traffic, EditTally Application, EditTally Users, DemoNode Node)
{
    /// <summary>The lines, and whether everything is right. The latency is told, but a busy machine's is no error of the sync.</summary>
    public (IReadOnlyList<string> Lines, bool Right) Tell(ComparisonReport comparison, HistoryReport history, DemoReading last)
    {
        var rightStories = Stories.Count(story => story.IsRight);
        var lines = new List<string>
        {
            Line("stories", $"{rightStories} of {Stories.Count} right", rightStories == Stories.Count),
            Line("application", $"{Application.Total:N0} edits: {Application.Updates:N0} updates, {Application.Inserts:N0} inserts, {Application.Deletes:N0} deletes", true),
            Line("Salesforce users", $"{Users.Total:N0} edits: {Users.Updates:N0} updates, {Users.Inserts:N0} creates, {Users.Deletes:N0} deletes", true),
            Line("carried", $"{last.ReachedSalesforce:N0} writes to Salesforce, {last.ReachedPostgres:N0} rows to PostgreSQL, {last.Conflicts:N0} conflicts settled, {last.Restarts:N0} node restarts", true),
            Line("parked", $"{last.Status.ParkedRecords:N0} records", last.Status.ParkedRecords == 0),
            Line("journals", AuditView.Summary(history), history.Agrees && history.Undecided == 0),
            Line("both sides", $"{comparison.Records:N0} records, {comparison.Fields:N0} fields compared: {comparison.DifferenceCount:N0} differences", comparison.AreEqual),
        };
        if (Latency is { } latency)
        {
            lines.Add(Line("latency", $"median {latency.Median.TotalMilliseconds:0} ms, 95th percentile {latency.P95.TotalMilliseconds:0} ms from commit to arrival in Salesforce (target: median below {LatencyReport.MedianMax.TotalMilliseconds:0} ms)", true));
        }

        lines.AddRange(comparison.Differences.Select(difference => $"  differs: {difference}"));
        lines.AddRange(history.Differences.Take(SideComparison.DifferencesMax).Select(difference => $"  journal: {difference}"));
        lines.AddRange(last.Status.Parked.Select(parked => $"  parked: {parked.Object} {parked.ExternalId}: {parked.Reason}"));
        var right = rightStories == Stories.Count && last.Status.ParkedRecords == 0 && history.Agrees && history.Undecided == 0 && comparison.AreEqual;
        return (lines, right);
    }

    private static string Line(string name, FormattableString text, bool right) => $"  {(right ? "ok   " : "WRONG")} {name,-17} {text.ToString(CultureInfo.InvariantCulture)}";

    private static string Line(string name, string text, bool right) => $"  {(right ? "ok   " : "WRONG")} {name,-17} {text}";
}
