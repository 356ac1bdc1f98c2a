using System.CommandLine;
using System.CommandLine.Help;

namespace ActorSync.Commands;

/// <summary>The program <c>actorsync</c>: its commands, and the one place where failures become exit codes.</summary>
internal static class CommandLine
{
    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show the stack trace of a failure.",
        Recursive = true,
    };

    /// <summary>Parses and runs one command line.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, Stream input, TimeProvider clock, CancellationToken stop)
    {
        var root = Build(output, error, input, clock);
        var parsed = root.Parse(args);
        // Help is given for an incomplete command line too.
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            foreach (var problem in parsed.Errors)
            {
                await error.WriteLineAsync($"actorsync: {problem.Message}");
            }

            await error.WriteLineAsync($"actorsync: see {string.Join(' ', PathOf(parsed.CommandResult.Command))} --help");
            return (int)ExitCode.Usage;
        }

        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(invocation, stop);
    }

    /// <summary>Runs a command's work and reports its failure in one line.</summary>
    public static async Task<int> GuardAsync(CommandScope scope, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure)
        {
            var (code, message) = FailureReport.Of(failure);
            await scope.Error.WriteLineAsync($"actorsync: {message}");
            if (scope.Verbose)
            {
                await scope.Error.WriteLineAsync(failure.ToString());
            }

            return (int)code;
        }
    }

    private static RootCommand Build(TextWriter output, TextWriter error, Stream input, TimeProvider clock)
    {
        var scope = new Func<ParseResult, CancellationToken, CommandScope>((parsed, stop) =>
            new CommandScope(output, error, input, clock, parsed.GetValue(Verbose), stop));
        var root = new RootCommand("Two-way sync of PostgreSQL tables and Salesforce objects, one actor per record.")
        {
            Verbose,
            RunCommand.Create(scope),
            DemoCommand.Create(scope),
            OrgCommand.Create(scope),
            BenchCommand.Create(scope),
            StatusCommand.Create(scope),
            NodeCommand.Create(scope),
            AuditCommand.Create(scope),
            JournalCommand.Create(scope),
            ParkedCommand.Create(scope),
            MappingCommand.Create(scope),
            FailoverCommand.Create(scope),
            ConfigCommand.Create(scope),
            PlanCommand.Create(scope),
        };
        foreach (var command in OperatorCommands.Create(scope))
        {
            root.Subcommands.Add(command);
        }

        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        return root;
    }

    private static IEnumerable<string> PathOf(Command command) =>
        command is RootCommand ? ["actorsync"] : [.. command.Parents.OfType<Command>().Take(1).SelectMany(PathOf), command.Name];
}
