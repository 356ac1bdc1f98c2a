namespace ActorSync.Provisioning;

/// <summary>What a mapping cannot change once it has a table and records. Pure.</summary>
internal static class StoredConflicts
{
    /// <summary>Where a plan contradicts what is stored, and what to do.</summary>
    public static IEnumerable<string> Of(TablePlan plan, IReadOnlyList<StoredMapping> stored)
    {
        var (mapping, table) = (plan.Mapping, (plan.Mapping.Schema, plan.Mapping.Table));
        foreach (var other in stored.Where(known => known.Number != mapping.Number && known.Table == table))
        {
            yield return $"mapping {mapping.ObjectName}: table {plan.DisplayName} holds {other.ObjectName} (mapping {other.Number}): give one of them another table";
        }

        if (stored.FirstOrDefault(known => known.Number == mapping.Number) is not { } before)
        {
            yield break;
        }

        if (before.Definition.ExternalIdField != mapping.ExternalIdField)
        {
            yield return $"mapping {mapping.ObjectName}, external-id: its records are known by {before.Definition.ExternalIdField} and would all be new under {mapping.ExternalIdField}: " +
                $"write external-id = {before.Definition.ExternalIdField}";
        }

        if (before.Table is { } kept && kept != table)
        {
            yield return $"mapping {mapping.ObjectName}: its records are in table {kept.Schema}.{kept.Name}, the configuration says {plan.DisplayName}: " +
                $"write table = {kept.Name} (postgres.schema = {kept.Schema}), or move the table: {Move(kept, table)}";
        }

        if (before.Table is null && before.HasRecords)
        {
            yield return $"mapping {mapping.ObjectName}: its table {before.Definition.Schema}.{before.Definition.Table} was dropped while its records are still synced; created empty, it would contradict them: " +
                $"restore the table from a backup, or give the records up with: delete from actorsync.mapping where mapping = {mapping.Number}";
        }
    }

    private static string Move((string Schema, string Name) from, (string Schema, string Name) to)
    {
        var rename = from.Name == to.Name ? "" : $"alter table {SqlText.Name(from.Schema, from.Name)} rename to {SqlText.Name(to.Name)}; ";
        var move = from.Schema == to.Schema ? "" : $"alter table {SqlText.Name(from.Schema, to.Name)} set schema {SqlText.Name(to.Schema)}; ";
        return (rename + move).TrimEnd(' ', ';');
    }
}
