using System.Diagnostics.Metrics;

namespace ActorSync.Operations;

/// <summary>Numbers of this process for whoever listens to the meter <c>ActorSync</c> (dotnet-counters, OpenTelemetry).</summary>
internal static class SyncMetrics
{
    private static readonly Meter Meter = new("ActorSync");

    /// <summary>Change events that carried the client id of a submission of ours and other values than were sent, by object.</summary>
    public static Counter<long> NearMisses { get; } = Meter.CreateCounter<long>("actorsync.feed.near_misses", "{event}", "change events of our origin that are not what we sent");

    /// <summary>API requests of all nodes in 24 hours, those booked ahead included.</summary>
    public static Gauge<long> ApiCalls { get; } = Meter.CreateGauge<long>("actorsync.api.calls", "{call}", "API requests of this connection in 24 hours");

    /// <summary>API requests that the budget still holds.</summary>
    public static Gauge<long> ApiCallsLeft { get; } = Meter.CreateGauge<long>("actorsync.api.calls_left", "{call}", "API requests left of the share or of what the org has but for the reserve");
}
