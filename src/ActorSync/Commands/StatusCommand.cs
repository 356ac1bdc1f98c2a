using System.CommandLine;

namespace ActorSync.Commands;

/// <summary><c>actorsync status</c>: what the nodes are doing, from the engine's tables alone; no node need run.</summary>
internal static class StatusCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var json = Json.Option();
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "status",
            "Show nodes and leases, mapped objects, what is on its way, and the records that are parked, oldest first.",
            "actorsync status -c actorsync.conf",
            "actorsync status --postgres postgres://app@localhost/app --json") { json };
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var report = await new StatusReader(source).ReadAsync(scope.Stop);
                if (parsed.GetValue(json))
                {
                    await scope.Out.WriteLineAsync(Json.Of(report));
                }
                else
                {
                    StatusView.Show(scope.Console, report);
                }

                return (int)ExitCode.Ok;
            });
        });
        return command;
    }
}
