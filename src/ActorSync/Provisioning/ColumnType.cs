using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.Salesforce.Rest;

namespace ActorSync.Provisioning;

/// <summary>A PostgreSQL type in the words of <c>format_type</c>, so that it compares with the catalog.</summary>
internal readonly record struct ColumnType(string Text)
{
    /// <summary>Longest textarea that is kept as varchar; longer ones are long or rich text areas (Salesforce: a text area has at most 255 characters).</summary>
    private const int ShortTextCharactersMax = 255;

    /// <summary>A picklist that is not restricted takes values of this length from the API, whatever shorter length its describe gives (40 for old standard fields).</summary>
    private const int PicklistCharactersMax = 255;

    public static ColumnType Uuid { get; } = new("uuid");

    public static ColumnType PlainText { get; } = new("text");

    public static ColumnType Boolean { get; } = new("boolean");

    public static ColumnType Timestamp { get; } = new("timestamp with time zone");

    public static ColumnType BigInteger { get; } = new("bigint");

    public static ColumnType Integer { get; } = new("integer");

    /// <summary>A Salesforce id in either form.</summary>
    public static ColumnType SalesforceId { get; } = Varchar(18);

    public static ColumnType Varchar(int charactersMax) =>
        new(string.Create(CultureInfo.InvariantCulture, $"character varying({charactersMax})"));

    /// <summary>The kind and the column type of a field, as Heroku Connect types it, but numbers are exact and datetimes keep UTC. Null: has no column (compound, base64).</summary>
    public static (FieldKind Kind, ColumnType Type)? Of(FieldDescribe field) => field.Type.ToLowerInvariant() switch
    {
        "id" or "reference" => (FieldKind.Id, SalesforceId),
        "picklist" => (FieldKind.Text, Varchar(Math.Max(field.Length, PicklistCharactersMax))),
        "string" or "email" or "phone" or "url" or "combobox" or "encryptedstring" or "datacategorygroupreference" =>
            (FieldKind.Text, field.Length > 0 ? Varchar(field.Length) : PlainText),
        "multipicklist" => (FieldKind.Text, Varchar(4099)),
        "textarea" => (FieldKind.Text, field.Length is > 0 and <= ShortTextCharactersMax ? Varchar(field.Length) : PlainText),
        "anytype" => (FieldKind.Text, PlainText),
        "boolean" => (FieldKind.Boolean, Boolean),
        "int" => (FieldKind.Number, Integer),
        "long" => (FieldKind.Number, BigInteger),
        "double" or "currency" or "percent" => (FieldKind.Number, Numeric(field)),
        "date" => (FieldKind.Date, new("date")),
        "datetime" => (FieldKind.Instant, Timestamp),
        "time" => (FieldKind.TimeOfDay, new("time without time zone")),
        _ => null,
    };

    /// <summary>Whether every value of <paramref name="other"/> fits a column of this type, and the column may stay as it is.</summary>
    public bool Holds(ColumnType other)
    {
        if (Text == other.Text || (Text == "text" && other.Family == "character varying"))
        {
            return true;
        }

        return (Family, other.Family) switch
        {
            ("character varying", "character varying") => Sizes is [] || (other.Sizes is [var theirs] && Sizes[0] >= theirs),
            ("numeric", "numeric") => HoldsNumeric(other),
            ("numeric", "integer" or "bigint") => Sizes is [],
            ("bigint", "integer") => true,
            _ => false,
        };
    }

    /// <summary>Whether PostgreSQL turns a column of this type into <paramref name="wider"/> by its catalog alone, without reading the table.</summary>
    public bool WidensTo(ColumnType wider) => (Family, wider.Family) switch
    {
        ("character varying", "character varying" or "text") => wider.Holds(this),
        ("numeric", "numeric") => wider.Holds(this) && (wider.Sizes is [] || (Sizes is [_, var mine] && wider.Sizes[1] == mine)),
        _ => false,
    };

    public override string ToString() => Text;

    private string Family => Text.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? Text[..open] : Text;

    private int[] Sizes => Text.IndexOf('(', StringComparison.Ordinal) is > 0 and var open
        ? [.. Text[(open + 1)..^1].Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))]
        : [];

    private static ColumnType Numeric(FieldDescribe field) => field.Precision > 0
        ? new(string.Create(CultureInfo.InvariantCulture, $"numeric({Math.Max(field.Precision, field.Scale)},{field.Scale})"))
        : new("numeric");

    private bool HoldsNumeric(ColumnType other) => (Sizes, other.Sizes) switch
    {
        ([], _) => true,
        ([var digits, var scale], [var theirDigits, var theirScale]) => scale >= theirScale && digits - scale >= theirDigits - theirScale,
        _ => false,
    };
}
