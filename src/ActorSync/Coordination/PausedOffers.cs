using System.Collections.Concurrent;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Feeds;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Offers of paused mappings stay on disk, however many come, and so do the writes that name a record whose birth is held. When a mapping is resumed they are made new,
/// parents first and in pieces: nobody else holds any of them then, and whoever reads them meets a parent before its children.</summary>
/// <param name="anewMax">Offers that are made new in one turn.</param>
/// <param name="held">Told of each mapping from which on nothing is sent.</param>
internal sealed class PausedOffers(IMappingStates states, ITurnStore turns, HeldLease lease, TimeProvider clock, int anewMax = PausedOffers.AnewMax, Action<short>? held = null)
{
    private const int AnewMax = 2_000;

    /// <summary>Births that are remembered so that their children wait for them, some fifty bytes each; of more, a child may be refused and try again.</summary>
    private const int BirthsMax = 1_000_000;

    // Up to which id the offers of a mapping are held: every id while it is paused, those that are to be made new when it has been resumed.
    private readonly Dictionary<short, long> _heldTo = [];
    private readonly Dictionary<RecordId, HeldBirth> _births = [];
    private readonly Dictionary<short, Queue<(long Offer, short Mapping)>> _children = [];
    private readonly ConcurrentDictionary<short, int> _uncounted = new();
    private long _anewAfter;
    private long? _lookedAt;

    /// <summary>Offers of mappings that are not paused, held all the same; any thread may ask.</summary>
    public IReadOnlyDictionary<short, int> Uncounted => _uncounted;

    /// <summary>Something is held, of which writes that were read before may be children.</summary>
    public bool HasNews { get; private set; }

    /// <summary>Reads what is paused, some times a second, and makes a piece of what was resumed new.</summary>
    /// <returns>True when offers were made new.</returns>
    public async Task<bool> LookAsync(CancellationToken stop)
    {
        if (_lookedAt is not { } lookedAt || clock.GetElapsedTime(lookedAt) >= MappingGate.LookInterval)
        {
            var wishes = await states.ReadAsync(stop);
            if (_lookedAt is null && wishes.Count > 0)
            {
                await RecallAsync(stop);
            }

            foreach (var (mapping, wish) in wishes.Where(wish => wish.Value.IsPaused && _heldTo.GetValueOrDefault(wish.Key) != long.MaxValue))
            {
                (_heldTo[mapping], HasNews) = (long.MaxValue, true);
                held?.Invoke(mapping);
            }

            foreach (var resumed in _heldTo.Where(entry => entry.Value == long.MaxValue && !wishes.GetValueOrDefault(entry.Key).IsPaused).Select(entry => entry.Key).ToArray())
            {
                (_heldTo[resumed], _anewAfter) = (await states.LastOfferAsync(stop), 0);
            }

            _lookedAt = clock.GetTimestamp();
        }

        return await AnewAsync(stop);
    }

    /// <summary>True of a write that must not be looked at now.</summary>
    public bool Holds(WaitingWrite write)
    {
        var mapping = write.Lane.Mapping;
        if (write.Key <= _heldTo.GetValueOrDefault(mapping, long.MinValue))
        {
            Remember(write, new HeldBirth(mapping, null));
            return true;
        }

        if (_births.Count == 0)
        {
            return false;
        }

        foreach (var parent in write.Parents.Select(reference => reference.Parent))
        {
            if (parent != write.Record && _births.TryGetValue(parent, out var birth) && !Awaits(parent, write.Record))
            {
                if (!_children.TryGetValue(birth.Mapping, out var children))
                {
                    _children[birth.Mapping] = children = [];
                }

                children.Enqueue((write.Key, mapping));
                Count(mapping, 1);
                Remember(write, new HeldBirth(birth.Mapping, parent));
                return true;
            }
        }

        // From here on it waits, and makes its children wait, among those that may leave.
        _births.Remove(write.Record);
        return false;
    }

    /// <summary>True of a record whose birth is held.</summary>
    public bool IsUnborn(RecordId record) => _births.ContainsKey(record);

    /// <summary>The children of what is held so far have been looked for.</summary>
    public void NewsTaken() => HasNews = false;

    // What an earlier term made new in part, or not at all, is not in the order of birth any more: all of it is known before the first offer is read.
    private async Task RecallAsync(CancellationToken stop)
    {
        foreach (var birth in await states.BirthsAsync(BirthsMax, stop))
        {
            _births[birth] = new HeldBirth(birth.Mapping, null);
        }
    }

    // One piece of one mapping: its own offers, then those that were held for them. What a lost answer leaves in doubt is done or not done, and is looked for again.
    private async Task<bool> AnewAsync(CancellationToken stop)
    {
        if (_heldTo.Where(held => held.Value != long.MaxValue).Select(held => (short?)held.Key).FirstOrDefault() is { } resumed)
        {
            long? last = null;
            await InTurnAsync(async turn => last = await states.OfferAnewAsync(turn, resumed, _anewAfter, _heldTo[resumed], anewMax, stop), stop);
            if (last is null && _anewAfter == 0)
            {
                _heldTo.Remove(resumed);
            }

            // Behind the last piece it begins again: an id that was given early may have been committed late.
            _anewAfter = last ?? 0;
            return true;
        }

        if (_children.Where(held => held.Value.Count > 0 && !_heldTo.ContainsKey(held.Key)).Select(held => held.Value).FirstOrDefault() is not { } children)
        {
            return false;
        }

        long[] piece = [.. children.Take(anewMax).Select(child => child.Offer)];
        await InTurnAsync(turn => states.OfferAnewAsync(turn, piece, stop), stop);
        for (var i = 0; i < piece.Length; i++)
        {
            Count(children.Dequeue().Mapping, -1);
        }

        return true;
    }

    private async Task InTurnAsync(Func<Turn, Task> work, CancellationToken stop)
    {
        await using var turn = await turns.BeginAsync(stop);
        await turn.ReadNowAsync(stop);
        turn.Advance(lease);
        await work(turn);
        await turn.CommitAsync(stop);
    }

    private void Remember(WaitingWrite write, HeldBirth birth)
    {
        if (!write.IsAwaited || (_births.Count >= BirthsMax && !_births.ContainsKey(write.Record)))
        {
            _births.Remove(write.Record);
            return;
        }

        HasNews |= !_births.ContainsKey(write.Record);
        _births[write.Record] = birth;
    }

    // Two that are held for each other would be held for ever: one of them is let in, and is untied there.
    private bool Awaits(RecordId birth, RecordId record)
    {
        while (_births.TryGetValue(birth, out var held) && held.For is { } parent)
        {
            if (parent == record)
            {
                return true;
            }

            birth = parent;
        }

        return false;
    }

    private void Count(short mapping, int more) => _uncounted[mapping] = _uncounted.GetValueOrDefault(mapping) + more;

    /// <summary>A birth that is held.</summary>
    /// <param name="Mapping">Whose resume lets it go.</param>
    /// <param name="For">The unborn record it names; null: its own mapping is paused.</param>
    private readonly record struct HeldBirth(short Mapping, RecordId? For);
}
