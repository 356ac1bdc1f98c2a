namespace ActorSync.Bench.Measuring;

/// <summary>Percentiles and medians, as the reports give them.</summary>
internal static class Distribution
{
    /// <summary>The smallest value that at least this part of the values does not exceed (nearest rank); null of none.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="part">More than 0, at most 1: 0.99 for p99.</param>
    public static double? Percentile(IReadOnlyCollection<double> values, double part)
    {
        if (values.Count == 0)
        {
            return null;
        }

        double[] sorted = [.. values.Order()];
        return sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
    }

    /// <summary>The middle value, of an even number the mean of the two middle ones; null of none.</summary>
    public static double? Median(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
