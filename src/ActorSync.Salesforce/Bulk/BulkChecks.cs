using ActorSync.Salesforce.Soap;

namespace ActorSync.Salesforce.Bulk;

/// <summary>What no caller may do: a job whose records cannot be told apart has results that nobody can read.</summary>
internal static class BulkChecks
{
    public static void Records(BulkRequest request, IReadOnlyList<SoapRecord> records)
    {
        ArgumentOutOfRangeException.ThrowIfZero(records.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(records.Count, BulkClient.BulkRowsMax);
        HashSet<string> seen = new(records.Count, StringComparer.Ordinal);
        foreach (SoapRecord record in records)
        {
            string? key = BulkRows.KeyOf(request, record);
            if (string.IsNullOrEmpty(key))
            {
                throw new ArgumentException($"Every record of {request.Operation} has a value of {request.KeyColumn}.", nameof(records));
            }

            if (!seen.Add(key))
            {
                throw new ArgumentException($"{request.KeyColumn} {key} is twice in one job.", nameof(records));
            }

            if (!BulkRows.CanCarry(record))
            {
                throw new ArgumentException($"{request.KeyColumn} {key} has a value that CSV cannot carry.", nameof(records));
            }
        }
    }
}
