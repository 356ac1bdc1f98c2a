using System.Collections.Immutable;
using System.Text.Json;
using Npgsql;

namespace ActorSync.Chaos.Judging;

/// <summary>A row as one committed statement left it.</summary>
/// <param name="Number">In the order of one row's statements; a row's lock makes it the order of their commits.</param>
/// <param name="At">When the statement ran, database clock; its commit may have come later.</param>
/// <param name="Who">Name of the session that wrote it.</param>
/// <param name="Operation">I, U or D.</param>
/// <param name="Old">Values by field before, trimmed, empty is null; none of an insert.</param>
/// <param name="New">Values after; none of a delete.</param>
internal sealed record RowVersion(
    long Number, DateTimeOffset At, string Who, char Operation, MappedObject Type, Guid Id, string? Sfid, IReadOnlyDictionary<string, string?> Old, IReadOnlyDictionary<string, string?> New)
{
    /// <summary>A node wrote it.</summary>
    public bool ByEngine => Who.StartsWith("actorsync ", StringComparison.Ordinal);

    /// <summary>Fields this statement changed, and to what. Of an insert: all that it gave a value.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Changes() => New.Where(field => Old.GetValueOrDefault(field.Key) != field.Value);

    public override string ToString() => FormattableString.Invariant($"#{Number} {Operation} by {(ByEngine ? "ActorSync" : "the application")}");
}

/// <summary>Every committed version of every mapped row, whoever made it, kept by a trigger of the judge's own in a table of its own: what no reader of the tables could have missed.</summary>
internal static class RowHistory
{
    private const string Install = """
        create table public.chaos_history(
          n bigint generated always as identity (cache 1), at timestamptz not null default clock_timestamp(), who text not null default current_setting('application_name'), op "char" not null, object text not null, id uuid not null, old jsonb, new jsonb);
        create function public.chaos_keep() returns trigger language plpgsql as $$ begin
          insert into public.chaos_history(op, object, id, old, new) values (
            left(tg_op, 1)::"char", tg_argv[0],
            case when tg_op = 'DELETE' then old.actorsync_id__c else new.actorsync_id__c end,
            case when tg_op <> 'INSERT' then to_jsonb(old) end,
            case when tg_op <> 'DELETE' then to_jsonb(new) end);
          return null; end $$;
        """;

    /// <summary>Begins to keep it: the rows that are there are its first entries, as the engine's.</summary>
    public static async Task KeepAsync(ChaosWorld world)
    {
        await world.ExecuteAsync(Install);
        foreach (var type in MappedObject.All)
        {
            // In one transaction, under a lock that lets nobody change a row between the two.
            await world.ExecuteAsync($"""
                begin; lock table {type.Table} in exclusive mode;
                insert into public.chaos_history(who, op, object, id, new) select 'actorsync load', 'I', '{type.Name}', {MappedObject.KeyColumn}, to_jsonb(t) from {type.Table} t;
                create trigger chaos_keep after insert or update or delete on {type.Table} for each row execute function public.chaos_keep('{type.Name}');
                commit
                """);
        }
    }

    /// <summary>Number of the newest entry.</summary>
    public static Task<long> LastAsync(ChaosWorld world) => world.QueryAsync<long>("select coalesce(max(n), 0) from public.chaos_history");

    /// <summary>Everything kept, by record, each in order.</summary>
    public static async Task<ImmutableDictionary<(MappedObject Type, Guid Id), ImmutableArray<RowVersion>>> ReadAsync(ChaosWorld world)
    {
        var byName = MappedObject.All.ToDictionary(type => type.Name, StringComparer.Ordinal);
        var versions = new List<RowVersion>();
        await using var command = world.Application.CreateCommand("select n, at, who, op::text, object, id, old::text, new::text from public.chaos_history order by n");
        command.CommandTimeout = 120;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var type = byName[reader.GetString(4)];
            var (old, @new) = (Row(reader, 6), Row(reader, 7));
            versions.Add(new RowVersion(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3)[0], type, reader.GetGuid(5),
                Text(@new ?? old, "sfid"), Values(type, old), Values(type, @new)));
        }

        return versions.GroupBy(version => (version.Type, version.Id)).ToImmutableDictionary(record => record.Key, record => record.ToImmutableArray());
    }

    /// <summary>The lives of a row: each begins with an insert.</summary>
    public static IEnumerable<IReadOnlyList<RowVersion>> Lives(IEnumerable<RowVersion> versions)
    {
        var life = new List<RowVersion>();
        foreach (var version in versions)
        {
            if (version.Operation == 'I' && life.Count > 0)
            {
                yield return life;
                life = [];
            }

            life.Add(version);
        }

        yield return life;
    }

    /// <summary>A value as the judges compare it: trimmed, empty is null.</summary>
    public static string? Plain(string? value) => value?.Trim() is { Length: > 0 } text ? text : null;

    private static JsonElement? Row(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : JsonDocument.Parse(reader.GetString(column)).RootElement;

    private static Dictionary<string, string?> Values(MappedObject type, JsonElement? row) =>
        row is null ? [] : type.Shared.Concat(type.Untold).ToDictionary(field => field, field => Plain(Text(row, MappedObject.Column(field))), StringComparer.Ordinal);

    private static string? Text(JsonElement? row, string column) => row?.GetProperty(column) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };
}
