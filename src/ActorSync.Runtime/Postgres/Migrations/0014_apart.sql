-- The strongest locks first: who has to wait for a reader has not worked for nothing. Writers of mapped tables wait until the index is made.
lock table {schema}.change_log, {schema}.actor, {schema}.offer, {schema}.mailbox, {schema}.cluster, {schema}.lease in access exclusive mode;

-- Mappings with a backlog are read on their own, and the others as if it were not there: the index leads with the mapping, and gives the order of ids.
create index on {schema}.change_log(mapping, id);
-- The functions that read windows before stay, as long as nodes live that call them: they find their rows by transaction.
drop index {schema}.change_log_id_idx;

-- Rows of a window within a range of ids, of some mappings. The ids give the order: no mapping is read further than a piece is long, and nothing is sorted but the pieces.
create function {schema}.read_window_range(
  p_shards smallint[], p_mappings smallint[], p_snap pg_snapshot, p_win pg_snapshot, p_after bigint, p_to bigint, p_limit int)
returns setof {schema}.change_log language plpgsql stable
  set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off set plan_cache_mode = force_custom_plan as $$
begin
  return query select l.* from unnest(p_mappings) m cross join lateral (
    select * from {schema}.change_log c
    where c.mapping = m and c.id > p_after and c.id <= p_to
      and pg_visible_in_snapshot(c.txid, p_win) and not pg_visible_in_snapshot(c.txid, p_snap) and c.shard = any(p_shards) and c.origin is null
    order by c.id limit p_limit) l order by l.id limit p_limit;
end $$;

-- Rows visible in p_win and not in p_snap, by id: of one mapping, or of all but some. A window that is small, as nearly all are, is found by its transactions and
-- sorted. One that is large is found by ids, of which p_floor < id <= p_ceiling is known, mapping by mapping; so is what follows its first piece, and one mapping.
create function {schema}.read_window(
  p_shards smallint[], p_only smallint, p_without smallint[], p_snap pg_snapshot, p_win pg_snapshot, p_after bigint, p_floor bigint, p_ceiling bigint, p_limit int)
returns setof {schema}.change_log language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off set plan_cache_mode = force_custom_plan as $$
declare
  a xid8 := pg_snapshot_xmax(p_snap);
  b xid8 := pg_snapshot_xmax(p_win);
  late xid8[] := array(select x from pg_snapshot_xip(p_snap) x where pg_visible_in_snapshot(x, p_win));
  large bigint := 4 * p_limit::bigint;
  found_rows bigint := 0;
  mappings smallint[] := array[p_only];
begin
  if p_only is null and p_after = 0 then
    select count(*) into found_rows from (select from {schema}.change_log where txid >= a and txid < b limit large) l;
    if found_rows < large and cardinality(late) > 0 then
      select found_rows + count(*) into found_rows from (select from {schema}.change_log where txid = any(late) limit large) l;
    end if;
    if found_rows < large then
      return query select * from (
        select * from {schema}.change_log where txid >= a and txid < b and pg_visible_in_snapshot(txid, p_win)
          and shard = any(p_shards) and origin is null and mapping <> all(p_without)
        union all
        select * from {schema}.change_log where txid = any(late)
          and shard = any(p_shards) and origin is null and mapping <> all(p_without)) l order by l.id limit p_limit;
      return;
    end if;
  end if;
  if p_only is null then
    -- Those that are in the log, not those that somebody knows: from one to the next by the index, however many rows each has.
    mappings := array(
      with recursive logged(mapping) as (
        select min(mapping) from {schema}.change_log
        union all
        select (select min(c.mapping) from {schema}.change_log c where c.mapping > l.mapping) from logged l where l.mapping is not null)
      select mapping from logged where mapping <> all(p_without));
  end if;
  if p_floor = 0 and p_after = 0 then
    -- Nothing is known, as behind a node of an older version: a window of some size is looked through for its first id, so that not all that was decided before it is.
    select case when count(*) < 200000 then coalesce(min(id), 1) - 1 else 0 end into p_floor from (
      (select id from {schema}.change_log where txid >= a and txid < b limit 200000)
      union all
      (select id from {schema}.change_log where txid = any(late) limit 200000)) l;
  end if;
  return query select * from {schema}.read_window_range(p_shards, mappings, p_snap, p_win, greatest(p_after, p_floor), p_ceiling, p_limit);
end $$;

-- As before; a mapping that is read on its own counts too.
create or replace function {schema}.rotate_change_log() returns text[] language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  done text[] := '{}'; low xid8; hi xid8;
  today int := ((extract(epoch from clock_timestamp())::bigint / 86400) % 8);
