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
    /// <summary>Columns where there is no terminal to ask.</summary>
    private const int PlainWidth = 160;

    /// <summary>Results with tables: colours on a terminal, plain text in a file or a pipe.</summary>
    public IAnsiConsole Console { get; } = Create(Out);

    /// <summary>True when a person watches.</summary>
    public bool IsTerminal => Console.Profile.Capabilities.Ansi;

    private static IAnsiConsole Create(TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        console.Profile.Width = isTerminal ? console.Profile.Width : PlainWidth;
        return console;
    }
}
