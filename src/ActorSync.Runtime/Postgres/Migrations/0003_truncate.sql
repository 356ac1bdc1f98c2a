-- TRUNCATE of a table whose mapping says truncate = delete.

create or replace function {schema}.refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'TRUNCATE of the mapped table %.% is refused: no record of it would be captured', tg_table_schema, tg_table_name
    using hint = 'Use DELETE, which deletes the records in Salesforce too, write truncate = delete in the mapping, or remove the mapping first.';
end $$;

-- BEFORE TRUNCATE, which holds the table exclusively by then: a delete of every row is logged, in id order, in one statement. What TRUNCATE empties are all
-- rows, whatever the transaction sees of them, so the transaction must see them all: a snapshot taken earlier would miss what was committed since.
-- Arguments: as of capture.
create function {schema}.capture_truncate() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set extra_float_digits = 1
  set bytea_output = 'hex' set intervalstyle = 'iso_8601' as $$
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'TRUNCATE of the mapped table %.% is refused in a % transaction: rows it cannot see would be emptied without being captured',
      tg_table_schema, tg_table_name, upper(current_setting('transaction_isolation'))
      using hint = 'Use READ COMMITTED for it, or DELETE.';
  end if;
  execute format(
    'insert into {schema}.change_log(shard, mapping, operation, external_id, birth, revision, old_values)
     select {schema}.shard_of(t.%1$I), $1, ''D'', t.%1$I, t._asy_birth, t._asy_rev, {hstore}.hstore_to_jsonb({hstore}.slice({hstore}.hstore(t), $2))
     from only %2$I.%3$I t order by t.id', tg_argv[1], tg_table_schema, tg_table_name)
    using tg_argv[0]::smallint, tg_argv[2]::text[];
  return null;
end $$;
