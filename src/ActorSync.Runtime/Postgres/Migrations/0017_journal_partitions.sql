-- The journal by weeks (Monday 00:00 UTC), so that old history can be taken out at the price of a DROP. What there is becomes the first partition, without a bound below: its rows and its
-- index stay as they are, and are read once to see that none is later than its bound.
-- Each partition has the primary key (address, seq), and the parent none: one of the parent's would have to contain the time, which would make it larger, say less, and be built anew
-- over everything there is. There is no DEFAULT partition: it would forbid DETACH CONCURRENTLY.
-- Nothing of the journal is ever updated or deleted. A vacuum finds but the ends of its pages free, and what is journaled next is then strewn over them, a page image of 8 KB in the
-- write-ahead log for each row: so none is started because of what was inserted (those that freeze come as everywhere).
do $$ declare
  bound timestamptz;
  name text;
  given record;
begin
  select date_trunc('week', greatest(clock_timestamp(), max(at)) at time zone 'UTC') at time zone 'UTC' + interval '7 days' into bound from {schema}.journal;
  name := 'journal_to_' || to_char((bound - interval '7 days') at time zone 'UTC', 'IYYY"w"IW');
  execute format('alter table {schema}.journal rename to %I', name);
  execute format('alter index {schema}.journal_pkey rename to %I', name || '_pkey');
  execute format('alter table {schema}.%I set (autovacuum_vacuum_insert_threshold = -1)', name);
  execute format('create table {schema}.journal (like {schema}.%I including defaults including storage including compression) partition by range (at)', name);
  execute format('alter table {schema}.journal attach partition {schema}.%I for values from (minvalue) to (%L)', name, bound);
  -- Who may read the journal, auditors say, may go on.
  for given in select a.privilege_type, a.is_grantable, case a.grantee when 0 then 'public' else a.grantee::regrole::text end grantee
    from pg_class c cross join lateral aclexplode(c.relacl) a where c.oid = format('{schema}.%I', name)::regclass and a.grantee <> c.relowner
  loop
    execute format('grant %s on {schema}.journal to %s', given.privilege_type, given.grantee || case when given.is_grantable then ' with grant option' else '' end);
  end loop;
end $$;

-- Partitions that were written to files: noted before they are detached and dropped.
create table {schema}.journal_archive(
  partition text primary key,   -- as the table was named
  from_at timestamptz,          -- null: from the beginning
  to_at timestamptz not null,   -- nothing of this time or later is in it
  rows bigint not null,
  file text not null,           -- where it was written, on the machine that wrote it
  sha256 text not null,         -- of the file, hexadecimal
  archived_at timestamptz not null default clock_timestamp());

-- Makes the partitions of last week, this one and the next four that are not there, and returns their names. ATTACH lets reading and writing of the others go on, which CREATE ... PARTITION OF
-- would not. Somebody who has the journal locked is waited for only when this week's is missing: without it nothing can be journaled.
create function {schema}.make_journal_partitions() returns text[] language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  made text[] := '{}';
  this_week timestamptz := date_trunc('week', clock_timestamp());
  week timestamptz;
  name text;
begin
  for week in select w from generate_series(this_week - interval '7 days', this_week + interval '28 days', interval '7 days') w order by w <> this_week, w loop
    name := 'journal_' || to_char(week, 'IYYY"w"IW');
    continue when {schema}.is_journaled(week);
    perform pg_advisory_xact_lock(hashtextextended('actorsync journal partitions', 0));
    continue when {schema}.is_journaled(week) or exists (select from {schema}.journal_archive a where a.partition = name);
    perform set_config('lock_timeout', case when week = this_week then '0' else '200ms' end, true);
    begin
      execute format('create table {schema}.%I (like {schema}.journal including defaults including storage including compression, primary key (address, seq)) with (autovacuum_vacuum_insert_threshold = -1)', name);
      execute format('alter table {schema}.journal attach partition {schema}.%I for values from (%L) to (%L)', name, week, week + interval '7 days');
      made := made || name;
    exception when lock_not_available then null;
    end;
  end loop;
  return made;
end $$;

-- The partitions of the journal, without those that are being detached; from_at is null for the one without a bound below.
create function {schema}.journal_partitions(out partition text, out from_at timestamptz, out to_at timestamptz)
returns setof record language sql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' as $$
  select c.relname::text, substring(b.bound from $re$FROM \('([^']+)'\)$re$)::timestamptz, substring(b.bound from $re$TO \('([^']+)'\)$re$)::timestamptz
  from pg_inherits i join pg_class c on c.oid = i.inhrelid cross join lateral pg_get_expr(c.relpartbound, c.oid) b(bound)
  where i.inhparent = '{schema}.journal'::regclass and not i.inhdetachpending
$$;

create function {schema}.is_journaled(p_at timestamptz) returns boolean language sql stable set search_path = pg_catalog, pg_temp as
  'select exists (select from {schema}.journal_partitions() p where (p.from_at is null or p.from_at <= p_at) and p.to_at > p_at)';

revoke all on function {schema}.make_journal_partitions(), {schema}.journal_partitions(), {schema}.is_journaled(timestamptz) from public;
select {schema}.make_journal_partitions();

-- When a record came to be known; null is before this migration. Of the history of a record that is older than what is left of the journal nothing can be told without the files.
alter table {schema}.actor add column since timestamptz;
alter table {schema}.actor alter column since set default clock_timestamp();
