using System.Text.Json;
using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Failovers;
using ActorSync.Feeds;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Records;

/// <summary>What record actors ask of the outside, executed in their turn: writes are offered to the coordinator, fresh reads asked of the feeds,
/// sfids learned, owed rows written.</summary>
internal sealed class RecordSink(RecordMail mail, SyncStores stores, Wakeup coordinator, IReadOnlyDictionary<short, Wakeup> feeds, Corrections? corrections = null)
    : ITurnSink<RecordState, RecordMessage, RecordEvent>
{
    private bool _offered;
    private readonly HashSet<short> _asked = [];

    public async Task<IReadOnlyList<Delivery<RecordMessage>>> EmitAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordEvent Event)> events, CancellationToken stop)
    {
        var offers = new List<OfferedWrite>();
        var links = new List<(ActorId, string)>();
        var readBacks = new List<(short Mapping, string Sfid)>();
        foreach (var (actor, @event) in events)
        {
            switch (@event)
            {
                case RecordEvent.WriteOffered e:
                    offers.Add(new OfferedWrite(actor.Kind, actor.Entity, e.WriteNo, e.Operation, e.Sfid, e.Fields, e.Base, e.At) { Position = e.Position });
                    break;
                case RecordEvent.WriteApplied e:
                    links.Add((actor, e.Sfid));
                    break;
                case RecordEvent.WriteOverwritten e:
                    links.Add((actor, e.Sfid));
                    break;
                case RecordEvent.RemoteTaken e:
                    links.Add((actor, e.Sfid));
                    break;
                case RecordEvent.RemoteMergeTaken { Moved: true } e:
                    links.Add((actor, e.Into));
                    break;
                case RecordEvent.ReadBackAsked e:
                    readBacks.Add((actor.Kind, e.Sfid));
                    break;
            }
        }

        await (corrections?.TakeAsync(turn, events, stop) ?? Task.CompletedTask);
        await stores.Offers.OfferAsync(turn, offers, stop);
        _offered |= offers.Count > 0;
        foreach (var mapping in readBacks.GroupBy(asked => asked.Mapping))
        {
            turn.Send(Addresses.Feed(mapping.Key), JsonSerializer.Serialize(new ReadBackEnvelope([.. mapping.Select(asked => asked.Sfid)]), FeedJson.Default.ReadBackEnvelope));
            _asked.Add(mapping.Key);
        }

        var orphans = await stores.Links.LearnAsync(turn, links, stop);
        return [.. orphans.Select(orphan => new Delivery<RecordMessage>(
            orphan.Actor, new RecordMessage.RemoteDeleted(orphan.Sfid, orphan.ReadBegan, orphan.ReadBegan)))];
    }

    public Task<IReadOnlyList<Delivery<RecordMessage>>> ExecuteAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordState State)> owing, CancellationToken stop) =>
        stores.Rows.WriteAsync(turn, owing, stop);

    public void Postpone(Turn turn, Delivery<RecordMessage> delivery, TimeSpan delay) =>
        mail.Send(turn, [delivery], turn.Now + delay);

    public void Committed()
    {
        if (_offered)
        {
            coordinator.Signal();
        }

        foreach (var mapping in _asked)
        {
            feeds[mapping].Signal();
        }

        _offered = false;
        _asked.Clear();
        corrections?.Committed();
    }
}
