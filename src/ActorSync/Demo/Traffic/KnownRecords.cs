using ActorSync.Domain.Mapping;
using Npgsql;

namespace ActorSync.Demo.Traffic;

/// <summary>UUIDs that traffic chooses from, by object. Not thread-safe: one side's own.</summary>
internal sealed class KnownRecords(Random random)
{
    private readonly Dictionary<string, List<Guid>> _byObject = new(StringComparer.Ordinal);

    /// <summary>Reads the UUIDs of all mapped tables.</summary>
    public static async Task<KnownRecords> ReadAsync(NpgsqlDataSource application, IReadOnlyList<ObjectMapping> mappings, Random random, CancellationToken stop)
    {
        var known = new KnownRecords(random);
        foreach (var mapping in mappings)
        {
            // In the order of creation, so that the same seed chooses the same records.
            await using var command = application.CreateCommand(
                $"select \"{mapping.ExternalIdColumn}\" from \"{mapping.Schema}\".\"{mapping.Table}\" order by sfid, \"{mapping.ExternalIdColumn}\"");
            await using var reader = await command.ExecuteReaderAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                known.Add(mapping.ObjectName, reader.GetGuid(0));
            }
        }

        return known;
    }

    /// <summary>Adds a record.</summary>
    public void Add(string objectName, Guid id)
    {
        if (!_byObject.TryGetValue(objectName, out var ids))
        {
            _byObject[objectName] = ids = [];
        }

        ids.Add(id);
    }

    /// <summary>Some record of an object; null when there is none.</summary>
    public Guid? Any(string objectName) =>
        _byObject.TryGetValue(objectName, out var ids) && ids.Count > 0 ? ids[random.Next(ids.Count)] : null;

    /// <summary>Some different records of an object.</summary>
    public Guid[] Some(string objectName, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Any(objectName)).OfType<Guid>().Distinct()];

    /// <summary>Takes a record out, to be deleted.</summary>
    public Guid? Take(string objectName)
    {
        if (!_byObject.TryGetValue(objectName, out var ids) || ids.Count == 0)
        {
            return null;
        }

        var index = random.Next(ids.Count);
        var taken = ids[index];
        ids[index] = ids[^1];
        ids.RemoveAt(ids.Count - 1);
        return taken;
    }
}
