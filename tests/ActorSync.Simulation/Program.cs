using System.Globalization;
using ActorSync.Domain.Submissions;
using ActorSync.Simulation;
using ActorSync.Simulation.Mutants;

// The last word: in the order of the change log.
var order = args is [.., "log"] ? WriteOrder.Log : WriteOrder.Record;
args = order == WriteOrder.Log ? args[..^1] : args;
if (args.Length == 1 && long.TryParse(args[0], CultureInfo.InvariantCulture, out var seed))
{
    return Tell(seed, order);
}

if (args is ["--mutants"])
{
    return Hunt();
}

if (args.Length is not 0 && (args is not ["--seeds", var text] || !int.TryParse(text, CultureInfo.InvariantCulture, out _)))
{
    Console.Error.WriteLine("usage: SEED [log] | --seeds COUNT [log] | --mutants");
    return 2;
}

return TryMany(args.Length == 0 ? 200 : int.Parse(args[1], CultureInfo.InvariantCulture), order);

// One run as a story; a failing one is shrunk first.
static int Tell(long seed, WriteOrder order)
{
    var outcome = SimulationRun.Run(new SimulationOptions(seed) { Order = order });
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

static int TryMany(int count, WriteOrder order)
{
    var started = TimeProvider.System.GetTimestamp();
    var tally = new FaultTally();
    var failures = new List<SimulationOutcome>();
    Parallel.For(1, count + 1, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
    {
        var outcome = SimulationRun.Run(new SimulationOptions(i) { Order = order });
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

// Every product with a rule broken must be caught.
static int Hunt()
{
    var alive = 0;
    Parallel.ForEach(AllMutants.List, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, mutant =>
    {
        var (failure, seeds) = MutantLab.Hunt(mutant, AllMutants.SeedsMax);
        Interlocked.Add(ref alive, failure is null ? 1 : 0);
        Console.WriteLine(failure is null ? $"LIVES  {mutant}" : $"dead   {mutant}: {seeds:N0} seeds, {failure.Split('\n')[0][..Math.Min(120, failure.Split('\n')[0].Length)]}");
    });
    Console.WriteLine($"{AllMutants.List.Count} mutants, {alive} alive");
    return alive == 0 ? 0 : 1;
}
