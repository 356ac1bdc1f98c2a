-- An idle node has PostgreSQL look whether anything was committed, in one statement of a tenth of a second, instead of asking anew each time: a look costs a tenth of a question, so there can be
-- more of them. Each expression of a volatile function sees what is committed when it is evaluated.
create function {schema}.watch(p_snapshot text, p_look double precision, p_at_most double precision) returns text language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  until timestamptz := clock_timestamp() + make_interval(secs => p_at_most);
  snapshot text;
begin
  loop
    snapshot := pg_current_snapshot()::text;
    if snapshot <> p_snapshot or clock_timestamp() >= until then
      return snapshot;
    end if;
    perform pg_sleep(p_look);
  end loop;
end $$;
revoke all on function {schema}.watch(text, double precision, double precision) from public;
