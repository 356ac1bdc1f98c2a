using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ActorSync.Domain.Records;

namespace ActorSync.Domain.Mapping;

/// <summary>Whether local changes go to Salesforce.</summary>
public enum MappingAccess
{
    /// <summary>Both ways.</summary>
    ReadWrite,

    /// <summary>Salesforce to PostgreSQL only.</summary>
    ReadOnly,
}

/// <summary>How local changes of one record are sent.</summary>
public enum WriteMode
{
    /// <summary>Changes that wait are folded into one net write.</summary>
    Merged,

    /// <summary>Every change is a write of its own, in revision order, so that Salesforce's field history shows each.</summary>
    Ordered,
}

/// <summary>What a delete does.</summary>
public enum DeletePolicy
{
    /// <summary>A delete of either side wins over changes of the other.</summary>
    DeleteWins,

    /// <summary>A local delete that is not sent yet loses to a change in Salesforce: the row comes back.</summary>
    DeleteLoses,

    /// <summary>A record deleted in Salesforce leaves its row, marked as deleted.</summary>
    SoftDelete,
}

/// <summary>How a field's values are written canonically.</summary>
public enum FieldKind
{
    /// <summary>Text: trimmed, empty is null.</summary>
    Text,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number at the field's scale.</summary>
    Number,

    /// <summary>A day, yyyy-MM-dd.</summary>
    Date,

    /// <summary>An instant in UTC, whole seconds.</summary>
    Instant,

    /// <summary>A time of day, UTC.</summary>
    TimeOfDay,

    /// <summary>A Salesforce id in its 18-character form.</summary>
    Id,

    /// <summary>A parent record's external UUID, through a relationship.</summary>
    Parent,
}

/// <summary>One mapped field.</summary>
/// <param name="Name">API name, or Relationship.ExternalIdField for a parent reference.</param>
/// <param name="Column">Column of the mapped table.</param>
/// <param name="Scale">Digits right of the point, for numbers.</param>
/// <param name="Length">Characters, for text; 0 is without a limit.</param>
/// <param name="Creatable">May be sent with a birth.</param>
/// <param name="Updatable">May be sent with an update.</param>
public sealed record FieldMapping(string Name, string Column, FieldKind Kind, int Scale, int Length, bool Creatable, bool Updatable, ConflictPolicy? Policy)
{
    /// <summary>Set for a <see cref="FieldKind.Parent"/> field.</summary>
    public ParentLink? Parent { get; init; }

    /// <summary>What the application sets is said to Salesforce even if it was so already.</summary>
    public bool Intent { get; init; }
}

/// <summary>The way from a child to its parent.</summary>
/// <param name="Relationship">Relationship name, Account.</param>
/// <param name="ReferenceField">The reference field behind it, AccountId.</param>
/// <param name="ParentObject">Object referred to.</param>
/// <param name="ExternalIdField">The parent's external id field.</param>
public sealed record ParentLink(string Relationship, string ReferenceField, string ParentObject, string ExternalIdField);

/// <summary>One Salesforce object and its table.</summary>
/// <param name="Number">Number of the mapping in the engine's tables, 1 and up.</param>
/// <param name="ExternalIdField">API name of the external id field that holds the record's UUID.</param>
public sealed record ObjectMapping(
    short Number,
    string ObjectName,
    string Schema,
    string Table,
    MappingAccess Access,
    string ExternalIdField,
    string ExternalIdColumn,
    ConflictPolicy Policy,
    Side TieBreak,
    TimeSpan ClockTolerance,
    ImmutableArray<FieldMapping> Fields)
{
    private FrozenDictionary<string, FieldMapping>? _byName;

    /// <summary>How local changes are sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public WriteMode Mode { get; init; }

    /// <summary>What a delete does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DeletePolicy Delete { get; init; }

    /// <summary>What Salesforce is asked to do with inserts and updates beside saving them; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public WriteOptions? WriteOptions { get; init; }

    /// <summary>The mapped field of an API name, or null.</summary>
    public FieldMapping? Field(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The policy in force for a field.</summary>
    public ConflictPolicy PolicyOf(string field) => Field(field)?.Policy ?? Policy;

    private FrozenDictionary<string, FieldMapping> ByName =>
        _byName ??= Fields.ToFrozenDictionary(mapped => mapped.Name, StringComparer.Ordinal);
}
