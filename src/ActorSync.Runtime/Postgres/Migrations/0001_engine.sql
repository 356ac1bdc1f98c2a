-- The engine's own tables. {schema} is the engine schema, {hstore} the schema of the hstore extension, {shard_mask} = shard count - 1,
-- {engine_role} the login whose writes may carry an origin.

-- What is fixed for the life of this database.
create table {schema}.cluster(
  one boolean primary key default true check (one),
  shard_count int not null,
  engine_role text not null,
  created_at timestamptz not null default clock_timestamp());
insert into {schema}.cluster(shard_count, engine_role) values ({shard_mask} + 1, {engine_role});

-- Liveness: one row per process start. Expired is dead for ever; the same process comes back under a new id.
create table {schema}.node(
  node_id uuid primary key,
  name text not null,
  version text not null,
  started_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null) with (fillfactor = 20);

-- Ownership, cursor and batch number of an address in ONE row: advancing the cursor is the fence.
-- Addresses: 0 .. shard_count-1 are record shards, 10000 the coordinator, 20000 + mapping the feeds.
create table {schema}.lease(
  address int primary key,
  owner uuid,
  epoch bigint not null default 0,
  token uuid,
  acquired_at timestamptz,
  snap pg_snapshot not null default pg_current_snapshot(),  -- everything visible in it has been decided ...
  win pg_snapshot,                                          -- ... and of the window (snap, win]
  win_id bigint,                                            -- everything up to this change id
  journal_seq bigint not null default 0,
  batch_no bigint not null default 0,                       -- compared at every commit: shows a lost history and settles an unknown COMMIT
  cursor jsonb not null default '{}')                       -- what a feed knows of its own position
  with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
insert into {schema}.lease(address) select generate_series(0, {shard_mask});

-- Captured changes: append only, read by snapshot windows, a ring of leaves emptied by TRUNCATE. The sequence keeps CACHE 1: order per record depends on it.
create sequence {schema}.change_id as bigint cache 1;
create sequence {schema}.birth as bigint cache 1;
create table {schema}.change_log(
  id bigint not null default nextval('{schema}.change_id'),
  txid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default clock_timestamp(),
  slot smallint not null default ((extract(epoch from clock_timestamp())::bigint / 86400) % 8)::smallint,
  shard smallint not null,
  mapping smallint not null,
  operation "char" not null,  -- I, U, D
  external_id uuid not null,
  birth bigint not null,
  revision bigint not null,
  origin uuid,                -- set: the engine's own statement, not one nested in it
  old_values jsonb,
  new_values jsonb) partition by list (slot);
do $$ begin
  for i in 0..7 loop
    execute format('create table {schema}.change_log_%s partition of {schema}.change_log for values in (%s) with (autovacuum_vacuum_insert_scale_factor = 0.05)', i, i);
  end loop;
end $$;
create index on {schema}.change_log(txid);

-- Durable mailboxes: one row carries many messages to one address; deleted as they are taken.
create table {schema}.mailbox(
  id bigint generated always as identity (cache 1),
  address int not null,
  due_at timestamptz,
  body jsonb not null,
  primary key (address, id)) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

-- Writes offered to the coordinator, each until it is cut into a submission.
create table {schema}.offer(
  id bigint generated always as identity (cache 1) primary key,
  txid xid8 not null default pg_current_xact_id(),
  mapping smallint not null,
  external_id uuid not null,
  write_no int not null,
  due_at timestamptz,
  body jsonb not null) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
create index on {schema}.offer(txid);

-- Snapshots of record actors.
create table {schema}.actor(
  mapping smallint not null,
  external_id uuid not null,
  shard smallint not null,
  seq bigint not null,        -- journal sequence of the shard this snapshot includes
  owes boolean not null,      -- a write-back is owed to the row
  parked boolean not null,
  state jsonb not null,
  primary key (mapping, external_id)) with (fillfactor = 70);
create index on {schema}.actor(shard) where owes;
create index on {schema}.actor(mapping) where parked;

-- What was decided, in order, per address.
create table {schema}.journal(
  address int not null,
  seq bigint not null,
  epoch bigint not null,
  mapping smallint not null,
  external_id uuid not null,
  type text not null,
  at timestamptz not null,
  body jsonb not null,
  primary key (address, seq));

-- Submissions: journaled before anything leaves the process.
create table {schema}.submission(
  submission uuid primary key,          -- version 7, made by the node, never from a sequence
  mapping smallint not null,
  operation text not null,
  epoch bigint not null,
  token uuid not null,
  records int not null,
  writes jsonb not null,
  started_at timestamptz not null default clock_timestamp(),
  doubtful_since timestamptz,
  finished_at timestamptz,
  outcome jsonb);
create index on {schema}.submission(started_at) where finished_at is null;

-- Which record a Salesforce id belongs to; a row without a record is an orphan tombstone.
create table {schema}.link(
  sfid text primary key,
  mapping smallint,
  external_id uuid,
  deleted_at timestamptz);

-- Mapped objects.
create table {schema}.mapping(
  mapping smallint primary key,
  object text not null unique,
  relation regclass not null unique,
  definition jsonb not null,
  created_at timestamptz not null default clock_timestamp());

-- The shard of a record: the last two bytes of its UUID.
create function {schema}.shard_of(u uuid) returns smallint language sql immutable parallel safe
  return ((get_byte(uuid_send(u), 14) << 8 | get_byte(uuid_send(u), 15)) & {shard_mask})::smallint;