begin
  select min(pg_snapshot_xmin(s)::text::bigint)::text::xid8 into low from (
    select snap s from {schema}.lease where address <= {shard_mask}
    union all
    select (lane.value->>'snap')::pg_snapshot from {schema}.lease, jsonb_each(cursor->'apart') lane where address <= {shard_mask}) l;
  perform set_config('lock_timeout', '200ms', true);
  for i in 0..7 loop
    continue when i in (today, (today + 7) % 8, (today + 1) % 8);
    execute format('select max(txid::text::bigint)::text::xid8 from {schema}.change_log_%s', i) into hi;
    continue when hi is null or hi >= low;
    begin
      execute format('truncate {schema}.change_log_%s', i);
      done := done || format('change_log_%s', i);
    exception when lock_not_available then null;
    end;
  end loop;
  return done;
end $$;

-- As in 0003. The transaction has its number before the first id is drawn: what is known of the ids of a window rests on that.
create or replace function {schema}.capture_truncate() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set extra_float_digits = 1
  set bytea_output = 'hex' set intervalstyle = 'iso_8601' as $$
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'TRUNCATE of the mapped table %.% is refused in a % transaction: rows it cannot see would be emptied without being captured',
      tg_table_schema, tg_table_name, upper(current_setting('transaction_isolation'))
      using hint = 'Use READ COMMITTED for it, or DELETE.';
  end if;
  perform pg_current_xact_id();
  execute format(
    'insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, old_values)
     select {schema}.shard_of(t.%1$I), $1, ''D'', t.%1$I, t._asy_birth, t._asy_rev, {hstore}.hstore_to_jsonb({hstore}.slice({hstore}.hstore(t), $2))
     from only %2$I.%3$I t order by t.id', tg_argv[1], tg_table_schema, tg_table_name)
    using tg_argv[0]::smallint, tg_argv[2]::text[];
  return null;
end $$;

-- Of each mapping as many as a node remembers are looked for, in pieces.
drop index {schema}.actor_shard_idx;
create index on {schema}.actor(mapping, shard, external_id) where owes;

-- The writes of a record: whether its birth is offered is asked for those that name it. And how many wait, of each mapping.
create index on {schema}.offer(mapping, external_id);

-- Offers of each mapping, counted up to p_max above those that wait for people and not for Salesforce, which do not count. No more than is counted is read, whatever else waits.
create function {schema}.waiting_offers(p_max bigint) returns table(mapping smallint, writes bigint) language plpgsql stable
  set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
begin
  return query with recursive offered(mapping) as (
      select min(o.mapping) from {schema}.offer o
      union all
      select (select min(o.mapping) from {schema}.offer o where o.mapping > l.mapping) from offered l where l.mapping is not null),
    counted as (
      select f.mapping, h.held, (select count(*) from (select from {schema}.offer o where o.mapping = f.mapping limit p_max + h.held + 1) c) all_writes
      from offered f cross join lateral (select coalesce((held_of->>f.mapping::text)::bigint, 0) held from {schema}.cluster) h
      where f.mapping is not null and not exists (select from {schema}.mapping_state p where p.mapping = f.mapping and p.paused_at is not null)
        and not exists (select from {schema}.mapping m where m.mapping = f.mapping and m.retired_at is not null))
  select c.mapping, c.all_writes - c.held from counted c where c.all_writes > c.held;
end $$;
alter table {schema}.cluster add column held_of jsonb not null default '{}';

-- How many messages an envelope has, so that a turn takes as many as it can decide. Nodes that do not say it fill them.
alter table {schema}.mailbox add column messages int not null default 200;

-- From where on the ids of undecided changes lie, of the shard that is furthest behind: a lower floor is right for the others too. Nobody is writing changes while the index is
-- made, so these are all there are.
update {schema}.lease set cursor = cursor || jsonb_build_object('floor', f.floor) from (
    select coalesce(
      (select min(c.id) - 1 from {schema}.change_log c where c.txid >= (select min(pg_snapshot_xmin(snap)::text::bigint)::text::xid8 from {schema}.lease where address <= {shard_mask})),
      (select case when is_called then last_value else 0 end from {schema}.change_id)) floor) f
  where address <= {shard_mask} and exists (select from {schema}.change_log);

do $$ declare f regprocedure; begin
  for f in select p.oid from pg_proc p where p.pronamespace = '{schema}'::regnamespace and p.proname in ('read_window', 'read_window_range', 'waiting_offers') loop
    execute format('revoke all on function %s from public', f);
  end loop;
end $$;
