using System.Collections.Immutable;
using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Salesforce.Rest;
using Access = ActorSync.Domain.Mapping.MappingAccess;

namespace ActorSync.Provisioning;

/// <summary>From a configured mapping and what Salesforce says about its objects to the domain's mapping and its columns, or everything that is wrong with it. Pure.</summary>
/// <param name="schema">Schema of the mapped tables.</param>
/// <param name="clockTolerance">Commit times closer than this are equal.</param>
/// <param name="describes">The mapped objects and the parents they name; an object that is not there does not exist for the integration user.</param>
internal sealed class MappingPlanner(string schema, TimeSpan clockTolerance, IReadOnlyDictionary<string, ObjectDescribe> describes)
{
    // Columns every mapped table has; a field cannot have one of them.
    private static readonly ImmutableArray<string> SystemColumns =
        ["id", "sfid", "systemmodstamp", "isdeleted", "_hc_lastop", "_hc_err", TableShape.Birth, TableShape.Revision];

    /// <summary>Plans one mapping. Null when anything is wrong; what it is has been added to <paramref name="errors"/>.</summary>
    /// <param name="number">The mapping's number in the engine's tables, 1 and up.</param>
    public TablePlan? Plan(MappingConfig config, short number, ICollection<string> errors)
    {
        var found = new List<string>();
        var plan = describes.TryGetValue(config.Object, out var described)
            ? Plan(config, described, number, found)
            : null;
        foreach (var error in found)
        {
            errors.Add($"mapping {config.Object}{error}");
        }

        return found.Count == 0 ? plan : null;
    }

    private TablePlan Plan(MappingConfig config, ObjectDescribe described, short number, List<string> errors)
    {
        CheckObject(config, described, errors);
        if (ExternalIdRule.Broken(described, config.ExternalId, config.Access == Configuration.MappingAccess.ReadWrite) is { } broken)
        {
            errors.Add($", external-id: {broken}");
        }

        var fields = new FieldPlanner(config, described, describes);
        var planned = config.Fields.Select(field => fields.Plan(field, errors)).OfType<PlannedField>().ToImmutableArray();
        CheckColumns(config, planned, errors);
        var mapping = new ObjectMapping(
            number,
            described.Name,
            schema,
            config.Table,
            config.Access == Configuration.MappingAccess.ReadOnly ? Access.ReadOnly : Access.ReadWrite,
            described.Field(config.ExternalId)?.Name ?? config.ExternalId,
            config.ExternalIdColumn,
            FieldPlanner.PolicyOf(config.Policy),
            config.TieBreak == TieBreakConfig.PostgresWins ? Side.Postgres : Side.Salesforce,
            clockTolerance,
            [.. planned.Select(field => field.Mapping)])
        {
            Mode = config.Mode == WriteModeConfig.Ordered ? WriteMode.Ordered : WriteMode.Merged,
            Delete = config.Delete switch
            {
                DeletePolicyConfig.DeleteLoses => DeletePolicy.DeleteLoses,
                DeletePolicyConfig.SoftDelete => DeletePolicy.SoftDelete,
                _ => DeletePolicy.DeleteWins,
            },
            WriteOptions = Options(config),
        };
        return new TablePlan(mapping, [.. planned.Select(field => new PlannedColumn(field.Mapping.Column, field.Type, field.Mapping.Name))])
        {
            TruncateDeletes = config is { Truncate: TruncateConfig.Delete, Access: Configuration.MappingAccess.ReadWrite },
        };
    }

    private static WriteOptions? Options(MappingConfig config)
    {
        var options = new WriteOptions
        {
            DefaultAssignmentRule = config.AssignmentRule.IsDefault,
            AssignmentRuleId = config.AssignmentRule.Id,
            SaveDuplicates = config.DuplicateRules == DuplicateRulesConfig.AllowSave,
            TruncateTexts = config.FieldTruncation == FieldTruncationConfig.Allow,
        };
        return options == new WriteOptions() ? null : options;
    }

    private static void CheckObject(MappingConfig config, ObjectDescribe described, List<string> errors)
    {
        if (!described.Queryable)
        {
            errors.Add($": {described.Name} cannot be queried by the integration user: give it Read and View All on the object, or take the mapping out");
        }

        if (!described.Replicateable)
        {
            errors.Add($": {described.Name} is not replicateable, so Salesforce does not tell which of its records were deleted: take the mapping out");
        }

        if (described.Field("SystemModstamp") is null)
        {
            errors.Add($": {described.Name} has no SystemModstamp, so its changes cannot be found: take the mapping out");
        }

        var may = (described.Createable, described.Updateable);
        if (config.Access == Configuration.MappingAccess.ReadWrite && may != (true, true))
        {
            var verb = may switch { (false, false) => "created or updated", (false, true) => "created", _ => "updated" };
            errors.Add($", access: {described.Name} cannot be {verb} by the integration user: write access = read_only, or give it Create and Edit on the object");
        }
    }

    private static void CheckColumns(MappingConfig config, ImmutableArray<PlannedField> planned, List<string> errors)
    {
        foreach (var field in planned.Where(field => SystemColumns.Contains(field.Mapping.Column) || field.Mapping.Column == config.ExternalIdColumn))
        {
            errors.Add($", field {field.Mapping.Name}: every mapped table has the column {field.Mapping.Column} already: take the field out of fields");
        }

        foreach (var field in planned.Where(field => SqlText.Bytes(field.Mapping.Column) > SqlText.NameBytesMax))
        {
            errors.Add(
                $", field {field.Mapping.Name}: its column {field.Mapping.Column} would have {SqlText.Bytes(field.Mapping.Column)} bytes, PostgreSQL takes {SqlText.NameBytesMax}: " +
                "map a field of a shorter API name");
        }

        foreach (var twice in planned.GroupBy(field => field.Mapping.Column).Where(group => group.Count() > 1))
        {
            errors.Add($", fields {string.Join(", ", twice.Select(field => field.Mapping.Name))}: all would have the column {twice.Key}: keep one of them");
        }
    }
}

/// <summary>A mapped field and the type of its column.</summary>
internal sealed record PlannedField(FieldMapping Mapping, ColumnType Type);
