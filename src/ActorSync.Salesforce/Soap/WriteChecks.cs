namespace ActorSync.Salesforce.Soap;

/// <summary>
/// What no caller may do. Salesforce answers a record that is named twice in one call with an error for both, and a call that is too long with a
/// fault, so whoever cuts the batches must know better: these are defects here, not errors of the world.
/// </summary>
internal static class WriteChecks
{
    public static void Upsert(IReadOnlyList<SoapRecord> records, string externalIdField)
    {
        Count(records.Count);
        HashSet<string> seen = new(records.Count, StringComparer.Ordinal);
        bool byId = externalIdField == "Id";
        foreach (SoapRecord record in records)
        {
            string? key = byId ? record.Id : record.Fields.GetValueOrDefault(externalIdField);
            if (!byId && (string.IsNullOrEmpty(key) || record.Id is not null))
            {
                throw new ArgumentException($"Every record of an upsert has a value of {externalIdField} and no Id.", nameof(records));
            }

            if (key is not null && !seen.Add(key))
            {
                throw new ArgumentException($"{externalIdField} {key} is twice in one call.", nameof(records));
            }
        }
    }

    public static void Update(IReadOnlyList<SoapRecord> records)
    {
        foreach (SoapRecord record in records)
        {
            if (string.IsNullOrEmpty(record.Id))
            {
                throw new ArgumentException("Every record of an update has an Id.", nameof(records));
            }
        }

        Delete([.. records.Select(record => record.Id!)]);
    }

    public static void Delete(IReadOnlyList<string> ids)
    {
        Count(ids.Count);

        // 15 characters tell records apart, with case; the other 3 are a checksum of the case.
        HashSet<string> seen = new(ids.Count, StringComparer.Ordinal);
        foreach (string id in ids)
        {
            if (!seen.Add(id.Length == 18 ? id[..15] : id))
            {
                throw new ArgumentException($"The record {id} is twice in one call.", nameof(ids));
            }
        }
    }

    private static void Count(int count)
    {
        ArgumentOutOfRangeException.ThrowIfZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, SoapClient.SoapRowsMax);
    }
}
