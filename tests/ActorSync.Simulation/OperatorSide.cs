using System.Text.Json;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>Operators. In runs whose mappings are not the common ones they retry, skip and edit parked records and choose for the fields in the inbox while everything
/// goes on; in all runs they choose in the end what is left in the inbox.</summary>
internal sealed class OperatorSide(World world, ApplicationSide application)
{
    private const string Operator = "operator";

    private readonly Random _random = world.Draws("operators");
    private int _values;

    /// <summary>Plans what they do while both sides are edited.</summary>
    public void Begin()
    {
        if (!SimulatedMappings.AreCommon(world.Mappings))
        {
            for (var i = 0; i < 16; i++)
            {
                world.After(_random.NextDouble() * (world.Temper.BusyTime(world.Options) + TimeSpan.FromSeconds(4)), Act);
            }

            for (var i = 0; i < 3; i++)
            {
                world.After(world.Drawn(FaultKind.PoisonedMessage).NextDouble() * world.Temper.BusyTime(world.Options), Poison);
            }
        }
    }

    /// <summary>Plans what they do afterwards: in the end nothing is left in the inbox.</summary>
    public void Finish()
    {
        for (var i = 0; i < (SimulatedMappings.AreCommon(world.Mappings) ? 0 : 6); i++)
        {
            world.After(TimeSpan.FromSeconds(_random.NextDouble() * 12), Act);
        }

        for (var at = TimeSpan.FromSeconds(10); at < world.Options.QuietTimeMax * 3; at += TimeSpan.FromSeconds(5))
        {
            world.After(at, ChooseAll);
        }
    }

    private void Act()
    {
        var waiting = world.Readings.States().Where(actor => actor.State.Parked is not null || !actor.State.Inbox.IsEmpty).ToArray();
        if (waiting.Length == 0)
        {
            return;
        }

        var (actor, state) = waiting[_random.Next(waiting.Length)];
        if (state.Inbox.IsEmpty || (state.Parked is not null && _random.Next(2) == 0))
        {
            var word = About(actor.Kind, state.Parked!, state);
            Say(actor, word);
            if (word is RecordMessage.Skip && world.Temper.IsRestless && state.Queue.FirstOrDefault()?.Fields.Names.FirstOrDefault() is { } field)
            {
                // What was given up the application tries anew at once.
                world.After(TimeSpan.FromMilliseconds(20 + (_random.NextDouble() * 300)), () => application.Work((short)actor.Kind, actor.Entity, field));
            }
        }
        else
        {
            Say(actor, Choice(state.Inbox.Keys.ElementAt(_random.Next(state.Inbox.Count))));
        }
    }

    // It parks its record, for an operator.
    private void Poison()
    {
        var records = world.Readings.States().Select(record => record.Actor).OrderBy(actor => actor.Entity).ToArray();
        if (records.Length > 0 && world.Strikes(FaultKind.PoisonedMessage, 0.3))
        {
            Say(records[world.Temper.PicksFirst(world.Drawn(FaultKind.PoisonedMessage)) ? 0 : world.Drawn(FaultKind.PoisonedMessage).Next(records.Length)],
                new RecordMessage.Poisoned("a message that nobody can read", "injected", world.Database.Now()));
        }
    }

    private void ChooseAll()
    {
        foreach (var (actor, state) in world.Readings.States().ToArray())
        {
            foreach (var field in state.Inbox.Keys)
            {
                Say(actor, Choice(field));
            }
        }
    }

    // Values that a row would not take are not given up: both sides would stay apart until the next change.
    private RecordMessage About(short mapping, ParkedError parked, RecordState state) => _random.Next(3) switch
    {
        0 when parked.Source != ParkedError.Postgres => new RecordMessage.Skip(Operator, world.Database.Now()),
        1 when (state.Queue.FirstOrDefault() ?? state.Outstanding?.Write) is { Operation: not WriteOperation.Delete } write => Edit(mapping, write),
        _ => new RecordMessage.Retry(Operator, world.Database.Now()),
    };

    private RecordMessage.EditAndRetry Edit(short number, LocalWrite write)
    {
        var texts = world.Mappings.Single(mapping => mapping.Number == number).Fields.Where(field => field.Kind == FieldKind.Text).Select(field => field.Name).ToArray();
        var said = texts.Where(write.Fields.Has).DefaultIfEmpty(texts[0]);
        return new RecordMessage.EditAndRetry(FieldValues.Of([.. said.Select(field => (field, (string?)$"E{++_values}"))]), Operator, world.Database.Now());
    }

    private RecordMessage.ChooseSide Choice(string field) => _random.Next(5) switch
    {
        0 => new RecordMessage.ChooseSide(field, null, $"C{++_values}", Operator, world.Database.Now()),
        1 or 2 => new RecordMessage.ChooseSide(field, Side.Salesforce, null, Operator, world.Database.Now()),
        _ => new RecordMessage.ChooseSide(field, Side.Postgres, null, Operator, world.Database.Now()),
    };

    private void Say(ActorId actor, RecordMessage message)
    {
        world.Trace.Note(Operator, actor.Entity, message.ToString);
        var transaction = world.Database.Begin();
        var id = world.Database.NextId();
        var body = JsonSerializer.Serialize(new RecordEnvelope([StoredMessage.Of(new RecordId(actor.Kind, actor.Entity), message)]), RecordJson.Default.RecordEnvelope);
        world.Database.Mail.Write(transaction, id, new MemoryEnvelope(id, Addresses.ShardOf(actor.Entity, World.ShardCount), DateTimeOffset.MinValue, body, Messages: 1));
        transaction.Commit();
    }
}
