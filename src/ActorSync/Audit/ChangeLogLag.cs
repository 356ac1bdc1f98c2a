using ActorSync.Runtime.Hosting;

namespace ActorSync.Audit;

/// <summary>The captured changes that no turn has decided: what lies behind the cursor of their shard, or behind that of their mapping where it is read apart.</summary>
internal static class ChangeLogLag
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Undecided changes of the application: mapping, external_id, at, id. The engine's own captured writes are not for deciding.</summary>
    public static string UndecidedSql { get; } = $"""
        with apart as materialized (
          -- One row a mapping and shard, before the changes are looked at. That each is an object is known; the planner takes from it that they are few.
          select l.address, lane.key::smallint mapping, (lane.value->>'snap')::pg_snapshot snap, (lane.value->>'win')::pg_snapshot win, coalesce((lane.value->>'id')::bigint, 0) win_id
          from {S}.lease l cross join lateral jsonb_each(l.cursor->'apart') lane
          where l.address < (select shard_count from {S}.cluster) and jsonb_typeof(lane.value) = 'object')
        select c.mapping, c.external_id, c.at, c.id from {S}.change_log c
        join {S}.lease l on l.address = c.shard
        left join apart a on a.address = c.shard and a.mapping = c.mapping
        where c.txid >= (
            select min(pg_snapshot_xmin(snap)::text::bigint)::text::xid8 from (
              select snap from {S}.lease where address < (select shard_count from {S}.cluster)
              union all
              select snap from apart) s)
          and c.origin is null
          and case when a.mapping is null
            then not pg_visible_in_snapshot(c.txid, l.snap) and (l.win is null or c.id > l.win_id or not pg_visible_in_snapshot(c.txid, l.win))
            else not pg_visible_in_snapshot(c.txid, a.snap) and (a.win is null or c.id > a.win_id or not pg_visible_in_snapshot(c.txid, a.win)) end
        """;
}
