using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator.Org;
using Npgsql;

namespace ActorSync.Demo;

/// <summary>Both sides, field by field.</summary>
/// <param name="Records">Records that exist on both sides.</param>
/// <param name="Differences">At most <see cref="SideComparison.DifferencesMax"/>, for a person.</param>
/// <param name="DifferenceCount">All of them.</param>
internal sealed record ComparisonReport(long Records, long Fields, long DifferenceCount, ImmutableArray<string> Differences)
{
    public bool AreEqual => DifferenceCount == 0;
}

/// <summary>Compares every record of every mapped object: the org's own model against the tables, joined by the external id.</summary>
internal sealed class SideComparison(NpgsqlDataSource application, OrgModel org, IReadOnlyList<ObjectMapping> mappings, Func<Guid?, string?, bool> leaveOut)
{
    /// <summary>Differences kept for the report.</summary>
    public const int DifferencesMax = 20;

    private readonly ImmutableArray<string>.Builder _differences = ImmutableArray.CreateBuilder<string>();
    private long _count;
    private long _records;
    private long _fields;

    /// <summary>Compares once. Changes that arrive meanwhile show as differences: ask again.</summary>
    /// <param name="leaveOut">Says of a UUID and an sfid whether that record is not compared; null compares all.</param>
    public static Task<ComparisonReport> RunAsync(
        NpgsqlDataSource application, OrgModel org, IReadOnlyList<ObjectMapping> mappings, CancellationToken stop, Func<Guid?, string?, bool>? leaveOut = null) =>
        new SideComparison(application, org, mappings, leaveOut ?? ((_, _) => false)).CompareAsync(stop);

    private async Task<ComparisonReport> CompareAsync(CancellationToken stop)
    {
        foreach (var mapping in mappings)
        {
            await CompareAsync(mapping, stop);
        }

        return new ComparisonReport(_records, _fields, _count, _differences.ToImmutable());
    }

    private async Task CompareAsync(ObjectMapping mapping, CancellationToken stop)
    {
        var rows = await RowsAsync(mapping, stop);
        foreach (var record in Records(mapping))
        {
            var key = Value(record, mapping.ExternalIdField) as string;
            var isKey = Guid.TryParse(key, out var id);
            if (leaveOut(isKey ? id : null, record.Id))
            {
                rows.Remove(id);
                continue;
            }

            if (!isKey || !rows.Remove(id, out var row))
            {
                Differ($"{mapping.ObjectName} {record.Id} ({key ?? "without external id"}) is only in Salesforce");
                continue;
            }

            _records++;
            if (row.Sfid != record.Id)
            {
                Differ($"{mapping.ObjectName} {id}: sfid: Salesforce {record.Id}, PostgreSQL {row.Sfid ?? "empty"}");
            }

            CompareFields(mapping, id, record, row.Values);
        }

        foreach (var (id, _) in rows.Where(row => !leaveOut(row.Key, row.Value.Sfid)))
        {
            Differ($"{mapping.ObjectName} {id} is only in PostgreSQL");
        }
    }

    private void CompareFields(ObjectMapping mapping, Guid id, QueryRow record, string?[] values)
    {
        for (var i = 0; i < mapping.Fields.Length; i++)
        {
            _fields++;
            var there = Value(record, mapping.Fields[i].Name);
            if (!PlainValue.AreEqual(there, values[i]))
            {
                Differ(string.Create(CultureInfo.InvariantCulture, $"{mapping.ObjectName} {id}: {mapping.Fields[i].Name}: Salesforce '{there ?? "empty"}', PostgreSQL '{values[i] ?? "empty"}'"));
            }
        }
    }

    private IEnumerable<QueryRow> Records(ObjectMapping mapping)
    {
        var fields = mapping.Fields.Select(field => field.Name).Append(mapping.ExternalIdField).Distinct(StringComparer.OrdinalIgnoreCase);
        var page = org.Query($"SELECT Id, {string.Join(", ", fields)} FROM {mapping.ObjectName}");
        while (true)
        {
            foreach (var record in page.Rows)
            {
                yield return record;
            }

            if (page.Locator is null)
            {
                yield break;
            }

            page = org.QueryMore(page.Locator);
        }
    }

    private async Task<Dictionary<Guid, (string? Sfid, string?[] Values)>> RowsAsync(ObjectMapping mapping, CancellationToken stop)
    {
        var columns = string.Join(", ", mapping.Fields.Select(field => $"\"{field.Column}\"::text"));
        await using var connection = await application.OpenConnectionAsync(stop);
        await using var command = new NpgsqlCommand(
            $"set datestyle = 'ISO, YMD'; set timezone = 'UTC'; select \"{mapping.ExternalIdColumn}\", sfid::text, array[{columns}]::text[] from \"{mapping.Schema}\".\"{mapping.Table}\"", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new Dictionary<Guid, (string?, string?[])>();
        while (await reader.ReadAsync(stop))
        {
            rows[reader.GetGuid(0)] = (reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetFieldValue<string?[]>(2));
        }

        return rows;
    }

    // A path such as Account.ActorSync_Id__c goes through the parent's row.
    private static object? Value(QueryRow record, string path)
    {
        var (name, rest) = path.Split('.', 2) is [var head, var tail] ? (head, tail) : (path, null);
        var value = record.Fields.FirstOrDefault(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return rest is null ? value : value is QueryRow parent ? Value(parent, rest) : null;
    }

    private void Differ(string what)
    {
        _count++;
        if (_differences.Count < DifferencesMax)
        {
            _differences.Add(what);
        }
    }
}
