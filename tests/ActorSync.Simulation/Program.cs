using ActorSync.Simulation;

var one = args.Length == 1 && long.TryParse(args[0], out var given) ? given : (long?)null;
if (one is { } seed)
{
    var outcome = SimulationRun.Run(new SimulationOptions(seed) { Traced = true });
    foreach (var line in outcome.Story)
    {
        Console.WriteLine(line);
    }

    Console.WriteLine(outcome.Failure is null ? $"seed {seed}: everything held ({outcome.Steps:N0} steps)" : $"seed {seed}: {outcome.Failure}");
    return outcome.Failure is null ? 0 : 1;
}

var count = args is ["--seeds", var text] ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 200;
var started = TimeProvider.System.GetTimestamp();
var tally = new FaultTally();
var failures = new List<SimulationOutcome>();
Parallel.For(1, count + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
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
foreach (var failure in failures.OrderBy(failure => failure.Options.Seed).Take(30))
{
    Console.WriteLine($"seed {failure.Options.Seed}: {failure.Failure!.GetType().Name} {failure.Failure.Message.Split('\n')[0]}");
}

foreach (var kind in Enum.GetValues<FaultKind>())
{
    Console.WriteLine($"{kind,-16} {tally[kind],10:N0}");
}

Console.WriteLine($"{count:N0} seeds, {failures.Count} failed, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
return failures.Count == 0 ? 0 : 1;
