using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Counts what the node reads of one object from now on, by the queries that arrive at a server. They are counted, not held.</summary>
internal sealed class OrgReads : IDisposable
{
    private readonly CallHold _watch;
    private readonly string _type;
    private int _polls;
    private int _byId;
    private int _deletedAsked;

    public OrgReads(OrgServer server, string type = "Account")
    {
        _type = type;
        _watch = server.Faults.HoldNext(Count, HoldPoint.OnTheWay);
    }

    /// <summary>Queries for whatever changed since some time.</summary>
    public int Polls => Volatile.Read(ref _polls);

    /// <summary>Queries for single records, be it because events named them or because an actor asked.</summary>
    public int ById => Volatile.Read(ref _byId);

    /// <summary>Calls of getDeleted.</summary>
    public int DeletedAsked => Volatile.Read(ref _deletedAsked);

    public void Dispose() => _watch.Dispose();

    private bool Count(OrgCall call)
    {
        if (call.Objects.Contains(_type, StringComparer.OrdinalIgnoreCase))
        {
            Interlocked.Add(ref _polls, call.Soql?.Contains("SystemModstamp >", StringComparison.Ordinal) == true ? 1 : 0);
            Interlocked.Add(ref _byId, call.Soql?.Contains("Id IN (", StringComparison.Ordinal) == true ? 1 : 0);
            Interlocked.Add(ref _deletedAsked, call.Operation == "getDeleted" ? 1 : 0);
        }

        return false;
    }
}
