using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>Messages from the change log.</summary>
/// <param name="translate">Turns captured rows into messages, in order; may read inside the turn.</param>
/// <param name="holds">Whether the log is to be left alone for now, told how many changes were taken since it was asked last; asked only while there is something in it. Null: never.</param>
public sealed class ChangeLogSource<TMessage>(
    ChangeWindow window, Func<CapturedChange, Delivery<TMessage>?> translate, Func<int, CancellationToken, Task<bool>>? holds = null) : ITurnSource<TMessage>
{
    private int _taken;
    private bool _held;

    /// <inheritdoc/>
    public bool HasMore => !_held && window.IsBehind;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Delivery<TMessage>>> TakeAsync(Turn turn, int messagesMax, CancellationToken stop)
    {
        _held = (_held || _taken > 0) && holds is not null && await holds(_taken, stop);
        if (_held)
        {
            _taken = 0;
            return [];
        }

        var changes = await window.ReadAsync(turn, messagesMax, stop);
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
    int envelopesMax,
    Func<Turn, IReadOnlyList<StoredEnvelope>, CancellationToken, Task<IReadOnlyList<Delivery<TMessage>>>> translate) : ITurnSource<TMessage>
{
    private readonly Dictionary<int, HeldLease> _leases = shards.ToDictionary(lease => lease.Address);

    /// <inheritdoc/>
    public bool HasMore => false;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Delivery<TMessage>>> TakeAsync(Turn turn, int messagesMax, CancellationToken stop)
    {
        var envelopes = await turn.TakeMailAsync(_leases.Keys, Math.Min(envelopesMax, messagesMax), stop);
        foreach (var envelope in envelopes)
        {
            turn.Advance(_leases[envelope.Address]);
        }

        return envelopes.Count == 0 ? [] : await translate(turn, envelopes, stop);
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
