using System.CommandLine;
using System.Globalization;
using ActorSync.Provisioning;

namespace ActorSync.Commands;

/// <summary><c>actorsync parked</c>: every record that waits for somebody, and for what.</summary>
internal static class ParkedCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var objectName = new Option<string?>("--object") { Description = "Only records of this object.", HelpName = "NAME" };
        var json = Json.Option();
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "parked",
            "List every parked record, oldest first: since when, its UUID and its Salesforce id, who refused what, and why; and every field in the conflict inbox with the values of both sides. See retry, skip, edit and choose.",
            "actorsync parked -c actorsync.conf",
            "actorsync parked --object Contact --postgres postgres://app@localhost/app --json") { objectName, json };
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var name = parsed.GetValue(objectName);
                RecordChoice.Of(await MappingStore.ReadAsync(source, scope.Stop), name);
                var entries = await new ParkedRecords(source).ListAsync(name, scope.Stop);
                if (parsed.GetValue(json))
                {
                    await scope.Out.WriteLineAsync(Json.Of(entries));
                }
                else
                {
                    foreach (var entry in entries)
                    {
                        await scope.Out.WriteLineAsync(Line(entry));
                    }

                    await scope.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{entries.Select(entry => (entry.Object, entry.ExternalId)).Distinct().Count()} records are parked"));
                }

                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static string Line(ParkedEntry entry)
    {
        var since = entry.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return $"{since}  {entry.Object} {entry.ExternalId} {entry.Sfid ?? "(not in Salesforce)"}  {entry.Reason}";
    }
}
