-- A window of a million changes is read in pieces: the next piece is looked for where the last one ended, not in the whole window again.
create index on {schema}.change_log(id);

-- Rows of a window within a range of ids. The ids give the order: nothing is sorted.
create function {schema}.read_window_range(p_shards smallint[], p_snap pg_snapshot, p_win pg_snapshot, p_after bigint, p_to bigint, p_limit int)
returns setof {schema}.change_log language plpgsql stable
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_custom_plan as $$
begin
  return query select * from {schema}.change_log
    where id > p_after and id <= p_to and pg_visible_in_snapshot(txid, p_win) and not pg_visible_in_snapshot(txid, p_snap) and shard = any(p_shards) and origin is null
    order by id limit p_limit;
end $$;

-- As before, but behind the first piece it looks at the next few ids before it looks at the rest of the window. Where rows lie thin among those of other windows
-- or other shards, or come to their end, that finds few, and the rest is looked for by transaction: the range is bounded so that this costs little more than it did.
create or replace function {schema}.read_window(p_shards smallint[], p_snap pg_snapshot, p_win pg_snapshot, p_after bigint, p_limit int)
returns setof {schema}.change_log language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
declare
  a xid8 := pg_snapshot_xmax(p_snap);
  b xid8 := pg_snapshot_xmax(p_win);
  late xid8[] := array(select x from pg_snapshot_xip(p_snap) x where pg_visible_in_snapshot(x, p_win));
  reached bigint := p_after;
  found_rows bigint := 0;
begin
  if p_after > 0 then
    reached := p_after + 16 * p_limit::bigint;
    return query select * from {schema}.read_window_range(p_shards, p_snap, p_win, p_after, reached, p_limit);
    get diagnostics found_rows = row_count;
    if found_rows = p_limit then
      return;
    end if;
  end if;
  return query select * from (
    select * from {schema}.change_log where txid >= a and txid < b and pg_visible_in_snapshot(txid, p_win) and id > reached and shard = any(p_shards) and origin is null
    union all
    select * from {schema}.change_log where txid = any(late) and id > reached and shard = any(p_shards) and origin is null) l order by l.id limit p_limit - found_rows;
end $$;
