using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ActorSync.Commands;

/// <summary>A command that says how it is called, line by line.</summary>
internal sealed class DescribedCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines as a user types them.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, then examples and the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly string[] RootExamples =
    [
        "actorsync demo                          # see it work: PostgreSQL, an org and a node on this machine",
        "actorsync config check actorsync.conf   # every mistake of a configuration at once",
        "actorsync plan -c actorsync.conf        # what it costs of the org's API requests",
        "actorsync run -c actorsync.conf         # run a node",
        "actorsync status -c actorsync.conf      # what it is doing",
    ];

    public override bool Terminating => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var examples = parseResult.CommandResult.Command switch
        {
            DescribedCommand described => described.Examples,
            RootCommand => RootExamples,
            _ => [],
        };
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        output.WriteLine("  0 done   1 failed, or what was compared differs   2 wrong command line   3 wrong configuration");
        output.WriteLine("  4 PostgreSQL or Salesforce unreachable or denying   5 nothing known of it   130 interrupted");
        output.WriteLine();
        return code;
    }
}
