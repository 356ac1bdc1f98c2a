using ActorSync.Domain.Records;
using ActorSync.Runtime.Hosting;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Coordination;

/// <summary>Reads new offers in snapshot windows, as the change log is read: an offer committed late is never missed behind a higher id.
/// Starts with everything there is; what does not fit stays on disk. Mappings that are read apart have a place of their own, as in the change log.</summary>
internal sealed class OfferWindow(NpgsqlDataSource database, IOfferTable offers) : IOfferWindow
{
    private const string S = RuntimeOptions.Schema;

    private readonly SortedDictionary<short, Place> _apart = [];
    private Place _main = new("1:1:", null, 0);

    public IReadOnlyCollection<short> Apart => _apart.Keys;

    public bool Part(short mapping) => _apart.TryAdd(mapping, _main);

    public async Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop)
    {
        var (writes, now, next) = await ReadAsync(_main, "mapping <> all($5)", [.. _apart.Keys], max, stop);
        _main = next;
        foreach (var mapping in _apart.Where(apart => apart.Value == _main && _main.Window is null).Select(apart => apart.Key).ToArray())
        {
            _apart.Remove(mapping);
        }

        return (writes, now);
    }

    public async Task<IReadOnlyList<ReadyWrite>> ReadApartAsync(short mapping, int max, CancellationToken stop)
    {
        var place = _apart[mapping];
        if (place.Window is null && place.Snap == _main.Snap)
        {
            return [];
        }

        // Up to where the others stand, never further.
        var (writes, _, next) = await ReadAsync(place with { Window = place.Window ?? _main.Snap }, "mapping = any($5)", [mapping], max, stop);
        _apart[mapping] = next;
        return writes;
    }

    public async Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select id, due_at, body::text from {S}.offer where id = any($1) order by id");
        command.Parameters.Add(new() { Value = offers.ToArray() });
        var writes = new List<ReadyWrite>(offers.Count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            writes.Add(OfferTable.Ready(reader, 0));
        }

        return writes;
    }

    public async Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<RecordId> records, CancellationToken stop) =>
        await offers.BirthsAsync([.. records.Select(record => record.Mapping).Distinct()], [.. records.Select(record => record.ExternalId)], stop);

    private async Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now, Place Next)> ReadAsync(Place at, string which, short[] mappings, int max, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select clock_timestamp(), w.win::text, o.id, o.due_at, o.body::text
            from (select coalesce($2::pg_snapshot, pg_current_snapshot()) win offset 0) w
            left join lateral (
              select id, due_at, body from {S}.offer
              where txid >= pg_snapshot_xmin($1::pg_snapshot) and id > $3 and pg_visible_in_snapshot(txid, w.win) and not pg_visible_in_snapshot(txid, $1::pg_snapshot) and {which}
              order by id limit $4) o on true
            """);
        command.Parameters.Add(new() { Value = at.Snap });
        command.Parameters.Add(new() { Value = (object?)at.Window ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = at.Id });
        command.Parameters.Add(new() { Value = max });
        command.Parameters.Add(new() { Value = mappings });
        var writes = new List<ReadyWrite>();
        var now = default(DateTimeOffset);
        var window = at.Snap;
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop))
            {
                now = reader.GetFieldValue<DateTimeOffset>(0);
                window = reader.GetString(1);
                if (!reader.IsDBNull(2))
                {
                    writes.Add(OfferTable.Ready(reader, 2));
                }
            }
        }

        return (writes, now, max == 0 ? at : writes.Count == max ? at with { Window = window, Id = writes[^1].OfferId } : new Place(window, null, 0));
    }

    /// <summary>Everything visible in a snapshot has been read, and of the window everything up to an id.</summary>
    private readonly record struct Place(string Snap, string? Window, long Id);
}
