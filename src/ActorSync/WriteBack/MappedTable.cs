using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.WriteBack;

/// <summary>The statements of one mapped table, made once from its mapping and its catalog. Values are always parameters; identifiers are quoted here.</summary>
internal sealed class MappedTable
{
    private readonly string[] _types;

    private MappedTable(ObjectMapping mapping, IReadOnlyDictionary<string, string> types)
    {
        Values = new RowValues(mapping);
        _types = [.. mapping.Fields.Select(field => types.GetValueOrDefault(field.Column, "text"))];
        var table = $"{Quote(mapping.Schema)}.{Quote(mapping.Table)}";
        var key = Quote(mapping.ExternalIdColumn);
        var values = "array[" + string.Join(", ", mapping.Fields.Select(field => $"t.{Quote(field.Column)}::text")) + "]::text[]";
        Read = $"select t.* from unnest($1) u(key) cross join lateral (select t.{key}, t._asy_birth, t._asy_rev, t.systemmodstamp, {values} from {table} t where t.{key} = u.key offset 0) t";
        Update = UpdateSql(table, key, values);
        Insert = InsertSql(table, key, values);
        Delete = $"""
            {Locked(table, key, "null::text[]")}, done as (
              delete from {table} t using u join l on l.key = u.key and l.birth = u.birth and l.rev = u.rev where t.{key} = u.key
              returning t.{key} as key, 0::bigint as birth, 0::bigint as rev, null::text[] as vals)
            {Report(table, key)}
            """;
    }

    /// <summary>How its values are read and written.</summary>
    public RowValues Values { get; }

    /// <summary>The mapping.</summary>
    public ObjectMapping Mapping => Values.Mapping;

    /// <summary>Reads rows by key: key, birth, revision, systemmodstamp, values as text.</summary>
    public string Read { get; }

    /// <summary>Compare-and-set of many rows, each with its own columns ($4, JSON by column; $5, are there mapped ones among them); never waits for a row, locks in key order.</summary>
    public string Update { get; }

    /// <summary>Inserts rows that do not exist yet.</summary>
    public string Insert { get; }

    /// <summary>Compare-and-delete.</summary>
    public string Delete { get; }

    /// <summary>The tables of all mappings, by number.</summary>
    public static async Task<IReadOnlyDictionary<short, MappedTable>> LoadAsync(NpgsqlDataSource database, IReadOnlyList<ObjectMapping> mappings, CancellationToken stop)
    {
        var tables = new Dictionary<short, MappedTable>();
        foreach (var mapping in mappings)
        {
            tables[mapping.Number] = await LoadAsync(database, mapping, stop);
        }

        return tables;
    }

    /// <summary>Reads the table's column types from the catalog and makes the statements.</summary>
    public static async Task<MappedTable> LoadAsync(NpgsqlDataSource database, ObjectMapping mapping, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            "select attname::text, format_type(atttypid, atttypmod) from pg_attribute where attrelid = format('%I.%I', $1, $2)::regclass and attnum > 0 and not attisdropped");
        command.Parameters.Add(new() { Value = mapping.Schema });
        command.Parameters.Add(new() { Value = mapping.Table });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(stop))
        {
            types[reader.GetString(0)] = reader.GetString(1);
        }

        return new MappedTable(mapping, types);
    }

    /// <summary>An identifier, quoted.</summary>
    public static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private string UpdateSql(string table, string key, string values)
    {
        var sets = Mapping.Fields.Select((field, i) => Set(field.Column, _types[i]))
            .Append(Set("sfid", "varchar(18)"))
            .Append(Set("systemmodstamp", "timestamptz"))
            .Append(Set("isdeleted", "boolean"))
            .Append(Set("_hc_lastop", "varchar(32)"))
            .Append(Set("_hc_err", "text"));
        return $"""
            {Locked(table, key, values)}, done as (
              update {table} t set {string.Join(", ", sets)}
              from u join l on l.key = u.key and l.birth = u.birth and l.rev = u.rev where t.{key} = u.key
              returning case when t.{key} = u.key then u.key else {RuntimeOptions.Schema}.refuse_moved_key(u.key, t.{key}) end as key, t._asy_birth as birth, t._asy_rev as rev, {values} as vals)
            {Report(table, key)}
            """;
    }

    private string InsertSql(string table, string key, string values)
    {
        var columns = Mapping.Fields.Select(field => Quote(field.Column));
        var sources = Mapping.Fields.Select((field, i) => $"(u.v->>{Literal(field.Column)})::{_types[i]}");
        return $"""
            with u as materialized (select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::jsonb[], $5::boolean[]) u(key, birth, rev, v, names)), done as (
              insert into {table} as t({key}, sfid, systemmodstamp, isdeleted, _hc_lastop, _hc_err, {string.Join(", ", columns)})
              select u.key, u.v->>'sfid', (u.v->>'systemmodstamp')::timestamptz, false, u.v->>'_hc_lastop', u.v->>'_hc_err', {string.Join(", ", sources)}
              from u order by u.key
              on conflict ({key}) do nothing
              returning t.{key} as key, t._asy_birth as birth, t._asy_rev as rev, {values} as vals)
            select u.key, true, d.key is null and {Exists(table, key)}, true, d.birth, d.rev, d.vals, null::text[]
            from u left join done d on d.key = u.key
            """;
    }

    private static string Set(string column, string type) =>
        $"{Quote(column)} = case when u.v ? {Literal(column)} then (u.v->>{Literal(column)})::{type} else t.{Quote(column)} end";

    private static string Locked(string table, string key, string values) => $"""
        with u as materialized (select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::jsonb[], $5::boolean[]) u(key, birth, rev, v, names)),
        l as materialized (
          select t.* from (select key from u order by key) o cross join lateral (
            select t.{key} as key, t._asy_birth as birth, t._asy_rev as rev, {values} as vals from {table} t where t.{key} = o.key for no key update skip locked) t)
        """;

    // Asked of single rows. As EXISTS the planner may answer it from a hash of the whole table, which it makes for every statement.
    private static string Exists(string table, string key) => $"(select true from {table} t where t.{key} = u.key) is not null";

    // Key, did we lock it, is it another version, does it exist, what was written, and what was there before: of a row of which no values were written, only if they have changed all the same.
    private static string Report(string table, string key) => $"""
        select u.key, l.key is not null, coalesce(l.birth <> u.birth or l.rev <> u.rev, false), l.key is not null or {Exists(table, key)}, d.birth, d.rev,
          case when u.names or d.vals is distinct from l.vals then d.vals end, case when u.names or d.vals is distinct from l.vals then l.vals end
        from u left join l on l.key = u.key left join done d on d.key = u.key
        """;

    private static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