-- One window of captured changes: rows visible in p_win and not in p_snap, by id. Parameters, not a join with the lease row: the planner must see an index range.
-- p_win is taken in the same statement as, or before, the read; never after: what it calls visible, the read must see.
create function {schema}.read_window(p_shards smallint[], p_snap pg_snapshot, p_win pg_snapshot, p_after bigint, p_limit int)
returns setof {schema}.change_log language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_custom_plan as $$
declare
  a xid8 := pg_snapshot_xmax(p_snap);
  b xid8 := pg_snapshot_xmax(p_win);
  late xid8[] := array(select x from pg_snapshot_xip(p_snap) x where pg_visible_in_snapshot(x, p_win));
begin
  return query select * from (
    select * from {schema}.change_log where txid >= a and txid < b and pg_visible_in_snapshot(txid, p_win) and id > p_after and shard = any(p_shards) and origin is null
    union all
    select * from {schema}.change_log where txid = any(late) and id > p_after and shard = any(p_shards) and origin is null) l order by l.id limit p_limit;
end $$;

-- Capture, AFTER ROW, generic: the difference of the mapped columns as jsonb. The SET clauses make the text forms independent of the application's session.
-- An origin counts only for the engine's own login, and only for the statement it ran itself: what triggers of the application do inside it is theirs.
-- Arguments: mapping number, external id column, mapped columns.
create function {schema}.capture() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set extra_float_digits = 1
  set bytea_output = 'hex' set intervalstyle = 'iso_8601' as $$
declare
  o {hstore}.hstore; n {hstore}.hstore; g uuid; k uuid; c text[] := tg_argv[2]::text[];
begin
  if session_user = {engine_role} and pg_trigger_depth() = 1 then
    g := nullif(current_setting('actorsync.origin', true), '')::uuid;
  end if;
  if tg_op <> 'INSERT' then o := {hstore}.hstore(old.*); end if;
  if tg_op <> 'DELETE' then n := {hstore}.hstore(new.*); end if;
  k := {hstore}.fetchval(coalesce(n, o), tg_argv[1])::uuid;
  o := {hstore}.slice(o, c);
  n := {hstore}.slice(n, c);
  if tg_op = 'UPDATE' then
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, origin, old_values, new_values)
    values ({schema}.shard_of(k), tg_argv[0]::smallint, 'U', k, new._asy_birth, new._asy_rev, g,
            {hstore}.hstore_to_jsonb({hstore}.delete(o, n)), {hstore}.hstore_to_jsonb({hstore}.delete(n, o)));
  elsif tg_op = 'INSERT' then
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, origin, new_values)
    values ({schema}.shard_of(k), tg_argv[0]::smallint, 'I', k, new._asy_birth, new._asy_rev, g, {hstore}.hstore_to_jsonb(n));
  else
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, origin, old_values)
    values ({schema}.shard_of(k), tg_argv[0]::smallint, 'D', k, old._asy_birth, old._asy_rev, g, {hstore}.hstore_to_jsonb(o));
  end if;
  return null;
end $$;

-- BEFORE ROW: birth and revision are the trigger's, whatever the statement says.
create function {schema}.revise() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    new._asy_birth := nextval('{schema}.birth');
    new._asy_rev := 1;
    if session_user <> {engine_role} or pg_trigger_depth() > 1 or coalesce(current_setting('actorsync.origin', true), '') = '' then
      new._hc_lastop := 'PENDING';
      new._hc_err := null;
    end if;
  else
    new._asy_birth := old._asy_birth;
    new._asy_rev := old._asy_rev + 1;
  end if;
  return new;
end $$;

-- BEFORE ROW, only when a mapped column changes: the application sees that its change waits.
create function {schema}.mark_pending() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if session_user <> {engine_role} or pg_trigger_depth() > 1 or coalesce(current_setting('actorsync.origin', true), '') = '' then
    new._hc_lastop := 'PENDING';
    new._hc_err := null;
  end if;
  return new;
end $$;

create function {schema}.refuse_key_change() returns trigger language plpgsql as $$
begin
  raise exception 'the external id of a mapped record cannot change (%.%, column %)', tg_table_schema, tg_table_name, tg_argv[0]
    using hint = 'Delete the row and insert it under the new id.';
end $$;

create function {schema}.refuse_write() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if session_user = {engine_role} and pg_trigger_depth() = 1 and coalesce(current_setting('actorsync.origin', true), '') <> '' then
    return coalesce(new, old);
  end if;
  raise exception 'table %.% is mapped read_only: its mapped columns change only in Salesforce', tg_table_schema, tg_table_name
    using hint = 'Set access = read_write in the mapping to send changes to Salesforce.';
end $$;

create function {schema}.refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'TRUNCATE of the mapped table %.% is refused: no record of it would be captured', tg_table_schema, tg_table_name
    using hint = 'Use DELETE, which deletes the records in Salesforce too, or remove the mapping first.';
end $$;

-- Empties the leaves of the change log that no shard can still want; never today's, yesterday's or tomorrow's. Locks the leaf only.
create function {schema}.rotate_change_log() returns text[] language plpgsql as $$
declare
  done text[] := '{}'; low xid8; hi xid8;
  today int := ((extract(epoch from clock_timestamp())::bigint / 86400) % 8);
begin
  select min(pg_snapshot_xmin(snap)::text::bigint)::text::xid8 into low from {schema}.lease where address <= {shard_mask};
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
