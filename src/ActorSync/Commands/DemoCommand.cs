using System.CommandLine;

namespace ActorSync.Commands;

/// <summary><c>actorsync demo</c>: the whole product on this machine.</summary>
internal static class DemoCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var command = new DescribedCommand("demo", "See it work.");
        command.SetAction((parsed, stop) => Task.FromResult(0));
        return command;
    }
}
