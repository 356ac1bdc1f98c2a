using System.CommandLine;
using ActorSync.Operations;

namespace ActorSync.Commands;

/// <summary><c>actorsync run</c>: one node, until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var files = ConfigFiles.Option(required: true);
        var exitWithInput = StandardInput.ExitOption();
        var command = new DescribedCommand(
            "run",
            "Run a node. Ctrl-C or SIGTERM drains it: it finishes its turn, settles what it has sent, hands its leases back and exits 0.",
            "actorsync run -c actorsync.conf",
            "actorsync run -c actorsync.conf -c production.conf",
            "ACTORSYNC_POSTGRES_URL=postgres://app@db/app actorsync run -c actorsync.conf") { files, exitWithInput };
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, () => RunAsync(scope, parsed.GetRequiredValue(files), parsed.GetValue(exitWithInput)));
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandScope scope, string[] files, bool exitWithInput)
    {
        var log = new SyncLog(scope.Out, scope.Clock, scope.Verbose);
        var config = ConfigFiles.Load(files, warning => log.Say($"warning: {warning}"));
        MemoryLimit.Set(config.Runtime.MemoryMax);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(scope.Stop);
        using var asked = scope.Stop.Register(() => log.Say("asked to stop; draining"));
        if (!exitWithInput)
        {
            return await SyncNode.RunAsync(config, scope.Clock, log, stop.Token);
        }

        var node = SyncNode.RunAsync(config, scope.Clock, log, stop.Token);
        var input = StandardInput.EndAsync(scope.Input, stop.Token);
        if (await Task.WhenAny(node, input) == input && !stop.IsCancellationRequested)
        {
            log.Say("standard input has ended; draining");
        }

        await stop.CancelAsync();
        return await node;
    }
}
