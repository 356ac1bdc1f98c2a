using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>Finds the record each image belongs to: by the sfid it is linked to, else by the external id it carries, else by the UUID derived from its sfid.</summary>
internal static class FeedRouting
{
    public static async Task<IReadOnlyList<Delivery<RecordMessage>>> DeliverAsync(
        Turn turn, ISfidLinks links, ObjectMapping mapping, string organizationId, IReadOnlyList<ReadRecord> images, IReadOnlyList<DeletedRecord> deleted,
        DateTimeOffset readBegan, CancellationToken stop)
    {
        var alive = images.Where(image => !image.Deleted).ToArray();
        var linked = alive.Length == 0 ? NoLinks : await links.FindAsync(turn, [.. alive.Select(image => image.Sfid)], stop);
        var deliveries = new List<Delivery<RecordMessage>>(images.Count + deleted.Count);
        foreach (var image in alive)
        {
            var actor = linked.TryGetValue(image.Sfid, out var record) && record.Kind == mapping.Number
                ? record
                : new ActorId(mapping.Number, image.ExternalId ?? RecordIds.Derived(organizationId, image.Sfid));
            deliveries.Add(new(actor, new RecordMessage.RemoteImage(image.Sfid, image.Fields, image.SystemModstamp, readBegan, RowImage.None)));
        }

        var gone = images.Where(image => image.Deleted).Select(image => (image.Sfid, At: image.SystemModstamp))
            .Concat(deleted.Select(record => (Sfid: CanonicalValue.Id18(record.Id), At: record.DeletedDate)))
            .DistinctBy(record => record.Sfid).ToDictionary(record => record.Sfid, record => record.At);
        if (gone.Count > 0)
        {
            var known = await links.BuryAsync(turn, gone.Keys, readBegan, stop);
            deliveries.AddRange(known.Where(link => link.Value.Kind == mapping.Number)
                .Select(link => new Delivery<RecordMessage>(link.Value, new RecordMessage.RemoteDeleted(link.Key, gone[link.Key], readBegan))));
        }

        return deliveries;
    }

    private static readonly IReadOnlyDictionary<string, ActorId> NoLinks = new Dictionary<string, ActorId>();
}
