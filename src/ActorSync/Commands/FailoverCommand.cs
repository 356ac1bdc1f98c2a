using System.CommandLine;
using System.Globalization;
using ActorSync.Failovers;

namespace ActorSync.Commands;

/// <summary><c>actorsync failover</c>: failovers and restores that may have lost commits, and every record that was corrected because of them.</summary>
internal static class FailoverCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var declare = new Option<bool>("--declare")
        {
            Description = "Say that the database was restored in a way the server cannot tell, such as a snapshot of its disk: nodes take it as a failover. Before the first node runs on it.",
        };
        var json = Json.Option();
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "failover",
            "List the failovers and restores that may have lost commits, oldest first: when, from when on, how much is still in doubt; and each record that was corrected from Salesforce, with old and new values.",
            "actorsync failover -c actorsync.conf",
            "actorsync failover --declare -c actorsync.conf   # after a restore that left the server's timeline as it was") { declare, json };
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var reader = new FailoverReader(source);
                if (parsed.GetValue(declare))
                {
                    await reader.DeclareAsync(scope.Stop);
                    await scope.Out.WriteLineAsync("declared: the next node to run, or the running ones within seconds, take what this database says for a history that may have lost commits");
                    return (int)ExitCode.Ok;
                }

                var reports = await reader.ReadAsync(scope.Stop);
                if (parsed.GetValue(json))
                {
                    await scope.Out.WriteLineAsync(Json.Of(reports));
                    return (int)ExitCode.Ok;
                }

                foreach (var report in reports)
                {
                    await scope.Out.WriteLineAsync(Line(report));
                    foreach (var line in report.Corrections.SelectMany(Lines))
                    {
                        await scope.Out.WriteLineAsync($"  {line}");
                    }
                }

                await scope.Out.WriteLineAsync(reports.Count == 0 ? "no failover was noticed" : $"{reports.Count} failovers");
                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static string Line(FailoverReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"failover {report.Number}: noticed {Text(report.NoticedAt)}, from {report.Before} to {report.Now}; commits since {Text(report.SurvivedAt)} may be lost; {report.InDoubt} submissions still in doubt, {report.Corrections.Count} records corrected");

    private static IEnumerable<string> Lines(CorrectedRecord record) => record.Changes.Select(change => change switch
    {
        { Field: "*" } => $"{record.Object} {record.ExternalId} {change.What} ({change.Old ?? change.New})",
        _ => $"{record.Object} {record.ExternalId} {change.Field}: {Quoted(change.Old)} is now {Quoted(change.New)}",
    });

    private static string Quoted(string? value) => value is null ? "(empty)" : $"'{value}'";

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
