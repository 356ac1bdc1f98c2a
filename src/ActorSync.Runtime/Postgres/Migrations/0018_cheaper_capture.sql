-- A search path that is fixed for a call is set and put back for every row, which costs a statement of one row a sixth of its capture. These functions name everything in full instead,
-- operators as the functions that they are (IS DISTINCT FROM would look for an operator too), so that the caller's search path decides nothing.
-- capture also refuses to change the external id: the condition of a trigger of its own is read anew by every statement, for 5 us. What it refuses is the row as it was stored, whatever
-- BEFORE triggers made of it. refuse_key_change stays for the triggers of tables that are not mapped any more.
create or replace function {schema}.capture_plain() returns trigger language plpgsql security definer as $$
declare
  o {hstore}.hstore; n {hstore}.hstore; same {hstore}.hstore; before pg_catalog.jsonb; after pg_catalog.jsonb;
  k pg_catalog.uuid; s pg_catalog.int2; m pg_catalog.int2; c pg_catalog.text[];
begin
  -- The engine's own statement.
  if pg_catalog.nameeq(session_user, {engine_role}) and pg_catalog.int4eq(pg_catalog.pg_trigger_depth(), 1) and pg_catalog.textne(coalesce(pg_catalog.current_setting('actorsync.origin', true), ''), '') then
    return null;
  end if;
  m := tg_argv[0]::pg_catalog.int2;
  c := tg_argv[2]::pg_catalog.text[];
  if pg_catalog.texteq(tg_op, 'UPDATE') then
    o := {hstore}.hstore(old.*);
    n := {hstore}.hstore(new.*);
    if pg_catalog.textne({hstore}.fetchval(n, tg_argv[1]), {hstore}.fetchval(o, tg_argv[1])) then
      raise exception 'the external id of a mapped record cannot change (%.%, column %)', tg_table_schema, tg_table_name, tg_argv[1]
        using hint = 'Delete the row and insert it under the new id.';
    end if;
    k := {hstore}.fetchval(n, tg_argv[1])::pg_catalog.uuid;
    s := {schema}.shard_of(k);
    if pg_catalog.int4gt(tg_nargs, 3) and pg_catalog.textne(coalesce(pg_catalog.current_setting('actorsync.intent', true), ''), '') then
      same := {hstore}.slice({hstore}.slice(n, c), pg_catalog.current_setting('actorsync.intent')::pg_catalog.text[]);
      perform pg_catalog.set_config('actorsync.intent', '', true);
      before := {hstore}.hstore_to_jsonb({hstore}.hs_concat({hstore}.slice({hstore}.delete(o, n), c), same));
      after := {hstore}.hstore_to_jsonb({hstore}.hs_concat({hstore}.slice({hstore}.delete(n, o), c), same));
    else
      before := {hstore}.hstore_to_jsonb({hstore}.slice({hstore}.delete(o, n), c));
      after := {hstore}.hstore_to_jsonb({hstore}.slice({hstore}.delete(n, o), c));
    end if;
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, old_values, new_values)
    values (s, m, 'U', k, new._asy_birth, new._asy_rev, before, after);
  elsif pg_catalog.texteq(tg_op, 'INSERT') then
    n := {hstore}.hstore(new.*);
    k := {hstore}.fetchval(n, tg_argv[1])::pg_catalog.uuid;
    s := {schema}.shard_of(k);
    after := {hstore}.hstore_to_jsonb({hstore}.slice(n, c));
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, new_values)
    values (s, m, 'I', k, new._asy_birth, new._asy_rev, after);
  else
    o := {hstore}.hstore(old.*);
    k := {hstore}.fetchval(o, tg_argv[1])::pg_catalog.uuid;
    s := {schema}.shard_of(k);
    before := {hstore}.hstore_to_jsonb({hstore}.slice(o, c));
    insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, old_values)
    values (s, m, 'D', k, old._asy_birth, old._asy_rev, before);
  end if;
  return null;
end $$;

-- The same with the settings that the text of dates, times and instants depends on.
do $do$ begin
  execute format('create or replace function {schema}.capture() returns trigger language plpgsql security definer set datestyle = ''ISO, YMD'' set timezone = ''UTC'' as %L',
    (select prosrc from pg_proc where oid = '{schema}.capture_plain()'::regprocedure));
end $do$;

create or replace function {schema}.revise() returns trigger language plpgsql security definer as $$
begin
  if pg_catalog.texteq(tg_op, 'UPDATE') then
    if pg_catalog.int4gt(tg_nargs, 0) and (new._hc_lastop is null or pg_catalog.textne(new._hc_lastop, 'PENDING') or new._hc_err is not null)
      and (pg_catalog.namene(session_user, {engine_role}) or pg_catalog.int4gt(pg_catalog.pg_trigger_depth(), 1) or pg_catalog.texteq(coalesce(pg_catalog.current_setting('actorsync.origin', true), ''), ''))
      and {hstore}.exists_any({hstore}.delete({hstore}.hstore(new.*), {hstore}.hstore(old.*)), tg_argv[0]::pg_catalog.text[]) then
      new._hc_lastop := 'PENDING';
      new._hc_err := null;
    end if;
    new._asy_birth := old._asy_birth;
    new._asy_rev := pg_catalog.int8pl(old._asy_rev, 1);
  else
    new._asy_birth := pg_catalog.nextval('{schema}.birth');
    new._asy_rev := 1;
    if pg_catalog.namene(session_user, {engine_role}) or pg_catalog.int4gt(pg_catalog.pg_trigger_depth(), 1) or pg_catalog.texteq(coalesce(pg_catalog.current_setting('actorsync.origin', true), ''), '') then
      new._hc_lastop := 'PENDING';
      new._hc_err := null;
    end if;
  end if;
  return new;
end $$;
