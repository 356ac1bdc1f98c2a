using System.Collections.Immutable;
using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Salesforce.Rest;
using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>
/// Makes the mapped tables and their triggers what the configuration and Salesforce's describes say. Safe to run at every start and on several nodes at once:
/// one works at a time, and what is right already is not touched. The engine schema must be up to date (SchemaMigrator).
/// </summary>
internal sealed class Provisioner(NpgsqlDataSource database, TimeProvider clock, ProvisioningLimits? limits = null)
{
    private readonly ProvisioningLimits _limits = limits ?? new ProvisioningLimits();

    /// <summary>Brings all mapped tables up to date. Returns the mappings in the order of the configuration, numbered for the life of this database.</summary>
    /// <param name="describe">Describes one object of the org.</param>
    /// <exception cref="ProvisioningException">Something is wrong with mappings, objects, fields, tables or rights: all of it, nothing changed unless a statement failed.</exception>
    /// <exception cref="Salesforce.SalesforceException">The org could not be asked.</exception>
    public async Task<IReadOnlyList<ObjectMapping>> ApplyAsync(
        SyncConfig config, Func<string, CancellationToken, Task<ObjectDescribe>> describe, CancellationToken stop)
    {
        var errors = new List<string>();
        var describes = await new SalesforceCheck(describe).DescribeAsync(config.Mappings, errors, stop);
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var turn = await ProvisioningLock.TakeAsync(connection, _limits.OtherNodeWaitMax, stop);
        var stored = await MappingStore.ReadAsync(connection, stop);
        var plans = Plan(config, describes, stored, await MappingNumbers.HighestAsync(connection, stop), errors);
        foreach (var plan in plans)
        {
            errors.AddRange(StoredConflicts.Of(plan, stored));
            errors.AddRange((await CompareAsync(connection, plan, stored, stop)).Errors);
        }

        if (errors.Count > 0)
        {
            throw new ProvisioningException([.. errors]);
        }

        foreach (var plan in plans)
        {
            await new TableChange(connection, plan, _limits, clock).ApplyAsync(session => CompareAsync(session, plan, stored, stop), stop);
        }

        return [.. plans.Select(plan => plan.Mapping)];
    }

    private static ImmutableArray<TablePlan> Plan(
        SyncConfig config, IReadOnlyDictionary<string, ObjectDescribe> describes, IReadOnlyList<StoredMapping> stored, short highest, List<string> errors)
    {
        var planner = new MappingPlanner(config.Postgres.Schema, config.Conflict.ClockTolerance, describes);
        var plans = ImmutableArray.CreateBuilder<TablePlan>();
        foreach (var mapping in config.Mappings)
        {
            var number = stored.FirstOrDefault(known => string.Equals(known.ObjectName, mapping.Object, StringComparison.OrdinalIgnoreCase))?.Number ?? ++highest;
            if (planner.Plan(mapping, number, errors) is { } plan)
            {
                plans.Add(plan);
            }
        }

        return plans.ToImmutable();
    }

    private static async Task<TableDifference> CompareAsync(
        NpgsqlConnection connection, TablePlan plan, IReadOnlyList<StoredMapping> stored, CancellationToken stop)
    {
        var (schema, table) = (plan.Mapping.Schema, plan.Mapping.Table);
        var existing = await TableCatalog.ReadAsync(connection, schema, table, stop);
        return TableDifference.Of(plan, existing, isOurs: stored.Any(known => known.Number == plan.Mapping.Number && known.Table == (schema, table)));
    }
}
