using System.Collections.Immutable;
using ActorSync.Domain.Mapping;

namespace ActorSync.Provisioning;

/// <summary>What a mapped table has besides its fields: the columns and indexes of Heroku Connect, the external id, and the engine's birth and revision. Pure.</summary>
internal static class TableShape
{
    /// <summary>Number drawn at INSERT: a re-inserted row is another life of its record.</summary>
    public const string Birth = "_asy_birth";

    /// <summary>Counts the changes of a row.</summary>
    public const string Revision = "_asy_rev";

    /// <summary>
    /// A new UUID of version 7 (RFC 9562, 5.7): milliseconds since 1970 in the first 48 bits, the rest random. Ids of one time stand together in every index that has them, so that what is
    /// made or changed now touches few pages, however many records there are. PostgreSQL has a function for it from version 18 on. Of built-in functions only: whoever inserts needs no right on the
    /// engine's schema.
    /// </summary>
    public const string NewId =
        "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring(int8send((date_part('epoch', clock_timestamp()) * 1000)::bigint) from 3) from 1), 52, 1), 53, 1), 'hex')::uuid";

    /// <summary>The columns of a table in the order in which they are created.</summary>
    public static ImmutableArray<ShapeColumn> Columns(TablePlan plan) =>
    [
        new("id", ColumnType.Integer, "serial"),
        new("sfid", ColumnType.SalesforceId),
        new(plan.Mapping.ExternalIdColumn, ColumnType.Uuid, $"uuid not null default {NewId}"),
        .. plan.Columns.Select(column => new ShapeColumn(column.Name, column.Type) { Field = column.Field }),
        new("systemmodstamp", ColumnType.Timestamp),
        new("isdeleted", ColumnType.Boolean),
        new("_hc_lastop", ColumnType.Varchar(32)),
        new("_hc_err", ColumnType.PlainText),

        // The triggers own both; the default only lets a statement leave them out.
        new(Birth, ColumnType.BigInteger, "bigint not null default 0"),
        new(Revision, ColumnType.BigInteger, "bigint not null default 0"),
    ];

    /// <summary>The indexes, each of one column.</summary>
    public static ImmutableArray<ShapeIndex> Indexes(ObjectMapping mapping) =>
    [
        new(SqlText.Fitting("hcu_idx", mapping.Table, "sfid"), "sfid", Unique: true),
        new(SqlText.Fitting("hcu_idx", mapping.Table, mapping.ExternalIdColumn), mapping.ExternalIdColumn, Unique: true),
        new(SqlText.Fitting("hc_idx", mapping.Table, "systemmodstamp"), "systemmodstamp", Unique: false),
    ];

    /// <summary>The statement that creates a table that does not exist.</summary>
    public static string CreateTable(TablePlan plan)
    {
        var columns = Columns(plan).Select(column => column.Name == "id" ? $"{column.Sql} primary key" : column.Sql);
        return $"create table {SqlText.Name(plan.Mapping.Schema, plan.Mapping.Table)}(\n  {string.Join(",\n  ", columns)})";
    }

    /// <summary>The statement that creates an index.</summary>
    public static string CreateIndex(ObjectMapping mapping, ShapeIndex index) =>
        $"create {(index.Unique ? "unique " : "")}index {SqlText.Name(index.Name)} on {SqlText.Name(mapping.Schema, mapping.Table)}({SqlText.Name(index.Column)})";
}

/// <summary>A column of a mapped table.</summary>
/// <param name="Definition">How it is declared; by default its type alone.</param>
internal sealed record ShapeColumn(string Name, ColumnType Type, string? Definition = null)
{
    /// <summary>API name of the mapped field; null for the table's own columns.</summary>
    public string? Field { get; init; }

    /// <summary>Name and declaration.</summary>
    public string Sql => $"{SqlText.Name(Name)} {Definition ?? Type.Text}";
}

/// <summary>An index of a mapped table.</summary>
internal sealed record ShapeIndex(string Name, string Column, bool Unique);
