using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org;

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
    TimeProvider Clock);
