-- Which history of which server these tables belong to. A standby that is promoted, and a server that is restored from a backup, is on another one: commits that
-- nodes and Salesforce know of may be missing in it. A server that cannot tell has one history for ever.
do $$ begin
  perform pg_walfile_name(pg_current_wal_insert_lsn());
  create function {schema}.timeline() returns text language sql volatile as 'select substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)';
exception when insufficient_privilege or feature_not_supported or undefined_function then
  create function {schema}.timeline() returns text language sql volatile as 'select ''unknown''';
end $$;
do $$ begin
  perform system_identifier from pg_control_system();
  create function {schema}.server() returns text language sql volatile as 'select system_identifier::text from pg_control_system()';
exception when insufficient_privilege or feature_not_supported or undefined_function then
  create function {schema}.server() returns text language sql volatile as 'select ''unknown''';
end $$;
alter function {schema}.timeline() set search_path = pg_catalog, pg_temp;
alter function {schema}.server() set search_path = pg_catalog, pg_temp;
revoke all on function {schema}.timeline(), {schema}.server() from public;
alter table {schema}.cluster add column server text, add column timeline text;
update {schema}.cluster set server = {schema}.server(), timeline = {schema}.timeline();

-- Failovers and restores that were noticed.
create table {schema}.failover(
  number int generated always as identity primary key,
  noticed_at timestamptz not null,     -- by the new server's clock: nothing of the lost history is sent later
  survived_at timestamptz not null,    -- a time at which what survived was the truth; what is missing was committed later
  history_before text not null,        -- server/timeline
  history text not null,
  last_change bigint not null,         -- of changes up to this id in the change log the lost history may have sent something
  submissions int not null,            -- that were open
  offers bigint not null);             -- that waited

-- Writes from before the newest failover about which Salesforce has been asked: those of this record, up to this change, are known now.
create table {schema}.failover_answer(
  failover int not null,
  mapping smallint not null,
  external_id uuid not null,
  position bigint not null,
  primary key (failover, mapping, external_id));

-- Records that were corrected because of a failover: an array of what was taken from Salesforce, oldest first.
create table {schema}.failover_correction(
  failover int not null,
  mapping smallint not null,
  external_id uuid not null,
  at timestamptz not null,
  changes jsonb not null,
  primary key (failover, mapping, external_id));
