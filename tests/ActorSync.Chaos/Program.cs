using System.Security.Cryptography;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Scenarios;
using ActorSync.TestKit;
using Npgsql;
using Shouldly;

namespace ActorSync.Chaos;

/// <summary>The run from the command line.</summary>
internal static class Program
{
    private const int StoriesMax = 20;

    public static async Task<int> Main(string[] args)
    {
        if (ChaosArguments.Read(args, RandomNumberGenerator.GetInt32(1, int.MaxValue)) is not { } arguments)
        {
            await Console.Error.WriteLineAsync(ChaosArguments.Usage);
            return 2;
        }

        var options = arguments.Options;
        Console.WriteLine($"seed {options.Seed}");
        try
        {
            if (arguments.Zombies > 0)
            {
                var verdict = await ZombieScenario.RunAsync(arguments.Zombies, options.Seed, TimeProvider.System, Console.WriteLine);
                Tell(verdict.Lines());
                return verdict.Holds ? 0 : 1;
            }

            var report = await ChaosRun.RunAsync(options, TimeProvider.System, Progress(), KeepAsync);
            Tell(report.Lines());
            return report.Holds ? 0 : 1;
        }
        catch (Exception error) when (error is InvalidOperationException or ShouldAssertException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    private static void Tell(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }

    // One line that is written over; nothing where nobody watches.
    private static Action<string> Progress() => Console.IsOutputRedirected ? _ => { } : line => Console.Write($"\r{line,-110}\r");

    // What the nodes said and what was done to them stays, and the story of each record that a broken check names, or the check of who is parked.
    private static async Task KeepAsync(ChaosScene scene)
    {
        var folder = Path.Combine(ProjectFolder.Data, "chaos");
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, FormattableString.Invariant($"seed-{scene.Report.Options.Seed}-nodes.log")), scene.Report.Node);
        await File.WriteAllLinesAsync(Path.Combine(folder, FormattableString.Invariant($"seed-{scene.Report.Options.Seed}-injected.log")), scene.Report.Injected.Select(injected => injected.ToString()));
        foreach (var id in scene.Report.Verdicts.SelectMany(verdict => verdict.Invariant.Length == 0 ? verdict.Violations.Add(verdict.Looked) : verdict.Violations).SelectMany(RecordStory.Named).Distinct().Take(StoriesMax))
        {
            var file = Path.Combine(folder, FormattableString.Invariant($"seed-{scene.Report.Options.Seed}-{id}.txt"));
            await File.WriteAllLinesAsync(file, await RecordStory.TellAsync(scene.World, id));
            Console.WriteLine($"story of {id}: {file}");
        }
    }
}
