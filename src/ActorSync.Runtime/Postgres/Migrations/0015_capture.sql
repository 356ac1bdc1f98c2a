-- What capture costs the application is paid for every row, and once more for what a transaction does first. So the row is logged by a statement of plain parameters, which is
-- cheap to start; everything else is an expression of the function, which is made ready once a transaction; and as little as possible is set for the duration of a call.

-- Days since the epoch modulo 8, as before, without the arithmetic of numeric.
alter table {schema}.change_log alter slot set default (date_part('epoch', clock_timestamp())::bigint / 86400 % 8)::smallint;

-- As in 0002: the difference of the mapped columns as jsonb. The settings are those that the text of dates, times and instants depends on: mapped columns have no other types
-- whose text differs between sessions. What the engine's own statement writes is not logged: no reader wants it, and the engine has each row as it became from the statement itself
-- (RETURNING), whatever BEFORE triggers made of it. What triggers of the application do inside such a statement is theirs, and is logged.
create or replace function {schema}.capture() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' as $$
declare
  o {hstore}.hstore; n {hstore}.hstore; same {hstore}.hstore; before jsonb; after jsonb;
  k uuid; s smallint; m smallint := tg_argv[0]::smallint; c text[] := tg_argv[2]::text[];
begin
  if session_user = {engine_role} and pg_trigger_depth() = 1 and coalesce(current_setting('actorsync.origin', true), '') <> '' then
    return null;
  end if;
  if tg_op = 'UPDATE' then
    o := {hstore}.hstore(old.*);
    n := {hstore}.hstore(new.*);
    k := {hstore}.fetchval(n, tg_argv[1])::uuid;
    s := {schema}.shard_of(k);
    if tg_nargs > 3 and coalesce(current_setting('actorsync.intent', true), '') <> '' then
      same := {hstore}.slice({hstore}.slice(n, c), current_setting('actorsync.intent')::text[]);
      perform set_config('actorsync.intent', '', true);
      before := {hstore}.hstore_to_jsonb({hstore}.hs_concat({hstore}.slice({hstore}.delete(o, n), c), same));
      after := {hstore}.hstore_to_jsonb({hstore}.hs_concat({hstore}.slice({hstore}.delete(n, o), c), same));
    else
      before := {hstore}.hstore_to_jsonb({hstore}.slice({hstore}.delete(o, n), c));
      after := {hstore}.hstore_to_jsonb({hstore}.slice({hstore}.delete(n, o), c));
    end if;
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, old_values, new_values)
    values (s, m, 'U', k, new._asy_birth, new._asy_rev, before, after);
  elsif tg_op = 'INSERT' then
    n := {hstore}.hstore(new.*);
    k := {hstore}.fetchval(n, tg_argv[1])::uuid;
    s := {schema}.shard_of(k);
    after := {hstore}.hstore_to_jsonb({hstore}.slice(n, c));
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, new_values)
    values (s, m, 'I', k, new._asy_birth, new._asy_rev, after);
  else
    o := {hstore}.hstore(old.*);
    k := {hstore}.fetchval(o, tg_argv[1])::uuid;
    s := {schema}.shard_of(k);
    before := {hstore}.hstore_to_jsonb({hstore}.slice(o, c));
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, old_values)
    values (s, m, 'D', k, old._asy_birth, old._asy_rev, before);
  end if;
  return null;
end $$;

-- The same for a table whose mapped columns have the same text in every session: nothing but the search_path is set.
do $do$ begin
  execute format('create function {schema}.capture_plain() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %L',
    (select prosrc from pg_proc where oid = '{schema}.capture()'::regprocedure));
end $do$;
revoke all on function {schema}.capture_plain() from public;

-- BEFORE ROW, as in 0001; of an update it also says that the change of a mapped column waits, if its argument names the mapped columns. The condition of a trigger of its own
-- (mark_pending), all columns of the row before and after, is read anew by every statement: that costs a statement of one row as much as the rest of its capture's expressions.
create or replace function {schema}.revise() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if tg_nargs > 0 and (new._hc_lastop is distinct from 'PENDING' or new._hc_err is not null)
      and (session_user <> {engine_role} or pg_trigger_depth() > 1 or coalesce(current_setting('actorsync.origin', true), '') = '')
      and {hstore}.exists_any({hstore}.delete({hstore}.hstore(new.*), {hstore}.hstore(old.*)), tg_argv[0]::text[]) then
      new._hc_lastop := 'PENDING';
      new._hc_err := null;
    end if;
    new._asy_birth := old._asy_birth;
    new._asy_rev := old._asy_rev + 1;
  else
    new._asy_birth := nextval('{schema}.birth');
    new._asy_rev := 1;
    if session_user <> {engine_role} or pg_trigger_depth() > 1 or coalesce(current_setting('actorsync.origin', true), '') = '' then
      new._hc_lastop := 'PENDING';
      new._hc_err := null;
    end if;
  end if;
  return new;
end $$;
