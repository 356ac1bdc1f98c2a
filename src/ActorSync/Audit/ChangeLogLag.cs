using ActorSync.Runtime.Hosting;

namespace ActorSync.Audit;

/// <summary>The captured changes that no turn has decided: what lies behind the cursor of their shard.</summary>
internal static class ChangeLogLag
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Undecided changes of the application: mapping, external_id, at, id. The engine's own captured writes are not for deciding.</summary>
    public static string UndecidedSql { get; } = $"""
        select c.mapping, c.external_id, c.at, c.id from {S}.change_log c join {S}.lease l on l.address = c.shard
        where c.txid >= (select min(pg_snapshot_xmin(snap)::text::bigint)::text::xid8 from {S}.lease where address < (select shard_count from {S}.cluster))
          and c.origin is null and not pg_visible_in_snapshot(c.txid, l.snap)
          and not (l.win is not null and pg_visible_in_snapshot(c.txid, l.win) and c.id <= l.win_id)
        """;
}
