using System.CommandLine;
using ActorSync.Configuration.Hocon;

namespace ActorSync.Commands;

/// <summary><c>actorsync node list</c> and <c>node drain</c>: the nodes by the engine's tables, from any machine that reaches the database.</summary>
internal static class NodeCommand
{
    private static readonly TimeSpan WaitDefault = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var command = new DescribedCommand("node", "List the nodes of the cluster, or drain one.", "actorsync node list -c actorsync.conf", "actorsync node drain node-2 --wait -c actorsync.conf");
        command.Subcommands.Add(List(scopeOf));
        command.Subcommands.Add(Drain(scopeOf));
        return command;
    }

    private static DescribedCommand List(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var json = Json.Option();
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "list",
            "List every node: its id and version, since when it lives and until when without a further heartbeat, what it holds, and whether it is alive, draining or dead.",
            "actorsync node list -c actorsync.conf",
            "actorsync node list --postgres postgres://app@localhost/app --json") { json };
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var nodes = await new NodeTable(source).ListAsync(scope.Stop);
                if (parsed.GetValue(json))
                {
                    await scope.Out.WriteLineAsync(Json.Of(nodes));
                }
                else
                {
                    scope.Console.Write(NodeView.Of(nodes));
                }

                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static DescribedCommand Drain(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var name = new Argument<string>("NODE") { Description = "Name of a node, its id, or at least the first 8 characters of that." };
        var wait = new Option<string?>("--wait")
        {
            Description = "Wait until the node is gone, at most so long: --wait=5m. By default a minute. Exits 1 if it is not gone by then, or dies instead.",
            HelpName = "LIMIT",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var database = new DatabaseChoice();
        var command = new DescribedCommand(
            "drain",
            "Ask a node to hand over everything it holds to the others and to exit 0, as SIGTERM does. Nothing stops meanwhile.",
            "actorsync node drain node-2 -c actorsync.conf",
            "actorsync node drain 0199c1d2-7b1e --wait=5m -c actorsync.conf") { name, wait };
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                var limit = parsed.GetResult(wait) is null ? (TimeSpan?)null : Limit(parsed.GetValue(wait));
                await using var source = database.Open(parsed);
                return (int)await DrainAsync(scope, new NodeTable(source), parsed.GetValue(name)!, limit);
            });
        });
        return command;
    }

    private static TimeSpan Limit(string? text) => text is null ? WaitDefault
        : HoconQuantity.ReadDuration(text) is { } limit && limit >= TimeSpan.Zero ? limit
        : throw new CommandException(ExitCode.Usage, $"--wait={text}: write {HoconQuantity.DurationForm}");

    private static async Task<ExitCode> DrainAsync(CommandScope scope, NodeTable table, string said, TimeSpan? limit)
    {
        var node = NodeChoice.Of(await table.ListAsync(scope.Stop), said);
        if (!await table.AskToDrainAsync(node.NodeId, scope.Stop))
        {
            await scope.Out.WriteLineAsync($"{node.Name} {node.NodeId} has just gone by itself");
            return ExitCode.Ok;
        }

        await scope.Out.WriteLineAsync(node.DrainAskedAt is null
            ? $"{node.Name} {node.NodeId} is asked to drain; it holds {node.Holds}"
            : $"{node.Name} {node.NodeId} has been asked to drain already; it holds {node.Holds}");
        return limit is { } longest ? await WaitAsync(scope, table, node, longest) : ExitCode.Ok;
    }

    private static async Task<ExitCode> WaitAsync(CommandScope scope, NodeTable table, NodeStatus asked, TimeSpan limit)
    {
        var since = scope.Clock.GetTimestamp();
        while ((await table.ListAsync(scope.Stop)).FirstOrDefault(node => node.NodeId == asked.NodeId) is { } node)
        {
            if (!node.Alive)
            {
                throw new CommandException(
                    ExitCode.Failed, $"{node.Name} has died, or lost its lease, before it was drained: the others take over what it held. If its process runs on, it is another node now: actorsync node list");
            }

            if (scope.Clock.GetElapsedTime(since) >= limit)
            {
                throw new CommandException(ExitCode.Failed, $"{node.Name} is not gone after {HoconQuantity.Show(limit)} and holds {node.Holds}; it goes on draining");
            }

            await Task.Delay(LookInterval, scope.Clock, scope.Stop);
        }

        await scope.Out.WriteLineAsync($"{asked.Name} has handed over everything and is gone");
        return ExitCode.Ok;
    }
}
