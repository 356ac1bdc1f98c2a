using System.Collections.Immutable;
using ActorSync.Domain.Mapping;

namespace ActorSync.Provisioning;

/// <summary>What one mapped object needs in PostgreSQL.</summary>
/// <param name="Mapping">The mapping as the domain knows it.</param>
/// <param name="Columns">A column for each mapped field, in the order of the fields.</param>
internal sealed record TablePlan(ObjectMapping Mapping, ImmutableArray<PlannedColumn> Columns)
{
    /// <summary>TRUNCATE is a delete of every row; else it is refused.</summary>
    public bool TruncateDeletes { get; init; }

    /// <summary>Schema and table as people write them.</summary>
    public string DisplayName => $"{Mapping.Schema}.{Mapping.Table}";
}

/// <summary>A column of a mapped field.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Field">API name of the field, for messages.</param>
internal sealed record PlannedColumn(string Name, ColumnType Type, string Field);
