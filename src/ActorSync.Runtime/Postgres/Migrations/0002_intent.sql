-- Fields of intent: a statement that sets a column to what it was has said something.

-- AFTER UPDATE OF (column), where the column did not change. It fires for a row immediately before that row's capture, whose name sorts behind it, so
-- the note is of this row and this statement; capture takes it away. What the engine writes, and what triggers make of that, is nobody's intent.
-- Argument: the column.
create function {schema}.note_intent() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if session_user <> {engine_role} or coalesce(current_setting('actorsync.origin', true), '') = '' then
    perform set_config('actorsync.intent', array_append(nullif(current_setting('actorsync.intent', true), '')::text[], tg_argv[0])::text, true);
  end if;
  return null;
end $$;

-- As in 0001; of a field of intent that was set to what it was, its value is logged as old and new. A fourth argument says that the mapping has such fields.
create or replace function {schema}.capture() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set extra_float_digits = 1
  set bytea_output = 'hex' set intervalstyle = 'iso_8601' as $$
declare
  o {hstore}.hstore; n {hstore}.hstore; g uuid; k uuid; c text[] := tg_argv[2]::text[]; same {hstore}.hstore;
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
    if tg_nargs > 3 and coalesce(current_setting('actorsync.intent', true), '') <> '' then
      same := {hstore}.slice(n, current_setting('actorsync.intent')::text[]);
      perform set_config('actorsync.intent', '', true);
    end if;
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, origin, old_values, new_values)
    values ({schema}.shard_of(k), tg_argv[0]::smallint, 'U', k, new._asy_birth, new._asy_rev, g,
            {hstore}.hstore_to_jsonb(case when same is null then {hstore}.delete(o, n) else {hstore}.hs_concat({hstore}.delete(o, n), same) end),
            {hstore}.hstore_to_jsonb(case when same is null then {hstore}.delete(n, o) else {hstore}.hs_concat({hstore}.delete(n, o), same) end));
  elsif tg_op = 'INSERT' then
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, origin, new_values)
    values ({schema}.shard_of(k), tg_argv[0]::smallint, 'I', k, new._asy_birth, new._asy_rev, g, {hstore}.hstore_to_jsonb(n));
  else
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, origin, old_values)
    values ({schema}.shard_of(k), tg_argv[0]::smallint, 'D', k, old._asy_birth, old._asy_rev, g, {hstore}.hstore_to_jsonb(o));
  end if;
  return null;
end $$;
