using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;

namespace ActorSync.Coordination;

/// <summary>Options of the coordinator.</summary>
/// <param name="SettleTime">A lost write cannot land later than this after its call began, and is probed only then: the last byte left within our deadline
/// for the request, and the server drops a request after its own limit.</param>
internal sealed record CoordinatorOptions(TimeSpan Linger, TimeSpan SettleTime, RetryPolicy Retry, WriteOrder Order = WriteOrder.Record)
{
    /// <summary>A call that has not begun this long after its submission was started does not begin any more: a process that stood still, or a slow commit,
    /// would send it when others think it settled.</summary>
    public static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(1);

    /// <summary>When a submission that was started then has settled.</summary>
    public DateTimeOffset SettledAt(DateTimeOffset startedAt) => startedAt + SendWithin + SettleTime;
}
