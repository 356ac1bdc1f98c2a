using System.CommandLine;
using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Feeds;
using ActorSync.Provisioning;
using Npgsql;

namespace ActorSync.Commands;

/// <summary><c>actorsync mapping pause</c>, <c>resume</c>, <c>reload</c> and <c>retire</c>: left in the database for the node that runs, or for the next one.</summary>
internal static class MappingCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var command = new DescribedCommand("mapping", "Pause, resume, reload or retire one mapped object; the others go on.", "actorsync mapping pause Account -c actorsync.conf");
        command.Subcommands.Add(Create(
            scopeOf,
            new DescribedCommand(
                "pause",
                "Read nothing of an object and send nothing, until it is resumed. Changes of its table are captured and kept; nothing is lost however long it lasts.",
                "actorsync mapping pause Account -c actorsync.conf --by 'Ada, data migration'"),
            async (states, mapping, by, stop) => await states.PauseAsync(mapping.Number, by, stop)
                ? $"{mapping.ObjectName} is paused; actorsync mapping resume {mapping.ObjectName} lets it go on"
                : $"{mapping.ObjectName} is paused already"));
        command.Subcommands.Add(Create(
            scopeOf,
            new DescribedCommand("resume", "Let an object go on that is paused, or try again one that has failed.", "actorsync mapping resume Account -c actorsync.conf"),
            async (states, mapping, _, stop) => await states.ResumeAsync(mapping.Number, stop)
                ? $"{mapping.ObjectName} goes on"
                : $"{mapping.ObjectName} is neither paused nor failed"));
        command.Subcommands.Add(Create(
            scopeOf,
            new DescribedCommand(
                "reload",
                "Read all records of an object again while everything goes on. Its rows stay as they are; those that differ are corrected.",
                "actorsync mapping reload Account -c actorsync.conf"),
            async (states, mapping, _, stop) =>
            {
                await states.ReloadAsync(mapping.Number, stop);
                return $"{mapping.ObjectName} will be read again; actorsync status shows how far it is";
            }));
        command.Subcommands.Add(Create(
            scopeOf,
            new DescribedCommand(
                "retire",
                "Say that an object was taken out of the configuration on purpose, when the node that had it was killed within the hour. What is captured of its table is passed over from then on.",
                "actorsync mapping retire Account -c actorsync.conf"),
            async (states, mapping, _, stop) => await states.RetireAsync(mapping.Number, stop)
                ? $"{mapping.ObjectName} is retired, until a node has it in its configuration again"
                : $"{mapping.ObjectName} is retired already, or a running node has it in its configuration"));
        return command;
    }

    private static Command Create(
        Func<ParseResult, CancellationToken, CommandScope> scopeOf, DescribedCommand command, Func<MappingStates, ObjectMapping, string, CancellationToken, Task<string>> act)
    {
        var name = new Argument<string>("OBJECT") { Description = "API name of a mapped object." };
        var by = new Option<string>("--by") { Description = "Who says so. Default: the login on this machine.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var database = new DatabaseChoice();
        command.Arguments.Add(name);
        command.Options.Add(by);
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var mapping = await MappingAsync(source, parsed.GetValue(name)!, scope.Stop);
                await scope.Out.WriteLineAsync(await act(new MappingStates(source), mapping, parsed.GetValue(by)!, scope.Stop));
                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static async Task<ObjectMapping> MappingAsync(NpgsqlDataSource database, string name, CancellationToken stop)
    {
        var mappings = await MappingStore.ReadAsync(database, stop);
        if (mappings.FirstOrDefault(mapping => mapping.ObjectName.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } mapped)
        {
            return mapped;
        }

        var nearest = NearestWord.Find(name, mappings.Select(mapping => mapping.ObjectName));
        throw new CommandException(ExitCode.NotFound, $"{name} is no mapped object{(nearest is null ? "" : $"; write {nearest}")}");
    }
}
