using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Offers of paused mappings stay on disk, however many come. When a mapping is resumed they are made new, in a turn of the coordinator: nobody else holds any of them then.</summary>
internal sealed class PausedOffers(IMappingStates states, ITurnStore turns, HeldLease lease, TimeProvider clock)
{
    /// <summary>Births that are remembered so that their children wait for them; of more, a child may be refused and try again.</summary>
    private const int BirthsMax = 500_000;

    private readonly HashSet<short> _paused = [];
    private readonly Dictionary<RecordId, short> _births = [];
    private long _lookedAt;

    /// <summary>Records to be born by offers that were passed over.</summary>
    public IEnumerable<RecordId> Births => _births.Keys;

    /// <summary>Reads what is paused, some times a second.</summary>
    /// <returns>True when a mapping was paused: what is held of it must be let go.</returns>
    public async Task<bool> LookAsync(CancellationToken stop)
    {
        if (_lookedAt != 0 && clock.GetElapsedTime(_lookedAt) < MappingGate.LookInterval)
        {
            return false;
        }

        var paused = (await states.ReadAsync(stop)).Where(wish => wish.Value.IsPaused).Select(wish => wish.Key).ToHashSet();
        foreach (var resumed in _paused.Except(paused).ToArray())
        {
            await using var turn = await turns.BeginAsync(stop);
            await turn.ReadNowAsync(stop);
            turn.Advance(lease);
            await states.OfferAnewAsync(turn, resumed, stop);
            await turn.CommitAsync(stop);
            _paused.Remove(resumed);
            foreach (var birth in _births.Where(birth => birth.Value == resumed).Select(birth => birth.Key).ToArray())
            {
                _births.Remove(birth);
            }
        }

        _lookedAt = clock.GetTimestamp();
        var before = _paused.Count;
        _paused.UnionWith(paused);
        return _paused.Count > before;
    }

    /// <summary>True of a write that must not be looked at now.</summary>
    public bool Holds(ReadyWrite write)
    {
        if (!_paused.Contains(write.Write.Mapping))
        {
            return false;
        }

        if (write.Write.Operation == WriteOperation.Insert && _births.Count < BirthsMax)
        {
            _births[new RecordId(write.Write.Mapping, write.Write.Entity)] = write.Write.Mapping;
        }

        return true;
    }
}
