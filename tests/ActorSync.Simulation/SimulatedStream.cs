using ActorSync.Domain.Records;
using ActorSync.OrgSimulator.Org;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>Salesforce's change events of counted fields, in the order of their commits: one at a time or many together, some told twice, some late behind others,
/// some missing and said to be. A feed hears them between two of its turns and mails them to their records.</summary>
internal sealed class SimulatedStream
{
    private readonly World _world;
    private readonly List<(Arrival Event, DateTimeOffset Due)> _waiting = [];
    private readonly RecordMail _mail;
    private readonly MemoryTurnStore _turns;
    private readonly Dictionary<StreamPosition, DateTimeOffset> _seenAt = [];
    private readonly List<(Guid Record, string Sfid, StreamPosition Position)> _missed = [];
    private readonly HashSet<Guid> _gaps = [];
    private DateTimeOffset _stalledUntil;
    private long _heard;
    private int _again;

    public SimulatedStream(World world)
    {
        _world = world;
        _turns = new MemoryTurnStore(world.Database);
        _mail = new RecordMail(world.Mappings.ToDictionary(mapping => mapping.Number), MemoryStores.Of(_turns).Rows, World.ShardCount);
        if (SimulatedMappings.Counts(world.Mappings))
        {
            world.After(TimeSpan.FromSeconds(1), Listen);
        }
    }

    /// <summary>True when everything that was committed has been told.</summary>
    public bool IsQuiet => _again == 0 && (!SimulatedMappings.Counts(_world.Mappings) || (_heard == _world.Org.LastArrival && _waiting.All(waiting => RecordOf(waiting.Event) is null)));

    /// <summary>When each event was told first, database clock.</summary>
    public IReadOnlyDictionary<StreamPosition, DateTimeOffset> SeenAt => _seenAt;

    /// <summary>Gaps that were told of records that were linked then, or whose birth was outside.</summary>
    public IReadOnlyList<(Guid Record, string Sfid, StreamPosition Position)> Missed => _missed;

    /// <summary>True of a record that was told that events are missing.</summary>
    public bool HasGap(Guid record) => _gaps.Contains(record);

    private void Listen()
    {
        _world.After(TimeSpan.FromMilliseconds(20 + (_world.Random.NextDouble() * 130)), Listen);
        var now = _world.Clock.GetUtcNow();
        var hard = _world.Temper.IsHardOfHearing;
        foreach (var arrival in _world.Org.Arrivals(_heard + 1))
        {
            _heard = arrival.Sequence;
            if (arrival.Type != "Account" || arrival.Error is not null || arrival.Operation is not ("create" or "update" or "upsert") || !(arrival.After.ContainsKey(SimulatedMappings.Counter) || OwnWrite(arrival) is not null))
            {
                continue;
            }

            var late = _world.Strikes(FaultKind.ReorderedEvents, hard ? 0.2 : 0.02) ? TimeSpan.FromSeconds(_world.Drawn(FaultKind.ReorderedEvents).NextDouble() * 3) : TimeSpan.Zero;
            _waiting.Add((arrival, now + TimeSpan.FromMilliseconds(_world.Random.NextDouble() * 100) + late));
        }

        if (_world.Temper.IsSlowOfHearing && now >= _stalledUntil && _world.Strikes(FaultKind.StalledStream, 0.1))
        {
            _stalledUntil = now + TimeSpan.FromSeconds(_world.Drawn(FaultKind.StalledStream).NextDouble() * 4);
        }

        if (now >= _stalledUntil)
        {
            Tell(now);
        }
    }

    private void Tell(DateTimeOffset now)
    {
        // A record is told when it is known whose it is; what is not due holds back nothing but itself.
        var told = new List<Delivery<RecordMessage>>();
        foreach (var waiting in _waiting.Where(waiting => waiting.Due <= now).ToArray())
        {
            if (RecordOf(waiting.Event) is not { } record)
            {
                continue;
            }

            _waiting.Remove(waiting);
            var actor = new ActorId(SimulatedMappings.Account, record);
            RecordMessage message = _world.Strikes(FaultKind.MissedEvents, _world.Temper.IsHardOfHearing ? 0.1 : 0.02)
                ? new RecordMessage.ChangesMissed(waiting.Event.Id!, "GAP_UPDATE", _turns.Database.Now(), new StreamPosition(waiting.Event.Sequence, 1))
                : Message(waiting.Event);
            told.Add(new Delivery<RecordMessage>(actor, message));
            Note(record, message);
            if (_world.Strikes(FaultKind.DuplicatedEvents, _world.Temper.IsHardOfHearing ? 0.3 : 0.08))
            {
                _again++;
                _world.After(TimeSpan.FromSeconds(_world.Drawn(FaultKind.DuplicatedEvents).NextDouble() * 4), () =>
                {
                    _again--;
                    Mail([new Delivery<RecordMessage>(actor, message)]);
                });
            }
        }

        if (told.Select(delivery => delivery.Actor).Distinct().Count() > 1)
        {
            _world.Faults.Count(FaultKind.MergedEvents);
        }

        Mail(told);
    }

    private void Note(Guid record, RecordMessage message)
    {
        switch (message)
        {
            case RecordMessage.RemoteChanged changed:
                _seenAt[changed.Position] = changed.Seen;
                break;
            case RecordMessage.ChangesMissed { Position: { } position } missed:
                _gaps.Add(record);
                if (_world.Readings.States().Any(actor => actor.Actor.Entity == record && (actor.State.Sfid == missed.Sfid || actor.State is { Sfid: null, Outstanding: { Sfid: null } })))
                {
                    _missed.Add((record, missed.Sfid, position));
                }

                break;
        }
    }

    private void Mail(IReadOnlyList<Delivery<RecordMessage>> told)
    {
        if (told.Count == 0)
        {
            return;
        }

        foreach (var (actor, message) in told)
        {
            _world.Trace.Note("stream", actor.Entity, () => message.ToString());
        }

        var done = MailAsync(told);
        if (!done.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("what touches only the database completes at once", done.Exception);
        }
    }

    private async Task MailAsync(IReadOnlyList<Delivery<RecordMessage>> told)
    {
        await using var turn = await _turns.BeginAsync(CancellationToken.None);
        _mail.Send(turn, told);
        await turn.CommitAsync(CancellationToken.None);
    }

    private RecordMessage.RemoteChanged Message(Arrival arrival)
    {
        var at = arrival.At;
        var fields = FieldValues.From(arrival.After
            .Where(field => field.Key == SimulatedMappings.Counter && field.Value != arrival.Before.GetValueOrDefault(field.Key)));
        return new RecordMessage.RemoteChanged(
            arrival.Id!, new StreamPosition(arrival.Sequence, 1), fields, at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond)), OwnWrite(arrival), _turns.Database.Now(), RowImage.None);
    }

    // The origin names the submission, and the submission the write.
    private int? OwnWrite(Arrival arrival) =>
        arrival.Client is { } client && Guid.TryParse(client["actorsync/".Length..], out var submission) && _world.Database.Submissions.Read(null, submission) is { } row
            ? row.Submission.Writes.FirstOrDefault(write => write.Sfid == arrival.Id || (write.Sfid is null && write.Entity.ToString() == arrival.ExternalId))?.WriteNo
            : null;

    private Guid? RecordOf(Arrival arrival) =>
        _world.Trace.RecordOf(arrival.Id!) ?? (Guid.TryParse(arrival.ExternalId, out var said) && _world.Database.States.Read(null, new ActorId(SimulatedMappings.Account, said)) is not null ? said : null);
}
