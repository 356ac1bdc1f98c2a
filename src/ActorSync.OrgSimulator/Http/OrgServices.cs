using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Streaming;

namespace ActorSync.OrgSimulator.Http;

/// <summary>What all surfaces of one server share.</summary>
internal sealed record OrgServices(
    OrgModel Model,
    OrgWrites Writes,
    OrgSessions Sessions,
    OrgCredentials Credentials,
    ApiUsage Usage,
    OrgFaults Faults,
    CallPipeline Pipeline,
    BulkJobs Bulk,
    ApiUsage BulkBatches,
    TimeProvider Clock)
{
    /// <summary>Query jobs of Bulk API 2.0.</summary>
    public required QueryJobs Queries { get; init; }

    /// <summary>The streaming surface; null where the server has none.</summary>
    public StreamServices? Streams { get; init; }
}
