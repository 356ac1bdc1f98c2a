using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Operations;
using ActorSync.Salesforce;

namespace ActorSync.Feeds;

/// <summary>Keeps the feed of a mapping from reading while it is paused, or waits for a person, or for its turn to load; and tells it of reloads.</summary>
internal sealed class MappingGate(IMappingStates states, LoadPlaces places, ObjectMapping mapping, TimeProvider clock, SyncLog log)
{
    /// <summary>Between looks: a command takes effect within it.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    // Reads that a person must mend fail as often before the mapping says so: an org that is being deployed to knows its fields again in a moment.
    private const int StrikesMax = 3;

    private static readonly HashSet<string> NeedPerson =
        ["INVALID_FIELD", "INVALID_TYPE", "INVALID_TYPE_FOR_OPERATION", "ENTITY_NOT_QUERYABLE", "INSUFFICIENT_ACCESS", "FUNCTIONALITY_NOT_ENABLED", "MALFORMED_QUERY"];

    private MappingWish _wish;
    private long _lookedAt;
    private int _strikes;

    /// <summary>True while the feed must not read.</summary>
    public async Task<bool> HoldsAsync(CancellationToken stop)
    {
        if (_lookedAt == 0 || clock.GetElapsedTime(_lookedAt) >= LookInterval)
        {
            var wish = (await states.ReadAsync(stop)).GetValueOrDefault(mapping.Number);
            Say(wish);
            (_wish, _lookedAt) = (wish, clock.GetTimestamp());
        }

        if (_wish.IsPaused || _wish.Failed is not null)
        {
            places.Leave(mapping.Number);
            return true;
        }

        return false;
    }

    /// <summary>Where the feed stands, with a reload begun that was asked for: everything is read again while the polls go on from where they are.</summary>
    public FeedCursor Begin(FeedCursor cursor)
    {
        if (cursor.Reloads >= _wish.Reloads)
        {
            return cursor;
        }

        log.Say($"{mapping.ObjectName}: everything is read again, as was asked; its rows stay as they are meanwhile");
        return cursor.ToReload() with { Reloads = _wish.Reloads };
    }

    /// <summary>True when the load may go on now.</summary>
    public bool MayLoad(FeedCursor cursor)
    {
        if (cursor.Phase == FeedCursor.Loading)
        {
            return places.TryEnter(mapping.Number);
        }

        places.Leave(mapping.Number);
        return false;
    }

    /// <summary>Something was read.</summary>
    public void Succeed() => _strikes = 0;

    /// <summary>A read failed. One that needs a person makes the mapping wait for him.</summary>
    public async Task MeetAsync(Exception error, CancellationToken stop)
    {
        // A load that fails again and again does not keep its place from others; it enters again behind them.
        places.Leave(mapping.Number);
        if (error is not SalesforceException { Fault: SyncFault.Misconfigured or SyncFault.Rejected } known || !NeedPerson.Contains(known.Fault.Code) || ++_strikes < StrikesMax)
        {
            return;
        }

        try
        {
            var what = known.Fault is SyncFault.Misconfigured misconfigured ? $"{known.Fault} {misconfigured.WhatToDo}" : known.Fault.ToString();
            await states.FailAsync(mapping.Number, what, stop);
            (_strikes, _lookedAt) = (0, 0);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            // It fails again, and is noted then.
        }
    }

    private void Say(MappingWish wish)
    {
        if (wish.IsPaused != _wish.IsPaused)
        {
            log.Say(wish.IsPaused ? $"{mapping.ObjectName} is paused: nothing of it is read until it is resumed" : $"{mapping.ObjectName} is resumed");
        }

        if (wish.Failed != _wish.Failed && !wish.IsPaused)
        {
            log.Say(wish.Failed is { } why ? $"{mapping.ObjectName} has failed and waits for a person: {why} (then: actorsync mapping resume {mapping.ObjectName})" : $"{mapping.ObjectName} tries again");
        }
    }
}
