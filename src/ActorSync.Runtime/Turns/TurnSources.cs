using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>Changes that are to stay in the log for now.</summary>
/// <param name="All">Of every mapping.</param>
/// <param name="Mappings">Of these.</param>
public sealed record HeldChanges(bool All, IReadOnlySet<short> Mappings)
{
    /// <summary>Nothing is held.</summary>
    public static HeldChanges None { get; } = new(false, new HashSet<short>());
}

/// <summary>Messages from the change log.</summary>
/// <param name="translate">Turns captured rows into messages, in order; may read inside the turn.</param>
/// <param name="holds">What is to be left alone for now, told how many changes were taken since it was asked last; asked only while there is something in the log. Null: nothing.</param>
/// <param name="othersWait">Whether there is more to do than one turn takes besides backlogs, which get little of it then. Null: never.</param>
public sealed class ChangeLogSource<TMessage>(
    ChangeWindow window, Func<CapturedChange, Delivery<TMessage>?> translate, Func<int, CancellationToken, Task<HeldChanges>>? holds = null, Func<bool>? othersWait = null) : ITurnSource<TMessage>
{
    private int _taken;
    private HeldChanges _held = HeldChanges.None;

    /// <inheritdoc/>
    public bool HasMore => !_held.All && window.IsBehind(_held.Mappings);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Delivery<TMessage>>> TakeAsync(Turn turn, int messagesMax, CancellationToken stop)
    {
        if (holds is not null)
        {
            _held = _held != HeldChanges.None || _taken > 0 || window.MappingsApart().Count > 0 ? await holds(_taken, stop) : HeldChanges.None;
        }

        if (_held.All)
        {
            _taken = 0;
            return [];
        }

        var changes = await window.ReadAsync(turn, messagesMax, stop, _held.Mappings, othersWait?.Invoke() == true);
        _taken = changes.Count;
        var deliveries = new List<Delivery<TMessage>>(changes.Count);
        foreach (var change in changes)
        {
            if (translate(change) is { } delivery)
            {
                deliveries.Add(delivery);
            }
        }

        return deliveries;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Delivery<TMessage>>> PeekPostponedAsync(ITurnStore store, CancellationToken stop) => Task.FromResult<IReadOnlyList<Delivery<TMessage>>>([]);
}

/// <summary>Messages from the durable mailboxes of the shards.</summary>
/// <param name="translate">Opens envelopes into messages, in order; may read inside the turn.</param>
public sealed class MailboxSource<TMessage>(
    IReadOnlyList<HeldLease> shards,
    Func<Turn, IReadOnlyList<StoredEnvelope>, CancellationToken, Task<IReadOnlyList<Delivery<TMessage>>>> translate) : ITurnSource<TMessage>
{
    private readonly Dictionary<int, HeldLease> _leases = shards.ToDictionary(lease => lease.Address);

    /// <summary>The last turn took all it may, so there may be more.</summary>
    public bool LeftSome { get; private set; }

    /// <inheritdoc/>
    public bool HasMore => false;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Delivery<TMessage>>> TakeAsync(Turn turn, int messagesMax, CancellationToken stop)
    {
        var envelopes = await turn.TakeMailAsync(_leases.Keys, messagesMax, stop);
        LeftSome = false;
        foreach (var envelope in envelopes)
        {
            turn.Advance(_leases[envelope.Address]);
        }

        if (envelopes.Count == 0)
        {
            return [];
        }

        var messages = await translate(turn, envelopes, stop);
        LeftSome = messages.Count >= messagesMax;
        return messages;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Delivery<TMessage>>> PeekPostponedAsync(ITurnStore store, CancellationToken stop)
    {
        // Each in an envelope of its own.
        var envelopes = await store.PeekPostponedAsync([.. _leases.Keys], WaitingPlaces.PlacesMax, stop);
        if (envelopes.Count == 0)
        {
            return [];
        }

        await using var turn = await store.BeginAsync(stop);
        return await translate(turn, envelopes, stop);
    }
}
