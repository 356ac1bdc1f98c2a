using System.Collections.Immutable;

namespace ActorSync.Provisioning;

/// <summary>The statements that make a table what its mapping needs, or why they cannot. Nothing the table has is taken away but the engine's own triggers. Pure.</summary>
/// <param name="Statements">In this order, in one transaction.</param>
/// <param name="Errors">If any, the table must not be touched.</param>
internal sealed record TableDifference(ImmutableArray<string> Statements, ImmutableArray<string> Errors)
{
    /// <summary>Compares a plan with what is there.</summary>
    /// <param name="existing">The relation of that name; null for none.</param>
    /// <param name="isOurs">The table belongs to this mapping already; else it is adopted.</param>
    public static TableDifference Of(TablePlan plan, ExistingTable? existing, bool isOurs)
    {
        if (existing is null)
        {
            return new([TableShape.CreateTable(plan), .. IndexesOf(plan, []), .. TriggersOf(plan, [])], []);
        }

        if (Refusals(plan, existing, isOurs) is { IsEmpty: false } refusals)
        {
            return new([], refusals);
        }

        var wanted = TableShape.Columns(plan);
        var widened = wanted.Where(column => Find(existing, column.Name) is { } found && !found.Type.Holds(column.Type)).ToArray();
        var stale = existing.Triggers
            .Where(trigger => !TableTriggers.Of(plan).Any(trigger.Is) || trigger.Columns.Any(column => widened.Any(wide => wide.Name == column)))
            .ToArray();
        return new(
            [
                .. stale.Select(trigger => $"drop trigger {SqlText.Name(trigger.Name)} on {Table(plan)}"),
                .. AlterTable(plan, existing, wanted, widened),
                .. IndexesOf(plan, existing.Indexes),
                .. TriggersOf(plan, [.. existing.Triggers.Except(stale)]),
            ],
            []);
    }

    private static IEnumerable<string> AlterTable(TablePlan plan, ExistingTable existing, ImmutableArray<ShapeColumn> wanted, ShapeColumn[] widened)
    {
        var added = wanted.Where(column => Find(existing, column.Name) is null)
            .Select(column => $"add column {column.Sql}{(column.Name == "id" && !existing.HasPrimaryKey ? " primary key" : "")}");
        var altered = widened.Select(column => $"alter column {SqlText.Name(column.Name)} type {column.Type}");
        var actions = added.Concat(altered).ToArray();
        if (actions.Length > 0)
        {
            yield return $"alter table {Table(plan)} {string.Join(", ", actions)}";
        }
    }

    private static IEnumerable<string> IndexesOf(TablePlan plan, ImmutableArray<(string Column, bool Unique)> existing) =>
        TableShape.Indexes(plan.Mapping)
            .Where(index => !existing.Any(found => found.Column == index.Column && (found.Unique || !index.Unique)))
            .Select(index => TableShape.CreateIndex(plan.Mapping, index));

    private static IEnumerable<string> TriggersOf(TablePlan plan, ImmutableArray<ExistingTrigger> kept) =>
        TableTriggers.Of(plan).Where(trigger => !kept.Any(found => found.Is(trigger))).SelectMany(trigger => trigger.Create(plan.Mapping));

    private static ImmutableArray<string> Refusals(TablePlan plan, ExistingTable existing, bool isOurs)
    {
        if (!existing.IsPlainTable)
        {
            return [$"mapping {plan.Mapping.ObjectName}: {plan.DisplayName} exists and is not a plain table: rename it, or give the mapping another table"];
        }

        if (!existing.IsOwned)
        {
            return [$"mapping {plan.Mapping.ObjectName}: table {plan.DisplayName} belongs to {existing.Owner}, the engine must own it to keep its triggers: " +
                $"alter table {Table(plan)} owner to the login of postgres.url"];
        }

        return isOurs
            ? [.. WrongTypes(plan, existing)]
            : existing.HasRows ? [HasRows(plan)] : [.. WrongTypes(plan, existing), .. UnfillableColumns(plan, existing)];
    }

    private static string HasRows(TablePlan plan) =>
        $"mapping {plan.Mapping.ObjectName}: table {plan.DisplayName} exists, has rows and was not made by actorsync, so nothing says which Salesforce records its rows are: " +
        $"rename it (alter table {Table(plan)} rename to {SqlText.Name(plan.Mapping.Table + "_before")}), or let actorsync create its tables in another schema (postgres.schema)";

    private static IEnumerable<string> WrongTypes(TablePlan plan, ExistingTable existing) =>
        from column in TableShape.Columns(plan)
        let found = Find(existing, column.Name)
        where found is not null && !found.Type.Holds(column.Type) && !found.Type.WidensTo(column.Type)
        select $"mapping {plan.Mapping.ObjectName}{(column.Field is null ? "" : $", field {column.Field}")}: column {plan.DisplayName}.{column.Name} is {found.Type} and must be {column.Type}: " +
            $"rename the column, or change it yourself while the node is stopped (drop the triggers zz_actorsync_*, then alter table {Table(plan)} alter column {SqlText.Name(column.Name)} type {column.Type} using ...)";

    private static IEnumerable<string> UnfillableColumns(TablePlan plan, ExistingTable existing)
    {
        var ours = TableShape.Columns(plan).Select(column => column.Name).ToHashSet();
        foreach (var column in existing.Columns.Where(column => column is { NotNull: true, HasDefault: false } && (!ours.Contains(column.Name) || column.Name == "id")))
        {
            yield return $"mapping {plan.Mapping.ObjectName}: column {plan.DisplayName}.{column.Name} is not null and has no default, so records from Salesforce could not be inserted: give it a default";
        }

        foreach (var column in existing.Columns.Where(column => column.NotNull && plan.Columns.Any(planned => planned.Name == column.Name)))
        {
            yield return $"mapping {plan.Mapping.ObjectName}: column {plan.DisplayName}.{column.Name} is not null, a mapped column must take null: " +
                $"alter table {Table(plan)} alter column {SqlText.Name(column.Name)} drop not null";
        }
    }

    private static ExistingColumn? Find(ExistingTable existing, string name) => existing.Columns.FirstOrDefault(column => column.Name == name);

    private static string Table(TablePlan plan) => SqlText.Name(plan.Mapping.Schema, plan.Mapping.Table);
}
