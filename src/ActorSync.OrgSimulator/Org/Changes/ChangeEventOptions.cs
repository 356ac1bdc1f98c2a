namespace ActorSync.OrgSimulator.Org.Changes;

/// <summary>Which changes the org publishes, and how long it keeps the events.</summary>
public sealed record ChangeEventOptions
{
    /// <summary>API names of the objects whose changes are published, as selected in Setup; null: all.</summary>
    public IReadOnlyCollection<string>? Objects { get; init; }

    /// <summary>How long an event can be replayed, by the org's clock (Change Data Capture: 72 hours).</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Events kept; beyond it the oldest go before their time. A simulator's own limit.</summary>
    public int EventsMax { get; init; } = 100_000;

    /// <summary>Seed of transaction keys and of the gaps between replay ids.</summary>
    public int Seed { get; init; } = 1;
}
