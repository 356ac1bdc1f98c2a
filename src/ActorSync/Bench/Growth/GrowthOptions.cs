namespace ActorSync.Bench.Growth;

/// <summary>What <c>actorsync bench growth</c> is asked to do.</summary>
/// <param name="Axis">What grows.</param>
/// <param name="Points">Its values, ascending; ratios are to the first.</param>
/// <param name="Scenarios">Measured at each value.</param>
/// <param name="Records">Of each scenario, and the unit of a history.</param>
/// <param name="SvgFile">Where the plot goes; null: nowhere.</param>
internal sealed record GrowthOptions(GrowthAxis Axis, IReadOnlyList<int> Points, IReadOnlyList<GrowthScenario> Scenarios, long Records, string? SvgFile)
{
    /// <summary>Records unless told otherwise: a hundred times as many fit on a disk, with their journals.</summary>
    public const long RecordsDefault = 20_000;
}
