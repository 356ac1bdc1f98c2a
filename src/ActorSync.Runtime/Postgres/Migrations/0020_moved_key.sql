-- capture does not look at what the engine's own statement writes: that one asks here, for a row that comes back with another external id than it was found by.
-- In a migration of its own, so that databases that had the one before get it too.
create or replace function {schema}.refuse_moved_key(p_from uuid, p_to uuid) returns uuid language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the external id of a mapped record cannot change (from % to %, by a BEFORE trigger of the table)', p_from, p_to
    using hint = 'Let the trigger leave the column of the external id as it is.';
end $$;
revoke all on function {schema}.refuse_moved_key(uuid, uuid) from public;
