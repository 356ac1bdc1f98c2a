namespace ActorSync.Simulation;

/// <summary>What a run does much of: runs that differ in what they do much of meet more than runs that do a little of everything (A. Groce et al., "Swarm testing", ISSTA 2012).</summary>
/// <param name="ComesAndGoes">In one run of four, records are deleted, restored and made again far more often than elsewhere.</param>
/// <param name="IsCrowded">In one run of three, both sides work on few records and mostly on one, and at a higher pace for a shorter time.</param>
/// <param name="IsHardOfHearing">In half of all runs, change events are lost, told twice and told late far more often than elsewhere.</param>
internal sealed record Temper(bool ComesAndGoes, bool IsCrowded, bool IsHardOfHearing)
{
    /// <summary>Draws one.</summary>
    /// <param name="draws">Gives a generator of its own for one purpose.</param>
    public static Temper Of(Func<string, Random> draws) => new(draws("lives").Next(4) == 0, draws("crowd").Next(3) == 0, draws("hearing").Next(2) == 0);

    /// <summary>Virtual time in which both sides are edited and faults are injected.</summary>
    public TimeSpan BusyTime(SimulationOptions options) => IsCrowded ? options.BusyTime / 2 : options.BusyTime;

    /// <summary>Edits of both sides together.</summary>
    public int Edits(SimulationOptions options) => IsCrowded ? ((options.EditsMax * 2) + 2) / 3 : options.EditsMax;

    /// <summary>Records at the start.</summary>
    public int Records(SimulationOptions options) => IsCrowded ? Math.Min(2, options.RecordsMax) : options.RecordsMax;

    /// <summary>True if what is picked is to be the first of several.</summary>
    public bool PicksFirst(Random random) => IsCrowded ? random.Next(5) < 4 : random.Next(ComesAndGoes ? 2 : 3) == 0;
}
