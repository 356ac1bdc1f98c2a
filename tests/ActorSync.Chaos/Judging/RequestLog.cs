using System.Collections.Concurrent;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.Chaos.Judging;

/// <summary>A request as it reached the org, whatever became of it.</summary>
internal sealed record Request(DateTimeOffset At, OrgCall Call)
{
    private const string ClientPrefix = "actorsync/";

    /// <summary>The submission it says it carries; null of reads and sign-ins.</summary>
    public Guid? Submission => Call.Client is { } client && client.StartsWith(ClientPrefix, StringComparison.Ordinal) && Guid.TryParse(client.AsSpan(ClientPrefix.Length), out var id) ? id : null;
}

/// <summary>Every request in the moment in which the org gets it; the arrival log has the moment of its effect.</summary>
internal sealed class RequestLog
{
    private readonly ConcurrentQueue<Request> _requests = new();

    /// <summary>Begins to listen.</summary>
    public RequestLog(OrgServer server, TimeProvider clock) => server.Faults.HoldNext(
        call =>
        {
            // Looks at each and holds none.
            _requests.Enqueue(new Request(clock.GetUtcNow(), call));
            return false;
        },
        HoldPoint.OnTheWay);

    /// <summary>All so far, in order.</summary>
    public IReadOnlyCollection<Request> All => _requests;
}
