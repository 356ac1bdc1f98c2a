using System.Globalization;
using Spectre.Console;

namespace ActorSync.Audit;

/// <summary>Histories and checks for a person.</summary>
internal static class AuditView
{
    /// <summary>Prints histories, a line per event and one per changed field. No table: values keep their length, and grep works.</summary>
    public static void Show(IAnsiConsole console, IReadOnlyList<RecordTimelineReport> reports)
    {
        foreach (var report in reports)
        {
            console.MarkupLineInterpolated($"[bold]{report.Object} {report.ExternalId}[/]");
            foreach (var file in report.ArchivedIn)
            {
                Write(console, $"older history is in {file}");
            }

            foreach (var line in report.Lines)
            {
                var at = line.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                Write(console, $"{at}  {line.WhoText}: {line.Text}{(line.Submission is { } id ? $" (submission {id})" : "")}");
                foreach (var change in line.Changes)
                {
                    Write(console, $"{"",26}{change.Field}: {(change.FromUnknown ? "" : $"{Value(change.From)} -> ")}{Value(change.To)}");
                }
            }

            console.WriteLine();
        }
    }

    /// <summary>Prints what a check of journals found.</summary>
    public static void Show(IAnsiConsole console, HistoryReport report)
    {
        foreach (var difference in report.Differences)
        {
            Write(console, difference.ToString());
        }

        if (report.DifferencesLeftOut > 0)
        {
            Write(console, string.Create(CultureInfo.InvariantCulture, $"... and {report.DifferencesLeftOut:N0} more differences"));
        }

        Write(console, Summary(report));
    }

    /// <summary>One line: what was compared and what came of it.</summary>
    public static string Summary(HistoryReport report)
    {
        var found = report.Agrees ? "every journal folds to its snapshot and its row" : $"{report.Differences.Length + report.DifferencesLeftOut} differences";
        var undecided = report.Undecided > 0 ? $"; {report.Undecided} records have changes that are not decided yet and were not compared" : "";
        var before = report.BegunBefore > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; {report.BegunBefore:N0} records began before {report.ArchivedUntil:yyyy-MM-dd}, from when on the journal is in the database, and were not compared: check them with --archive FOLDER")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{report.Records:N0} records, {report.Events:N0} events: {found}{undecided}{before}");
    }

    // Not through the console's own writer: it would wrap long lines.
    private static void Write(IAnsiConsole console, string line) => console.Profile.Out.Writer.WriteLine(line);

    private static string Value(string? value) => value is null ? "(empty)" : $"'{value}'";
}
