using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>What Salesforce said of a submission: a result per write, in order, or one fault for the whole call.</summary>
internal sealed record LaneAnswer(IReadOnlyList<WriteResult>? Results, SyncFault? Fault)
{
    /// <summary>What did not run is better said by SOAP: a job with it fails as a whole.</summary>
    public bool BySoap { get; init; }

    /// <summary>A job was refused, was not given its records or ended before the first of them: it counts against sending them as a job again.</summary>
    public bool IsVainJob { get; init; }

    /// <summary>No job was opened because the org was not reached: the next one need not be tried at once.</summary>
    public bool IsUnreached { get; init; }
}

/// <summary>Sends one submission as one SOAP call. Its id travels as CallOptions/client, so that change events name it.</summary>
internal sealed class SoapLane(IPartnerApi api)
{
    /// <summary>Sends at most <see cref="SoapClient.SoapRowsMax"/> writes of one object and operation.</summary>
    public async Task<LaneAnswer> SendAsync(ObjectMapping mapping, WriteOperation operation, IReadOnlyList<OfferedWrite> writes, Guid submission, CancellationToken stop)
    {
        var client = $"actorsync/{submission}";
        var soap = mapping.WriteOptions is { } options ? api.With(options) : api;
        try
        {
            return new LaneAnswer(operation switch
            {
                WriteOperation.Insert => await soap.UpsertAsync(
                    mapping.ObjectName, mapping.ExternalIdField, [.. writes.Select(write => Record(mapping, write))], client, stop),
                WriteOperation.Update => await soap.UpdateAsync(mapping.ObjectName, [.. writes.Select(write => Record(mapping, write))], client, stop),
                _ => await soap.DeleteAsync([.. writes.Select(write => write.Sfid!)], client, stop),
            }, null);
        }
        catch (SalesforceException error)
        {
            return new LaneAnswer(null, error.Fault);
        }
    }

    private static SoapRecord Record(ObjectMapping mapping, OfferedWrite write) => WireRecord.Of(mapping, write);
}
