using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorSync.Chaos.Cluster;
using ActorSync.Chaos.Judging;
using Npgsql;
using Shouldly;

namespace ActorSync.Chaos.Scenarios;

/// <summary>As many runs of <see cref="ZombieRun"/> as are asked for, some side by side, each with an org and a database of its own.</summary>
internal static class ZombieScenario
{
    private const int SideBySide = 2;

    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(4);

    /// <summary>Runs, and says after each what became of it.</summary>
    public static async Task<Verdict> RunAsync(int runs, int seed, TimeProvider clock, Action<string> tell)
    {
        await using var postgres = await RestartablePostgres.StartAsync(clock);
        var results = new ConcurrentBag<ZombieResult>();
        await Parallel.ForEachAsync(Enumerable.Range(0, runs), new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (i, _) =>
        {
            var result = await OnceAsync(seed + i, postgres, clock);
            results.Add(result);
            tell($"{(result.Violations.IsEmpty ? "changed nothing" : "BROKEN")} {results.Count} of {runs}, seed {result.Seed}: {result.Told}");
        });
        var violations = results.OrderBy(result => result.Seed).SelectMany(result => result.Violations.Select(violation => $"seed {result.Seed}: {violation}")).ToImmutableArray();
        return new Verdict("I8", "a holder that was stopped for three lease times wakes up and changes nothing", $"{results.Count(result => result.Violations.IsEmpty)} of {runs} runs", violations);
    }

    private static async Task<ZombieResult> OnceAsync(int seed, RestartablePostgres postgres, TimeProvider clock)
    {
        try
        {
            return await ZombieRun.RunAsync(ZombieRun.Options(seed), postgres, clock).WaitAsync(RunMax, clock);
        }
        catch (Exception error) when (error is ShouldAssertException or InvalidOperationException or TimeoutException or NpgsqlException)
        {
            return new ZombieResult(seed, "it did not come to its end", [error.Message]);
        }
    }
}
