namespace ActorSync.Simulation;

/// <summary>What a run does much of: runs that differ in what they do much of meet more than runs that do a little of everything (A. Groce et al., "Swarm testing", ISSTA 2012).</summary>
/// <param name="ComesAndGoes">In one run of four, records are deleted, restored and made again far more often than elsewhere.</param>
/// <param name="IsCrowded">In one run of three, both sides work on few records and mostly on one, and at a higher pace for a shorter time.</param>
/// <param name="IsHardOfHearing">In half of all runs, change events are lost, told twice and told late far more often than elsewhere.</param>
/// <param name="IsRestless">In one run of three, people delete and restore what they touched last, and the application takes up keys of rows that are gone.</param>
/// <param name="IsSlowOfHearing">In one run of three, the stream of change events stalls again and again, and reads overtake it.</param>
/// <param name="LosesAnswers">In one run of four, writes are lost and land late, and answers are lost, far more often than elsewhere.</param>
/// <param name="Counts">Both sides count: in three of four crowded runs, and in one of three others.</param>
internal sealed record Temper(bool ComesAndGoes, bool IsCrowded, bool IsHardOfHearing, bool IsRestless, bool IsSlowOfHearing, bool LosesAnswers, bool Counts)
{
    /// <summary>Draws one.</summary>
    /// <param name="draws">Gives a generator of its own for one purpose.</param>
    public static Temper Of(Func<string, Random> draws)
    {
        var isCrowded = draws("crowd").Next(3) == 0;
        return new Temper(
            draws("lives").Next(4) == 0, isCrowded, draws("hearing").Next(2) == 0, draws("restless").Next(3) == 0, draws("slow hearing").Next(3) == 0, draws("lost answers").Next(4) == 0,
            isCrowded ? draws("counters").Next(4) > 0 : draws("counters").Next(3) == 0);
    }

    /// <summary>Virtual time in which both sides are edited and faults are injected.</summary>
    public TimeSpan BusyTime(SimulationOptions options) => IsCrowded ? options.BusyTime / 2 : options.BusyTime;

    /// <summary>Edits of both sides together.</summary>
    public int Edits(SimulationOptions options) => IsCrowded ? ((options.EditsMax * 2) + 2) / 3 : options.EditsMax;

    /// <summary>Records at the start.</summary>
    public int Records(SimulationOptions options) => IsCrowded ? Math.Min(2, options.RecordsMax) : options.RecordsMax;

    /// <summary>True if what is picked is to be the first of several.</summary>
    public bool PicksFirst(Random random) => IsCrowded ? random.Next(5) < 4 : random.Next(ComesAndGoes ? 2 : 3) == 0;
}
