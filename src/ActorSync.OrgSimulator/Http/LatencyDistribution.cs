namespace ActorSync.OrgSimulator.Http;

/// <summary>How long a delayed call waits. Draws come from the seeded source of <see cref="OrgFaults"/>.</summary>
public abstract record LatencyDistribution
{
    private LatencyDistribution() { }

    internal abstract TimeSpan Draw(Random random);

    /// <summary>Always the same delay.</summary>
    public sealed record Fixed(TimeSpan Delay) : LatencyDistribution
    {
        internal override TimeSpan Draw(Random random) => Delay;
    }

    /// <summary>Evenly spread between two delays, both included.</summary>
    public sealed record Uniform(TimeSpan DelayMin, TimeSpan DelayMax) : LatencyDistribution
    {
        internal override TimeSpan Draw(Random random) => DelayMin + ((DelayMax - DelayMin) * random.NextDouble());
    }

    /// <summary>
    /// Lognormal: half of the delays are below <paramref name="Median"/>; <paramref name="Sigma"/> is the standard deviation of the delay's natural logarithm
    /// (0.5 is mild, 1 puts one call in a hundred at ten times the median). Capped at <paramref name="DelayMax"/>.
    /// </summary>
    public sealed record Lognormal(TimeSpan Median, double Sigma, TimeSpan DelayMax) : LatencyDistribution
    {
        internal override TimeSpan Draw(Random random)
        {
            // Box-Muller; 1 - u keeps the logarithm's argument above zero.
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var seconds = Median.TotalSeconds * Math.Exp(Sigma * normal);
            return seconds >= DelayMax.TotalSeconds ? DelayMax : TimeSpan.FromSeconds(seconds);
        }
    }
}
