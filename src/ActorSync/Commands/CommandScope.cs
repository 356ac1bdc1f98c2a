using Spectre.Console;

namespace ActorSync.Commands;

/// <summary>What a command talks through: the two outputs, the clock, and whether the user asked for detail.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Problems.</param>
/// <param name="Input">Standard input, read only by <c>run --exit-with-stdin</c>.</param>
/// <param name="Verbose">Show stack traces of failures.</param>
/// <param name="Stop">Cancelled by Ctrl-C and SIGTERM.</param>
internal sealed record CommandScope(TextWriter Out, TextWriter Error, Stream Input, TimeProvider Clock, bool Verbose, CancellationToken Stop)
{
    /// <summary>Results with tables; plain text where the output is not a terminal.</summary>
    public IAnsiConsole Console { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Out) });
}
