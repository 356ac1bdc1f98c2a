-- Every function of the engine finds what it calls in pg_catalog or by a full name, whatever the session's search_path is, and every trigger function runs with the
-- engine's rights: the application's role needs no right in this schema, and functions and operators of its own never run with the engine's.
-- That holds as long as nobody else may create functions in the schema of hstore: one made for the row type of a mapped table would be preferred there.
alter function {schema}.note_intent() security definer;
alter function {schema}.refuse_key_change() security definer set search_path = pg_catalog, pg_temp;
alter function {schema}.refuse_truncate() security definer set search_path = pg_catalog, pg_temp;
alter function {schema}.rotate_change_log() set search_path = pg_catalog, pg_temp;
alter function {schema}.read_window(smallint[], pg_snapshot, pg_snapshot, bigint, int) set search_path = pg_catalog, pg_temp;
alter function {schema}.read_window_range(smallint[], pg_snapshot, pg_snapshot, bigint, bigint, int) set search_path = pg_catalog, pg_temp;

-- A trigger fires whoever may execute its function; nobody but the engine calls one by name.
do $$ declare f regprocedure; begin
  for f in select p.oid from pg_proc p where p.pronamespace = '{schema}'::regnamespace
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e') loop
    execute format('revoke all on function %s from public', f);
  end loop;
end $$;
