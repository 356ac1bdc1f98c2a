using System.Globalization;
using System.Security.Cryptography;
using ActorSync.Chaos.Judging;
using ActorSync.TestKit;
using ActorSync.TestKit.Postgres;
using Shouldly;

namespace ActorSync.Chaos;

/// <summary>The run from the command line.</summary>
internal static class Program
{
    private const int StoriesMax = 20;
    private const string Usage = "usage: [--minutes 10] [--seed S] [--records 2000] [--hot 50] [--rate 40] [--nodes 1] [--org-limit 2] [--cdc 1]";

    public static async Task<int> Main(string[] args)
    {
        if (Read(args) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        Console.WriteLine($"seed {options.Seed}");
        try
        {
            var report = await ChaosRun.RunAsync(options, TimeProvider.System, Progress(), KeepAsync);
            foreach (var line in report.Lines())
            {
                Console.WriteLine(line);
            }

            return report.Holds ? 0 : 1;
        }
        catch (Exception error) when (error is InvalidOperationException or ShouldAssertException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
        finally
        {
            await TestPostgres.StopAsync();
        }
    }

    private static ChaosOptions? Read(string[] args)
    {
        var options = new ChaosOptions(RandomNumberGenerator.GetInt32(1, int.MaxValue), TimeSpan.FromMinutes(10));
        if (args.Length % 2 != 0)
        {
            return null;
        }

        foreach (var pair in args.Chunk(2))
        {
            if (!double.TryParse(pair[1], CultureInfo.InvariantCulture, out var value) || value <= 0)
            {
                return null;
            }

            switch (pair[0])
            {
                case "--minutes": options = options with { Traffic = TimeSpan.FromMinutes(value) }; break;
                case "--seed": options = options with { Seed = (int)value }; break;
                case "--records": options = options with { Records = (int)value }; break;
                case "--hot": options = options with { HotRecords = (int)value }; break;
                case "--rate": options = options with { EditsPerSecond = (int)value }; break;
                case "--nodes": options = options with { Nodes = (int)value }; break;
                case "--org-limit": options = options with { OrgLimit = TimeSpan.FromSeconds(value) }; break;
                case "--cdc": options = options with { ChangeEvents = true }; break;
                default: return null;
            }
        }

        return options;
    }

    // One line that is written over; nothing where nobody watches.
    private static Action<string> Progress() => Console.IsOutputRedirected ? _ => { } : line => Console.Write($"\r{line,-110}\r");

    // What the nodes said stays, and the story of each record that a broken check names, or the check of who is parked.
    private static async Task KeepAsync(ChaosScene scene)
    {
        var folder = Path.Combine(ProjectFolder.Data, "chaos");
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, FormattableString.Invariant($"seed-{scene.Report.Options.Seed}-nodes.log")), scene.Report.Node);
        foreach (var id in scene.Report.Verdicts.SelectMany(verdict => verdict.Invariant.Length == 0 ? verdict.Violations.Add(verdict.Looked) : verdict.Violations).SelectMany(RecordStory.Named).Distinct().Take(StoriesMax))
        {
            var file = Path.Combine(folder, FormattableString.Invariant($"seed-{scene.Report.Options.Seed}-{id}.txt"));
            await File.WriteAllLinesAsync(file, await RecordStory.TellAsync(scene.World, id));
            Console.WriteLine($"story of {id}: {file}");
        }
    }
}
