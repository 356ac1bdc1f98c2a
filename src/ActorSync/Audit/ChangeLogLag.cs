using ActorSync.Runtime.Hosting;

namespace ActorSync.Audit;

/// <summary>The captured changes that no turn has decided: what lies behind the cursor of their shard, or behind that of their mapping where it is read apart.</summary>
internal static class ChangeLogLag
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Undecided changes of the application: mapping, external_id, at, id. The engine's own captured writes are not for deciding.</summary>
    public static string UndecidedSql { get; } = $"""
        select c.mapping, c.external_id, c.at, c.id from {S}.change_log c
        join {S}.lease l on l.address = c.shard
        cross join lateral (
          select (lane->>'snap')::pg_snapshot snap, (lane->>'win')::pg_snapshot win, coalesce((lane->>'id')::bigint, 0) win_id
          from (select l.cursor->'apart'->c.mapping::text lane) a where lane is not null
          union all
          select l.snap, l.win, l.win_id where not coalesce(l.cursor->'apart' ? c.mapping::text, false)) at
        where c.txid >= (
            select min(pg_snapshot_xmin(s)::text::bigint)::text::xid8 from (
              select snap s from {S}.lease where address < (select shard_count from {S}.cluster)
              union all
              select (lane.value->>'snap')::pg_snapshot from {S}.lease, jsonb_each(cursor->'apart') lane where address < (select shard_count from {S}.cluster)) s)
          and c.origin is null and not pg_visible_in_snapshot(c.txid, at.snap)
          and not (at.win is not null and pg_visible_in_snapshot(c.txid, at.win) and c.id <= at.win_id)
        """;
}
