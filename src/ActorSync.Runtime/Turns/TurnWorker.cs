using System.Collections.Immutable;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>The loop of the runtime: runs the turns of all shards a node holds. Take, hydrate, decide, append, write back, fence, commit; only then adopt.</summary>
/// <param name="warm">States that a worker before this one has left, of these shards only: they were held all the time in between. Null: every actor is cold.</param>
/// <param name="gate">Asked for work, by all workers of the node; null: by this one alone.</param>
public sealed class TurnWorker<TState, TMessage, TEvent>(
    ITurnStore store,
    IReadOnlyList<HeldLease> shards,
    IActorBehavior<TState, TMessage, TEvent> behavior,
    IActorCodec<TState, TEvent> codec,
    IReadOnlyList<ITurnSource<TMessage>> sources,
    ITurnSink<TState, TMessage, TEvent> sink,
    Wakeup wakeup,
    NodeTerm term,
    RuntimeOptions options,
    TimeProvider clock,
    Action<Exception, string> report,
    ActorCache<TState>? warm = null,
    PollGate? gate = null)
    where TState : class, IEquatable<TState>
{
    private static readonly TimeSpan OwingLoadInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, HeldLease> _leases = shards.ToDictionary(lease => lease.Address);
    private readonly ActorCache<TState> _cache = warm ?? new(options.ActorsMax, options.ActorBytesMax);
    private readonly OwingActors _owing = new();
    private readonly Dictionary<ActorId, TState> _hydrated = [];
    private readonly Dictionary<ActorId, int> _bytes = [];
    private readonly PollSeat _seat = (gate ?? new PollGate(store, clock)).Join([.. shards.Select(lease => lease.Address)], wakeup);
    private readonly WaitingPlaces _waiting = new();
    private readonly TurnSize _size = new(options.TurnMessagesMax, options.TurnTimeBudget);
    private Exception? _poison;
    private TimeSpan _rest = options.PollMin;
    private bool _isLoaded;
    private bool _isSignalled;
    private long _owingLoadedAt;
    private long _cursorsWrittenAt = clock.GetTimestamp();

    /// <summary>Turns committed so far.</summary>
    public long Turns { get; private set; }

    /// <summary>Runs turns until the term is lost or the node stops. A failed turn changed nothing and is run again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && !term.Lost.IsCancellationRequested)
            {
                var pause = await StepAsync(stop);
                if (pause > TimeSpan.Zero)
                {
                    _isSignalled = await wakeup.WaitAsync(pause, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: a turn that had not committed changed nothing.
        }
    }

    /// <summary>Looks for work and runs one turn if there is any. Never throws but for a stop.</summary>
    /// <returns>How long to rest before the next step, unless woken.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken stop)
    {
        try
        {
            if (!_isLoaded)
            {
                await LoadAsync(stop);
            }
            else if (clock.GetElapsedTime(_owingLoadedAt) > OwingLoadInterval)
            {
                await LoadMoreOwingAsync(stop);
            }

            var rest = sources.Any(source => source.HasMore) || _owing.IsDue(clock.GetTimestamp()) ? null
                : _rest >= options.PollMax && !_isSignalled ? await _seat.WatchAsync(options.WatchInterval, _rest, stop)
                : await _seat.HasWorkAsync(_isSignalled ? TimeSpan.Zero : _rest, stop) ? default(TimeSpan?) : _rest;
            var worked = rest is null && await TurnAsync(stop);
            _isSignalled = false;
            rest ??= _rest;
            _rest = worked ? options.PollMin : _rest * 2 < options.PollMax ? _rest * 2 : options.PollMax;
            return worked ? TimeSpan.Zero : rest.Value;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (StaleLeaseException error)
        {
            report(error, "this node's leases were taken over");
            term.End();
            return TimeSpan.Zero;
        }
        catch (UnknownKindException error)
        {
            report(error, "this node gives its work to those that know more, until it is started with the configuration that they have (an object that was taken out on purpose: actorsync mapping retire OBJECT)");
            term.End();
            return TimeSpan.Zero;
        }
        catch (Exception error)
        {
            Recover(error);
            return options.RetryDelay;
        }
    }

    /// <summary>One turn. True when it took anything.</summary>
    public async Task<bool> TurnAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        var states = new Dictionary<ActorId, TState>();
        _hydrated.Clear();
        _bytes.Clear();
        await using var turn = await store.BeginAsync(stop);
        var deliveries = new List<Delivery<TMessage>>();
        foreach (var source in sources)
        {
            deliveries.AddRange(await source.TakeAsync(turn, _size.MessagesMax, stop));
        }

        if (_poison is not null && deliveries.Count > 1)
        {
            // The failing message is among these: each goes into an envelope of its own.
            deliveries.ForEach(delivery =>
            {
                _waiting.Add(delivery.Actor, behavior.PlaceOf(delivery.Message));
                sink.Postpone(turn, delivery, TimeSpan.Zero);
            });
            AdvanceAll(turn, deliveries.Select(delivery => delivery.Actor));
            await turn.CommitAsync(stop);
            return true;
        }

        var owing = _owing.Due(clock.GetTimestamp(), _size.MessagesMax);
        if (deliveries.Count == 0 && owing.Count == 0)
        {
            return turn.IsAdvanced ? await PassAsync(turn, stop) : await WriteCursorsAsync(turn, stop);
        }

        await HydrateAsync(turn, states, deliveries.Select(delivery => delivery.Actor).Concat(owing), stop);
        AdvanceAll(turn, deliveries.Select(delivery => delivery.Actor));
        var touched = owing.ToHashSet();
        await DecideAsync(turn, states, touched, deliveries, stop);
        var results = await sink.ExecuteAsync(turn, [.. touched.Where(id => behavior.Owes(states[id])).Select(id => (id, states[id]))], stop);
        await DecideAsync(turn, states, touched, results, stop);
        AppendSnapshots(turn, states, touched);
        if (!term.IsTrusted)
        {
            throw new StaleLeaseException("the lease could not be renewed in time");
        }

        await turn.CommitAsync(stop);
        Adopt(states, touched);
        _size.Fit(clock.GetElapsedTime(began), deliveries.Count);
        sink.Committed();
        return true;
    }

    private async Task DecideAsync(
        Turn turn, Dictionary<ActorId, TState> states, HashSet<ActorId> touched, IReadOnlyList<Delivery<TMessage>> deliveries, CancellationToken stop)
    {
        while (deliveries.Count > 0)
        {
            var happened = new List<(ActorId, TEvent)>();
            var decided = new HashSet<ActorId>();
            foreach (var delivery in deliveries)
            {
                var state = states[delivery.Actor];
                var place = behavior.PlaceOf(delivery.Message);
                if (behavior.MustWait(state, delivery.Message) || _waiting.IsBehind(delivery.Actor, place))
                {
                    _waiting.Add(delivery.Actor, place);
                    sink.Postpone(turn, delivery, options.RetryDelay);
                    continue;
                }

                _waiting.Remove(delivery.Actor, place);
                decided.Add(delivery.Actor);
                Take(turn, states, delivery.Actor, Decide(turn, delivery, state), happened);
            }

            foreach (var actor in decided)
            {
                Take(turn, states, actor, After(states[actor], behavior.Settle(actor, states[actor], turn.Now)), happened);
            }

            touched.UnionWith(decided);

            deliveries = await sink.EmitAsync(turn, happened, stop);
            await HydrateAsync(turn, states, deliveries.Select(delivery => delivery.Actor), stop);
        }
    }

    private void Take(Turn turn, Dictionary<ActorId, TState> states, ActorId actor, (ImmutableArray<TEvent> Events, TState State) decision, List<(ActorId, TEvent)> happened)
    {
        if (decision.Events.IsEmpty)
        {
            return;
        }

        states[actor] = decision.State;
        var lease = LeaseOf(actor);
        foreach (var @event in decision.Events)
        {
            turn.Journal(lease, actor, codec.NameOf(@event), codec.WriteEvent(@event));
            happened.Add((actor, @event));
        }
    }

    private (ImmutableArray<TEvent> Events, TState State) After(TState state, ImmutableArray<TEvent> events)
    {
        foreach (var @event in events)
        {
            state = behavior.Evolve(state, @event);
        }

        return (events, state);
    }

    // A message that throws is our defect and nobody else's delay: its actor is parked with the error, everything else goes on.
    private (ImmutableArray<TEvent> Events, TState State) Decide(Turn turn, Delivery<TMessage> delivery, TState state)
    {
        try
        {
            var message = _poison is { } poison ? behavior.Poison(delivery.Message, poison, turn.Now) : delivery.Message;
            return After(state, behavior.Decide(delivery.Actor, state, message, turn.Now));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            report(error, $"deciding a message of {delivery.Actor.Kind}/{delivery.Actor.Entity} failed; the record is parked");
            return After(state, behavior.Decide(delivery.Actor, state, behavior.Poison(delivery.Message, error, turn.Now), turn.Now));
        }
    }

    private async Task HydrateAsync(Turn turn, Dictionary<ActorId, TState> states, IEnumerable<ActorId> actors, CancellationToken stop)
    {
        var cold = new List<ActorId>();
        foreach (var id in actors.Distinct())
        {
            if (states.ContainsKey(id))
            {
                continue;
            }

            if (!_cache.TryGet(id, out var state))
            {
                state = behavior.Initial;
                cold.Add(id);
            }

            states[id] = _hydrated[id] = state;
        }

        if (cold.Count == 0)
        {
            return;
        }

        foreach (var (id, json) in await turn.ReadStatesAsync(cold, stop))
        {
            states[id] = _hydrated[id] = codec.ReadState(json);
            _bytes[id] = StateSize.Of(json.Length);
        }
    }

    private void AppendSnapshots(Turn turn, Dictionary<ActorId, TState> states, HashSet<ActorId> touched)
    {
        foreach (var id in touched)
        {
            var state = states[id];
            if (_hydrated[id].Equals(state))
            {
                continue;
            }

            var lease = LeaseOf(id);
            turn.Advance(lease);
            var json = codec.WriteState(state);
            _bytes[id] = StateSize.Of(json.Length);
            turn.Snapshot(new ActorSnapshot(id, (short)lease.Address, lease.JournalSeq, behavior.Owes(state), behavior.IsParked(state), json));
        }
    }

    private void Adopt(Dictionary<ActorId, TState> states, HashSet<ActorId> touched)
    {
        var due = clock.GetTimestamp() + (long)(options.RetryDelay.TotalSeconds * clock.TimestampFrequency);
        foreach (var id in touched)
        {
            _cache.Adopt(id, states[id], _bytes.TryGetValue(id, out var bytes) ? bytes : null);
            if (behavior.Owes(states[id]))
            {
                _owing.Set(id, due);
            }
            else
            {
                _owing.Remove(id);
            }
        }

        _cache.Passivate();
        _poison = null;
        Turns++;
    }

    private void Recover(Exception error)
    {
        _cache.Clear();
        _isLoaded = false;
        if (PostgresTrouble.IsEnvironment(error))
        {
            report(error, "a turn failed, nothing was changed, it is run again");
        }
        else if (_size.TryHalve())
        {
            report(error, "a turn failed, nothing was changed, it is run again with half its messages");
        }
        else
        {
            report(error, "a single message fails; its record is parked");
            _poison = error;
        }
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        _owing.Load(await store.OwingAsync(Shards, OwingActors.PieceMax, stop), clock.GetTimestamp());
        _owingLoadedAt = clock.GetTimestamp();

        // The order of what waits outlives its worker: a message that came later, and could be decided now, would overtake.
        foreach (var source in sources)
        {
            foreach (var delivery in await source.PeekPostponedAsync(store, stop))
            {
                _waiting.Add(delivery.Actor, behavior.PlaceOf(delivery.Message));
            }
        }

        _isLoaded = true;
    }

    private async Task LoadMoreOwingAsync(CancellationToken stop)
    {
        foreach (var (kind, after) in _owing.Wanted)
        {
            _owing.Load(kind, await store.OwingAsync(Shards, kind, after, OwingActors.PieceMax, stop), clock.GetTimestamp());
        }

        _owingLoadedAt = clock.GetTimestamp();
    }

    // Nobody wants what was read: of a mapping that has been retired there may be thousands, and others stand behind them.
    private static async Task<bool> PassAsync(Turn turn, CancellationToken stop)
    {
        await turn.CommitAsync(stop);
        return true;
    }

    private async Task<bool> WriteCursorsAsync(Turn turn, CancellationToken stop)
    {
        if (clock.GetElapsedTime(_cursorsWrittenAt) < options.CursorWriteInterval)
        {
            return false;
        }

        _cursorsWrittenAt = clock.GetTimestamp();
        foreach (var lease in _leases.Values)
        {
            turn.Advance(lease);
        }

        await turn.CommitAsync(stop);
        return false;
    }

    private void AdvanceAll(Turn turn, IEnumerable<ActorId> actors)
    {
        foreach (var id in actors)
        {
            turn.Advance(LeaseOf(id));
        }
    }

    private IReadOnlyList<short> Shards => [.. _leases.Keys.Select(address => (short)address)];

    private HeldLease LeaseOf(ActorId id) => _leases[Addresses.ShardOf(id.Entity, options.ShardCount)];
}
