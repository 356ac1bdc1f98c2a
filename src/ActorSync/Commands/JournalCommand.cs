using System.CommandLine;
using System.Globalization;
using ActorSync.Retention;

namespace ActorSync.Commands;

/// <summary><c>actorsync journal list</c> and <c>journal archive</c>: the journal by weeks, and old weeks written to files and taken out of the database.</summary>
internal static class JournalCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var command = new DescribedCommand(
            "journal",
            "List the weeks of the journal, or write old ones to files and take them out of the database.",
            "actorsync journal list -c actorsync.conf",
            "actorsync journal archive --before 2026-09-01 --to /var/backups/actorsync -c actorsync.conf");
        command.Subcommands.Add(List(scopeOf));
        command.Subcommands.Add(Archive(scopeOf));
        return command;
    }

    private static DescribedCommand List(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var json = Json.Option();
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "list",
            "List every partition of the journal, oldest first: from when to when (UTC, the end is not in it), how many rows about, how large, and the file of each that was archived.",
            "actorsync journal list -c actorsync.conf",
            "actorsync journal list --postgres postgres://app@localhost/app --json") { json };
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                await using var connection = await source.OpenConnectionAsync(scope.Stop);
                var partitions = await JournalTable.ReadAsync(connection, scope.Stop);
                if (parsed.GetValue(json))
                {
                    await scope.Out.WriteLineAsync(Json.Of(partitions));
                    return (int)ExitCode.Ok;
                }

                foreach (var partition in partitions)
                {
                    await scope.Out.WriteLineAsync(Line(partition));
                }

                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static DescribedCommand Archive(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var before = new Option<string>("--before")
        {
            Description = "Archive the weeks that end at or before this day, 00:00 UTC: 2026-09-01. Weeks that ended less than 7 days ago stay in any case, and are refused.",
            HelpName = "DATE",
            Required = true,
        };
        var to = new Option<string>("--to") { Description = "Folder of the files, on this machine. It exists, and each database has one of its own.", HelpName = "FOLDER", Required = true };
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "archive",
            "Write old weeks of the journal to files (JSON lines, gzip), compare each with what was there, and take it out of the database. Nodes go on meanwhile. Interrupted, it is run again and goes on.",
            "actorsync journal archive --before 2026-09-01 --to /var/backups/actorsync -c actorsync.conf",
            "actorsync journal archive --before $(date -u -d '13 weeks ago' +%F) --to /var/backups/actorsync -c actorsync.conf   # from cron") { before, to };
        database.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(before)?.Tokens is [var token] && Day(token.Value) is null)
            {
                result.AddError($"--before {token.Value} is no day: write it as 2026-09-01.");
            }
        });
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                var folder = parsed.GetRequiredValue(to);
                if (!Directory.Exists(folder))
                {
                    throw new CommandException(ExitCode.Usage, $"--to: {folder} is no folder: make it first");
                }

                await using var source = database.Open(parsed);
                var archiver = new JournalArchiver(source, (partition, step) => step == ArchiveStep.Dropped ? scope.Out.WriteLineAsync($"{partition.Name} is out of the database") : Task.CompletedTask);
                var done = await archiver.RunAsync(Day(parsed.GetRequiredValue(before))!.Value, folder, scope.Stop);
                foreach (var partition in done)
                {
                    await scope.Out.WriteLineAsync(Line(partition));
                }

                await scope.Out.WriteLineAsync(done.Count == 0 ? "nothing to archive" : $"{done.Count} archived");
                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static DateTimeOffset? Day(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : null;

    private static string Line(JournalPartition partition)
    {
        var rows = partition.Note is { } note ? string.Create(CultureInfo.InvariantCulture, $"{note.Rows:N0} rows")
            : partition.RowEstimate is { } estimate ? string.Create(CultureInfo.InvariantCulture, $"about {estimate:N0} rows") : "rows not counted yet";
        var size = partition.Bytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $", {bytes / 1048576.0:N1} MB") : "";
        var where = partition.State switch
        {
            PartitionState.Archived => $"archived {Text(partition.Note!.ArchivedAt)} to {partition.Note.File}",
            PartitionState.Attached when partition.Note is null => "in the journal",
            _ => $"written to {partition.Note?.File}, not dropped yet: run actorsync journal archive again",
        };
        return $"{partition.Name}: {(partition.From is { } from ? $"from {Text(from)}" : "from the beginning")} to {Text(partition.To)}, {rows}{size}; {where}";
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
