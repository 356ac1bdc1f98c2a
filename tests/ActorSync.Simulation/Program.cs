using System.Collections.Concurrent;
using System.Globalization;
using ActorSync.Simulation;
using ActorSync.Simulation.Mutants;

if (args.Length == 1 && long.TryParse(args[0], CultureInfo.InvariantCulture, out var seed))
{
    return Tell(seed);
}

if (args is ["--mutants"] or ["--mutants", _])
{
    return Hunt(args.ElementAtOrDefault(1) ?? "");
}

if (args is [] or ["--seeds", _] or ["--seeds", _, "--from", _]
    && int.TryParse(args.ElementAtOrDefault(1) ?? "200", CultureInfo.InvariantCulture, out var count) && count > 0
    && int.TryParse(args.ElementAtOrDefault(3) ?? "1", CultureInfo.InvariantCulture, out var first) && first > 0)
{
    return TryMany(first, count);
}

Console.Error.WriteLine("usage: SEED | --seeds COUNT [--from FIRST] | --mutants [NAME]");
return 2;

// One run as a story; a failing one is shrunk first.
static int Tell(long seed)
{
    var outcome = SimulationRun.Run(new SimulationOptions(seed));
    var options = outcome.Failure is null ? outcome.Options : SimulationRun.Shrink(outcome);
    var told = SimulationRun.Run(options with { Traced = true });
    foreach (var line in told.Story)
    {
        Console.WriteLine(line);
    }

    if (told.Failure is null)
    {
        Console.WriteLine($"seed {seed}: everything held ({told.Steps:N0} steps)");
        return 0;
    }

    Console.WriteLine($"shrunk to {options.EditsMax} edits, without {string.Join(", ", options.Without)}");
    Console.WriteLine($"seed {seed}: {told.Failure.Message}");
    return 1;
}

static int TryMany(int first, int count)
{
    var started = TimeProvider.System.GetTimestamp();
    var tally = new FaultTally();
    var failures = new List<SimulationOutcome>();
    Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
    {
        var outcome = SimulationRun.Run(new SimulationOptions(i));
        lock (tally)
        {
            tally.Add(outcome.Faults);
            if (outcome.Failure is not null)
            {
                failures.Add(outcome);
            }
        }
    });
    foreach (var kind in Enum.GetValues<FaultKind>())
    {
        Console.WriteLine($"{kind,-16} {tally[kind],10:N0}");
    }

    foreach (var failure in failures.OrderBy(failure => failure.Options.Seed).Take(20))
    {
        Console.WriteLine($"seed {failure.Options.Seed}: {failure.Failure!.Message.Split('\n')[0]}");
    }

    Console.WriteLine($"{count:N0} seeds, {failures.Count} failed, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
    return failures.Count == 0 ? 0 : 1;
}

// Every product with a rule broken must be caught, or those whose names contain a text.
static int Hunt(string name)
{
    var alive = 0;
    var mutants = AllMutants.List.Where(mutant => mutant.Name.Contains(name, StringComparison.OrdinalIgnoreCase)).ToArray();
    Parallel.ForEach(Partitioner.Create(mutants, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, mutant =>
    {
        var (failure, seeds) = MutantLab.Hunt(mutant, AllMutants.SeedsMax);
        Interlocked.Add(ref alive, failure is null ? 1 : 0);
        Console.WriteLine(failure is null ? $"LIVES  {mutant}" : $"dead   {mutant}: {seeds:N0} seeds, {failure.Split('\n')[0][..Math.Min(120, failure.Split('\n')[0].Length)]}");
    });
    Console.WriteLine($"{mutants.Length} mutants, {alive} alive");
    return alive == 0 ? 0 : 1;
}
