using System.Text.Json;
using ActorSync.Runtime.Sharding;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>Mails images to their records without moving the feed's cursor, and removes the requests that they answer, in one turn.</summary>
internal delegate Task MailAnswers(IReadOnlyList<ReadRecord> images, DateTimeOffset readBegan, IReadOnlyList<long> answered, CancellationToken stop);

/// <summary>Answers records that ask for a fresh look at themselves.</summary>
internal sealed class ReadBacks(SyncStores stores, HeldLease lease, ObjectReader reader, IPartnerApi soap, SeenImages seen, MailAnswers mail, int pageRowsMax, TimeProvider clock)
{
    // Ids in one query.
    private const int IdsMax = 500;

    // Requests that are answered together, unless fewer name this many ids: the polls have their turn in between.
    private const int EnvelopesMax = 100;
    private const int AskedIdsMax = 2_000;

    private readonly RepeatedAsks _repeated = new(clock);

    /// <summary>Reads the records that ask.</summary>
    /// <returns>Ids of those that no read shows.</returns>
    public async Task<IReadOnlyList<string>> AnswerAsync(CancellationToken stop)
    {
        var (envelopes, sfids) = await AskedAsync(stop);
        if (envelopes.Count == 0 || !_repeated.IsDue(sfids))
        {
            return [];
        }

        _repeated.Answer(sfids);

        var gone = new List<string>();
        // No more than a page has room for: what it left out would be answered by nobody.
        var idsMax = Math.Min(IdsMax, pageRowsMax);
        foreach (var ids in sfids.Chunk(idsMax))
        {
            var readBegan = await stores.Turns.NowAsync(stop);
            var rows = await soap.RowsAsync(
                $"{reader.Select} WHERE Id IN ({string.Join(", ", ids.Select(id => $"'{id}'"))}) LIMIT {pageRowsMax}", includeDeleted: true, stop);
            var images = rows.Select(reader.Image).ToArray();
            await mail(images, readBegan, ids.Length == sfids.Count ? envelopes : [], stop);
            seen.RememberDeleted(images.Where(image => image.Deleted).Select(image => image.Sfid));
            var shown = images.Select(image => image.Sfid).ToHashSet(StringComparer.Ordinal);
            gone.AddRange(ids.Where(id => !shown.Contains(id)));
        }

        if (sfids.Count > idsMax)
        {
            await mail([], await stores.Turns.NowAsync(stop), envelopes, stop);
        }

        return gone;
    }

    // Requests stay in the mailbox until their answers are mailed: a crash in between asks again.
    private async Task<(IReadOnlyList<long> Envelopes, IReadOnlyList<string> Sfids)> AskedAsync(CancellationToken stop)
    {
        var (envelopes, sfids) = (new List<long>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var envelope in await stores.Turns.PeekMailAsync(lease.Address, EnvelopesMax, stop))
        {
            if (sfids.Count >= AskedIdsMax)
            {
                break;
            }

            envelopes.Add(envelope.Id);
            sfids.UnionWith(JsonSerializer.Deserialize(envelope.Body, FeedJson.Default.ReadBackEnvelope)!.Sfids);
        }

        return (envelopes, [.. sfids]);
    }
}
