using System.CommandLine;
using ActorSync.Audit;
using ActorSync.Provisioning;

namespace ActorSync.Commands;

/// <summary><c>actorsync audit</c>: a record's history from the journal, and the proof that the journal is the whole truth.</summary>
internal static class AuditCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var record = new Argument<Guid?>("UUID") { Description = "External id of the record.", Arity = ArgumentArity.ZeroOrOne };
        var objectName = new Option<string?>("--object") { Description = "Only this object, where several objects have a record of that UUID.", HelpName = "NAME" };
        var verify = new Option<bool>("--verify") { Description = "Fold the journal and compare it with the snapshot and the row; of all records without UUID. Exit code 1 if they differ." };
        var archive = new Option<string?>("--archive") { Description = "Read what was archived of the journal too, from the files in this folder.", HelpName = "FOLDER" };
        var json = Json.Option();
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "audit",
            "Show a record's history: when, who, what changed from what to what, and which submission carried it.",
            "actorsync audit 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 -c actorsync.conf",
            "actorsync audit --verify -c actorsync.conf                            # every record",
            "actorsync audit --verify --archive /var/backups/actorsync -c actorsync.conf   # ... those that began before what is left of the journal too",
            "actorsync audit 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 --postgres postgres://app@db/app --json") { record, objectName, verify, archive, json };
        database.AddTo(command);
        command.Validators.Add(result =>
        {
            var given = result.GetResult(record)?.Tokens is [var token, ..] ? token.Value : null;
            if (given is null && !result.GetValue(verify))
            {
                result.AddError("Say which record: actorsync audit UUID. Only --verify works without.");
            }
            else if (given is not null && !Guid.TryParse(given, out _))
            {
                result.AddError($"'{given}' is not a UUID. Say which record: actorsync audit UUID.");
            }
        });
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var mappings = RecordChoice.Of(await MappingStore.ReadAsync(source, stop), parsed.GetValue(objectName));
                return parsed.GetValue(verify)
                    ? await VerifyAsync(scope, new HistoryCheck(source, mappings, parsed.GetValue(archive)), parsed.GetValue(record), parsed.GetValue(json))
                    : await ShowAsync(scope, new RecordAudit(source, mappings, parsed.GetValue(archive)), parsed.GetValue(record)!.Value, parsed.GetValue(json));
            });
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandScope scope, RecordAudit audit, Guid record, bool json)
    {
        var timelines = await audit.OfAsync(record, scope.Stop);
        if (timelines.Count == 0)
        {
            throw new CommandException(ExitCode.NotFound, $"the journal knows no record {record}: check the UUID (the external id column of the mapped table) and --object");
        }

        if (json)
        {
            await scope.Out.WriteLineAsync(Json.Of(timelines));
        }
        else
        {
            AuditView.Show(scope.Console, timelines);
        }

        return (int)ExitCode.Ok;
    }

    private static async Task<int> VerifyAsync(CommandScope scope, HistoryCheck check, Guid? record, bool json)
    {
        var report = await check.RunAsync(record, scope.Stop);
        if (record is not null && report is { Records: 0, Undecided: 0, BegunBefore: 0 })
        {
            throw new CommandException(ExitCode.NotFound, $"neither the journal nor a mapped table knows a record {record}");
        }

        if (json)
        {
            await scope.Out.WriteLineAsync(Json.Of(report));
        }
        else
        {
            AuditView.Show(scope.Console, report);
        }

        return (int)(report.Agrees ? ExitCode.Ok : ExitCode.Failed);
    }
}
