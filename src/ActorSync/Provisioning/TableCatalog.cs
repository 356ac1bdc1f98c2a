using System.Collections.Immutable;
using System.Text;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>Reads what a table is today from PostgreSQL's catalog.</summary>
internal static class TableCatalog
{
    /// <summary>The table, or null when no relation has its name.</summary>
    public static async Task<ExistingTable?> ReadAsync(NpgsqlConnection connection, string schema, string name, CancellationToken stop)
    {
        var head = await RowsAsync(
            connection,
            """
            select c.oid, c.relkind::text, pg_get_userbyid(c.relowner)::text, pg_has_role(c.relowner, 'USAGE'),
              exists (select from pg_constraint p where p.conrelid = c.oid and p.contype = 'p')
            from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2
            """,
            row => (Oid: row.GetFieldValue<uint>(0), Kind: row.GetString(1), Owner: row.GetString(2), Owned: row.GetBoolean(3), Key: row.GetBoolean(4)),
            stop,
            schema,
            name);
        if (head is not [var table])
        {
            return null;
        }

        return new ExistingTable(table.Oid, table.Kind == "r", table.Owner, table.Owned, table.Key)
        {
            Columns = await ColumnsAsync(connection, table.Oid, stop),
            Indexes = await IndexesAsync(connection, table.Oid, stop),
            Triggers = await TriggersAsync(connection, table.Oid, stop),
            HasRows = table is { Owned: true, Kind: "r" } && await HasRowsAsync(connection, schema, name, stop),
        };
    }

    /// <summary>Whether a schema of that name exists.</summary>
    public static async Task<bool> HasSchemaAsync(NpgsqlConnection connection, string schema, CancellationToken stop) =>
        (await RowsAsync(connection, "select 1 from pg_namespace where nspname = $1", row => row.GetInt32(0), stop, schema)).Count > 0;

    private static async Task<ImmutableArray<ExistingColumn>> ColumnsAsync(NpgsqlConnection connection, uint table, CancellationToken stop) =>
    [
        .. await RowsAsync(
            connection,
            """
            select attname::text, format_type(atttypid, atttypmod), attnotnull, atthasdef or attidentity <> ''
            from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped order by attnum
            """,
            row => new ExistingColumn(row.GetString(0), new ColumnType(row.GetString(1)), row.GetBoolean(2), row.GetBoolean(3)),
            stop,
            table)
    ];

    // Indexes of one plain column over all rows, whatever their name: a renamed table keeps the names of its indexes.
    private static async Task<ImmutableArray<(string Column, bool Unique)>> IndexesAsync(NpgsqlConnection connection, uint table, CancellationToken stop) =>
    [
        .. await RowsAsync(
            connection,
            """
            select a.attname::text, i.indisunique from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = $1 and i.indnkeyatts = 1 and i.indpred is null and i.indexprs is null and i.indisvalid
            """,
            row => (row.GetString(0), row.GetBoolean(1)),
            stop,
            table)
    ];

    // Only the engine's, by name and by the schema of the function: a function of the application may be in that schema too. Columns of a WHEN and of an UPDATE OF are the trigger's dependencies on its table.
    private static async Task<ImmutableArray<ExistingTrigger>> TriggersAsync(NpgsqlConnection connection, uint table, CancellationToken stop) =>
    [
        .. await RowsAsync(
            connection,
            """
            select t.tgname::text, t.tgtype::int, p.proname::text, t.tgargs, t.tgenabled in ('A', 'D'),
              (select a.attname::text from pg_attribute a where a.attrelid = t.tgrelid and t.tgattr::text <> '' and a.attnum = t.tgattr[0]),
              t.tgattr::text like '% %',
              t.tgenabled = 'D',
              array(select a.attname::text from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                    where d.classid = 'pg_trigger'::regclass and d.objid = t.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = t.tgrelid and d.refobjsubid > 0)
            from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
            where t.tgrelid = $1 and not t.tgisinternal and n.nspname = $2 and t.tgname ~ '^(!|zz_)actorsync_' order by t.tgname
            """,
            row => new ExistingTrigger(
                row.GetString(0),
                (TriggerEvents)row.GetInt32(1),
                row.GetString(2),
                Arguments(row.GetFieldValue<byte[]>(3)),
                row.GetBoolean(4) && !row.GetBoolean(6),
                [.. row.GetFieldValue<string[]>(8)])
            {
                IsDisabled = row.GetBoolean(7),
                UpdateOf = row.IsDBNull(5) ? null : row.GetString(5),
            },
            stop,
            table,
            RuntimeOptions.Schema)
    ];

    private static async Task<bool> HasRowsAsync(NpgsqlConnection connection, string schema, string name, CancellationToken stop) =>
        (await RowsAsync(connection, $"select exists (select from {SqlText.Name(schema, name)})", row => row.GetBoolean(0), stop))[0];

    // Each argument ends with a zero byte.
    private static ImmutableArray<string> Arguments(byte[] stored) =>
        stored.Length == 0 ? [] : [.. Encoding.UTF8.GetString(stored.AsSpan()[..^1]).Split('\0')];

    private static async Task<List<T>> RowsAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken stop, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter is uint oid
                ? new NpgsqlParameter { Value = oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid }
                : new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

/// <summary>A relation that has the name of a mapped table.</summary>
/// <param name="IsPlainTable">Not a view, a foreign or a partitioned table.</param>
/// <param name="IsOwned">The engine's login may alter it.</param>
internal sealed record ExistingTable(uint Oid, bool IsPlainTable, string Owner, bool IsOwned, bool HasPrimaryKey)
{
    public required ImmutableArray<ExistingColumn> Columns { get; init; }

    public required ImmutableArray<(string Column, bool Unique)> Indexes { get; init; }

    public required ImmutableArray<ExistingTrigger> Triggers { get; init; }

    public required bool HasRows { get; init; }
}

/// <summary>A column as it is.</summary>
internal sealed record ExistingColumn(string Name, ColumnType Type, bool NotNull, bool HasDefault);

/// <summary>A trigger of the engine as it is.</summary>
/// <param name="IsPlain">Enabled always, and for one particular column at most.</param>
/// <param name="Columns">Columns it depends on: its condition looks at them, or it fires only for them.</param>
internal sealed record ExistingTrigger(
    string Name, TriggerEvents Events, string Function, ImmutableArray<string> Arguments, bool IsPlain, ImmutableArray<string> Columns)
{
    /// <summary>The column for which it fires only; null: for all.</summary>
    public string? UpdateOf { get; init; }

    /// <summary>It never fires.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Whether the trigger is what is planned.</summary>
    public bool Is(TriggerPlan plan) =>
        Name == plan.Name && Events == plan.Events && Function == plan.Function && IsPlain && IsDisabled == plan.IsDisabled
        && Arguments.SequenceEqual(plan.Arguments) && Columns.ToHashSet().SetEquals(plan.Columns) && UpdateOf == plan.UpdateOf;
}
