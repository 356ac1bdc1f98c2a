using System.Globalization;
using ActorSync.Audit;
using ActorSync.Bench.Scenarios;
using ActorSync.Commands;
using ActorSync.Provisioning;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Bench.Growth;

/// <summary>
/// Fills a database with records that are already in sync, set-based: one record is synced, and its row, snapshot, journal and link are copied as they are with new ids, while no node runs. The journals of
/// the shards go on without a gap. The org knows nothing of the copies, and nobody asks it about them: a feed reads what has changed. Their rows have negative numbers, so that those of a scenario begin with one.
/// </summary>
internal static class FilledHistory
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Of more records only one is checked.</summary>
    private const long CheckedMax = 10_000;

    /// <summary>Ids that no org gives: 0019, a number, and the check characters of an id without capitals.</summary>
    private const string Sfid = "'0019' || lpad(n::text, 11, '0') || 'AAA'";

    /// <summary>Copies the record that is there.</summary>
    public static async Task FillAsync(BenchWorld world, long records, CancellationToken stop)
    {
        await using (var connection = await world.Application.OpenConnectionAsync(stop))
        await using (var transaction = await connection.BeginTransactionAsync(stop))
        {
            await ExecuteAsync(connection, Templates, stop);
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"""
                create temp table copy on commit drop as
                  select n, id, sfid, shard, (row_number() over (partition by shard order by n) - 1) * (select count(*) from template_event) + l.journal_seq base
                  from (select n, id, {Sfid} sfid, {S}.shard_of(id) shard from (select n, {TableShape.NewId} id from generate_series(1, {records}) n) i) c join {S}.lease l on l.address = c.shard
                """), stop);
            foreach (var sql in Copies)
            {
                await ExecuteAsync(connection, sql, stop);
            }

            await transaction.CommitAsync(stop);
        }

        // The journal is not vacuumed because of what is inserted into it.
        await world.ExecuteAsync($"vacuum (analyze) {AccountRows.Mapped}, {S}.actor, {S}.link", stop);
        await world.ExecuteAsync($"analyze {S}.journal", stop);
        // On the disk now, and not beside what is measured. On a server of somebody else's the role may not do that.
        await world.ExecuteAsync("do $$ begin checkpoint; exception when insufficient_privilege then null; end $$", stop);
        await CheckAsync(world, records, stop);

        // The record that was copied goes, as the application deletes one, and the scenario finds its numbers free.
        await world.ExecuteAsync($"delete from {AccountRows.Mapped} where id > 0", stop);
        await world.ExecuteAsync($"select setval(pg_get_serial_sequence('{AccountRows.Mapped}', 'id'), 1, false)", stop);
    }

    /// <summary>Of the record: its rows as text with marks in the place of its two ids, and its events by their order.</summary>
    private const string Templates = $"""
        create temp table template on commit drop as select actorsync_id__c::text id, sfid from {AccountRows.Mapped} where id > 0;
        create temp table template_row on commit drop as select to_jsonb(r)::text body from {AccountRows.Mapped} r where id > 0;
        create temp table template_actor on commit drop as select to_jsonb(a)::text body from {S}.actor a, template t where a.external_id = t.id::uuid;
        create temp table template_link on commit drop as select to_jsonb(l)::text body from {S}.link l, template t where l.sfid = t.sfid;
        create temp table template_event on commit drop as
          select row_number() over (order by j.seq) place, to_jsonb(j)::text body from {S}.journal j, template t where j.external_id = t.id::uuid;
        """;

    /// <summary>The statements that make the copies. Triggers would give each row a version of its own, which its snapshot does not know.</summary>
    private static readonly string[] Copies =
    [
        $"create temp table enabled on commit drop as select tgname from pg_trigger where tgrelid = '{AccountRows.Mapped}'::regclass and not tgisinternal and tgenabled = 'A'",
        $"alter table {AccountRows.Mapped} disable trigger user",
        Copy(AccountRows.Mapped, "template_row", "jsonb_build_object('id', -c.n)"),
        $$"""
        do $do$ declare t record; begin
          for t in select tgname from enabled loop
            execute format('alter table {{AccountRows.Mapped}} enable always trigger %I', t.tgname);
          end loop;
        end $do$
        """,
        Copy($"{S}.link", "template_link", "'{}'::jsonb"),
        Copy($"{S}.actor", "template_actor", "jsonb_build_object('shard', c.shard, 'seq', c.base + (select count(*) from template_event))"),
        Copy($"{S}.journal", "template_event", "jsonb_build_object('address', c.shard, 'seq', c.base + x.place)"),
        $"update {S}.lease l set journal_seq = journal_seq + s.events from (select shard, count(*) * (select count(*) from template_event) events from copy group by shard) s where l.address = s.shard",
    ];

    private static string Copy(string table, string template, string own) => $"""
        insert into {table} select r.* from copy c cross join {template} x cross join template t
          cross join lateral jsonb_populate_record(null::{table}, replace(replace(x.body, t.id, c.id::text), t.sfid, c.sfid)::jsonb || {own}) r
        """;

    // What was made is what the engine would have made: its journal folds to its snapshot and to its row.
    private static async Task CheckAsync(BenchWorld world, long records, CancellationToken stop)
    {
        var some = await world.QueryAsync<Guid>($"select actorsync_id__c from {AccountRows.Mapped} where id = (select min(id) from {AccountRows.Mapped})", stop);
        var mappings = await MappingStore.ReadAsync(world.Application, stop);
        var (only, expected) = records <= CheckedMax ? ((Guid?)null, records + 1) : (some, 1);
        var report = await new HistoryCheck(world.Application, mappings).RunAsync(only, stop);
        if (!report.Agrees || report.Records != expected || report.Events < report.Records)
        {
            throw new CommandException(
                ExitCode.Failed, $"of {report.Records} records that were filled in, with {report.Events} events, some are not as the engine would have left them: {string.Join(", ", report.Differences)}");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Has a node sync the one record, and ends it.</summary>
    /// <param name="world">Its database is new.</param>
    /// <param name="configuration">HOCON of the node.</param>
    /// <param name="records">How many copies there will be.</param>
    public static async Task MakeAsync(BenchWorld world, string configuration, long records, CancellationToken stop)
    {
        await world.StartFirstNodeAsync(configuration, stop);
        await MappedRows.PrepareAsync(world, 1, stop);
        await MappedRows.EchoAsync(world, records, stop);
        await world.AtRestAsync(stop);
        await world.StopNodesAsync();
        await FillAsync(world, records, stop);
    }
}
