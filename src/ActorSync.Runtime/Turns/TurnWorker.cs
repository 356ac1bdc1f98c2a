using System.Collections.Immutable;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;
using Npgsql;

namespace ActorSync.Runtime.Turns;

/// <summary>The loop of the runtime: runs the turns of all shards a node holds. Take, hydrate, decide, append, write back, fence, commit; only then adopt.</summary>
public sealed class TurnWorker<TState, TMessage, TEvent>(
    NpgsqlDataSource database,
    IReadOnlyList<HeldLease> shards,
    IActorBehavior<TState, TMessage, TEvent> behavior,
    IActorCodec<TState, TEvent> codec,
    IReadOnlyList<ITurnSource<TMessage>> sources,
    ITurnSink<TState, TMessage, TEvent> sink,
    Wakeup wakeup,
    NodeTerm term,
    RuntimeOptions options,
    TimeProvider clock,
    Action<Exception, string> report)
    where TState : class, IEquatable<TState>
{
    private const string S = RuntimeOptions.Schema;

    private readonly Dictionary<int, HeldLease> _leases = shards.ToDictionary(lease => lease.Address);
    private readonly ActorCache<TState> _cache = new(options.ActorsMax);
    private readonly Dictionary<ActorId, long> _owing = [];
    private readonly PollGate _gate = new(database, [.. shards.Select(lease => lease.Address)], clock);
    private int _messagesMax = options.TurnMessagesMax;
    private Exception? _poison;
    private long _cursorsWrittenAt = clock.GetTimestamp();

    /// <summary>Turns committed so far.</summary>
    public long Turns { get; private set; }

    /// <summary>Runs turns until the term is lost or the node stops. A failed turn changed nothing and is run again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await LoadOwingAsync(stop);
        var idle = options.PollMin;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var worked = (sources.Any(source => source.HasMore) || OwingIsDue() || await _gate.HasWorkAsync(stop)) && await TurnAsync(stop);
                idle = worked ? options.PollMin : idle * 2 < options.PollMax ? idle * 2 : options.PollMax;
                if (!worked)
                {
                    await wakeup.WaitAsync(idle, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StaleLeaseException error)
            {
                report(error, "this node's leases were taken over");
                term.End();
                return;
            }
            catch (Exception error)
            {
                await RecoverAsync(error, stop);
            }
        }
    }

    /// <summary>One turn. True when it took anything.</summary>
    public async Task<bool> TurnAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        var states = new Dictionary<ActorId, TState>();
        await using var turn = await Turn.BeginAsync(database, clock, stop);
        var deliveries = new List<Delivery<TMessage>>();
        foreach (var source in sources)
        {
            deliveries.AddRange(await source.TakeAsync(turn, _messagesMax, stop));
        }

        if (_poison is not null && deliveries.Count > 1)
        {
            // The failing message is among these: each goes into an envelope of its own.
            deliveries.ForEach(delivery => sink.Postpone(turn, delivery, TimeSpan.Zero));
            AdvanceAll(turn, deliveries.Select(delivery => delivery.Actor));
            await turn.CommitAsync(stop);
            return true;
        }

        var owing = TakeOwing();
        if (deliveries.Count == 0 && owing.Count == 0)
        {
            return await WriteCursorsAsync(turn, stop);
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
        FitBudget(clock.GetElapsedTime(began), deliveries.Count);
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
                if (behavior.MustWait(state, delivery.Message))
                {
                    sink.Postpone(turn, delivery, options.RetryDelay);
                    continue;
                }

                decided.Add(delivery.Actor);
                Take(turn, states, delivery.Actor, Decide(turn, delivery, state), happened);
            }

            foreach (var actor in decided)
            {
                Take(turn, states, actor, behavior.Settle(actor, states[actor], turn.Now), happened);
            }

            touched.UnionWith(decided);

            deliveries = await sink.EmitAsync(turn, happened, stop);
            await HydrateAsync(turn, states, deliveries.Select(delivery => delivery.Actor), stop);
        }
    }

    private void Take(Turn turn, Dictionary<ActorId, TState> states, ActorId actor, ImmutableArray<TEvent> events, List<(ActorId, TEvent)> happened)
    {
        foreach (var @event in events)
        {
            states[actor] = behavior.Evolve(states[actor], @event);
            turn.Journal(LeaseOf(actor), actor, codec.NameOf(@event), codec.WriteEvent(@event));
            happened.Add((actor, @event));
        }
    }

    // A message that throws is our defect and nobody else's delay: its actor is parked with the error, everything else goes on.
    private ImmutableArray<TEvent> Decide(Turn turn, Delivery<TMessage> delivery, TState state)
    {
        try
        {
            var message = _poison is { } poison ? behavior.Poison(delivery.Message, poison, turn.Now) : delivery.Message;
            var events = behavior.Decide(delivery.Actor, state, message, turn.Now);
            _ = events.Aggregate(state, behavior.Evolve);
            return events;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            report(error, $"deciding a message of {delivery.Actor.Kind}/{delivery.Actor.Entity} failed; the record is parked");
            return behavior.Decide(delivery.Actor, state, behavior.Poison(delivery.Message, error, turn.Now), turn.Now);
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

            if (_cache.TryGet(id, out var state))
            {
                states[id] = state;
            }
            else
            {
                states[id] = behavior.Initial;
                cold.Add(id);
            }
        }

        if (cold.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            $"select a.mapping, a.external_id, a.state::text from {S}.actor a join unnest($1, $2) u(mapping, external_id) using (mapping, external_id)", turn.Connection);
        command.Parameters.Add(new() { Value = cold.Select(id => id.Kind).ToArray() });
        command.Parameters.Add(new() { Value = cold.Select(id => id.Entity).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            states[new ActorId(reader.GetInt16(0), reader.GetGuid(1))] = codec.ReadState(reader.GetString(2));
        }
    }

    private void AppendSnapshots(Turn turn, Dictionary<ActorId, TState> states, HashSet<ActorId> touched)
    {
        foreach (var id in touched)
        {
            var state = states[id];
            if (_cache.TryGet(id, out var before) ? before.Equals(state) : state.Equals(behavior.Initial))
            {
                continue;
            }

            var lease = LeaseOf(id);
            turn.Snapshot(new ActorSnapshot(id, (short)lease.Address, lease.JournalSeq, behavior.Owes(state), behavior.IsParked(state), codec.WriteState(state)));
        }
    }

    private void Adopt(Dictionary<ActorId, TState> states, HashSet<ActorId> touched)
    {
        var due = clock.GetTimestamp() + (long)(options.RetryDelay.TotalSeconds * clock.TimestampFrequency);
        foreach (var id in touched)
        {
            _cache.Adopt(id, states[id]);
            if (behavior.Owes(states[id]))
            {
                _owing[id] = due;
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

    private void FitBudget(TimeSpan took, int messages)
    {
        if (took > options.TurnTimeBudget && messages >= _messagesMax)
        {
            _messagesMax = Math.Max(100, _messagesMax / 2);
        }
        else if (took < options.TurnTimeBudget / 2)
        {
            _messagesMax = Math.Min(options.TurnMessagesMax, _messagesMax * 2);
        }
    }

    private async Task RecoverAsync(Exception error, CancellationToken stop)
    {
        _cache.Clear();
        if (PostgresTrouble.IsEnvironment(error))
        {
            report(error, "a turn failed, nothing was changed, it is run again");
        }
        else if (_messagesMax > 1)
        {
            report(error, "a turn failed, nothing was changed, it is run again with half its messages");
            _messagesMax /= 2;
        }
        else
        {
            report(error, "a single message fails; its record is parked");
            _poison = error;
        }

        await LoadOwingAsync(stop);
        await wakeup.WaitAsync(options.RetryDelay, stop);
    }

    private async Task LoadOwingAsync(CancellationToken stop)
    {
        try
        {
            await using var command = database.CreateCommand($"select mapping, external_id from {S}.actor where owes and shard = any($1)");
            command.Parameters.Add(new() { Value = _leases.Keys.Select(address => (short)address).ToArray() });
            await using var reader = await command.ExecuteReaderAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                _owing.TryAdd(new ActorId(reader.GetInt16(0), reader.GetGuid(1)), 0);
            }
        }
        catch (Exception error) when (PostgresTrouble.IsEnvironment(error))
        {
            report(error, "owed write-backs could not be read; they are read again with the next failure or start");
        }
    }

    private bool OwingIsDue() => _owing.Count > 0 && _owing.Values.Min() <= clock.GetTimestamp();

    private List<ActorId> TakeOwing()
    {
        var now = clock.GetTimestamp();
        return [.. _owing.Where(entry => entry.Value <= now).Take(_messagesMax).Select(entry => entry.Key)];
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

    private HeldLease LeaseOf(ActorId id) => _leases[Addresses.ShardOf(id.Entity, options.ShardCount)];
}
