namespace ActorSync.Feeds;

/// <summary>How far the change events have been taken of objects with counters. Whether a lost write of a counter was applied only its own event can tell: it is looked up after that.</summary>
internal interface IStreamTold
{
    /// <summary>Whether the events of a mapping say what values alone do not.</summary>
    bool Tells(short mapping);

    /// <summary>Up to when everything that Salesforce has told of each mapping is taken, database clock; a mapping of which that is not known is not in the answer.</summary>
    Task<IReadOnlyDictionary<short, DateTimeOffset>> ReadAsync(CancellationToken stop);

    /// <summary>Whether a submission of a mapping that was started before this moment has no outcome: somebody may wait for what is told.</summary>
    Task<bool> IsWaitedForAsync(short mapping, DateTimeOffset startedBefore, CancellationToken stop);
}
