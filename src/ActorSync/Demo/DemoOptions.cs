namespace ActorSync.Demo;

/// <summary>What the demo is asked to do.</summary>
/// <param name="Exit">End by itself: a fixed number of edits, then the comparison of both sides.</param>
/// <param name="Records">Records the org starts with; 100 to 200,000.</param>
/// <param name="Seed">Seed of the org and of the traffic: the same seed, the same edits.</param>
internal sealed record DemoOptions(bool Exit, int Records, int Seed)
{
    /// <summary>Records unless told otherwise.</summary>
    public const int RecordsDefault = 5_000;

    /// <summary>Fewer would leave the traffic nothing to choose from.</summary>
    public const int RecordsMin = 100;

    /// <summary>More would make the start long; it is a demo.</summary>
    public const int RecordsMax = 200_000;

    /// <summary>Edits of each side before <c>--exit</c> compares.</summary>
    public const int EditsPerSide = 2_200;

    /// <summary>The simulator gives up a request after this time, and the node looks a lost write up after it (<c>settle-limit</c> in demo.conf).</summary>
    public static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);
}
