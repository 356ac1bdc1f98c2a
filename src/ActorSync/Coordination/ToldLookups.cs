using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Feeds;

namespace ActorSync.Coordination;

/// <summary>Lets a submission with counters be looked up only after the stream has told what it has to tell of it, for a while: where the stream stays silent a person is asked in the end, and the other fields do not
/// wait for ever.</summary>
/// <param name="told">Null where no events are heard.</param>
internal sealed class ToldLookups(IStreamTold? told, IReadOnlyDictionary<short, ObjectMapping> mappings, TimeProvider clock)
{
    /// <summary>A stream that is silent for this long holds nobody up any more. Channels that are refused, and readings that fail, are tried again at least once a minute.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<Guid, long> _waitingSince = [];
    private IReadOnlyDictionary<short, DateTimeOffset> _told = new Dictionary<short, DateTimeOffset>();
    private long _lookedAt;

    /// <summary>Those of some submissions that have settled which may be looked up now.</summary>
    /// <param name="settled">With the moment in which each had settled, database clock.</param>
    public async Task<IReadOnlyList<Submission>> ReadyAsync(IReadOnlyList<(Submission Submission, DateTimeOffset SettledAt)> settled, CancellationToken stop)
    {
        if (settled.Any(lost => Counts(lost.Submission)) && (_lookedAt == 0 || clock.GetElapsedTime(_lookedAt) >= LookInterval))
        {
            _told = await told!.ReadAsync(stop);
            _lookedAt = clock.GetTimestamp();
        }

        var ready = settled.Where(lost => !Counts(lost.Submission) || _told.GetValueOrDefault(lost.Submission.Mapping) >= lost.SettledAt || IsOverdue(lost.Submission)).Select(lost => lost.Submission).ToList();
        ready.ForEach(submission => _waitingSince.Remove(submission.Id));
        return ready;
    }

    private bool Counts(Submission submission) => told?.Tells(submission.Mapping) == true
        && submission.Writes.Any(write => write.Fields.Names.Any(name => mappings[submission.Mapping].PolicyOf(name) == ConflictPolicy.Counter));

    private bool IsOverdue(Submission submission)
    {
        if (!_waitingSince.TryGetValue(submission.Id, out var since))
        {
            _waitingSince[submission.Id] = since = clock.GetTimestamp();
        }

        return clock.GetElapsedTime(since) >= WaitMax;
    }
}
