-- What people want of a mapping, and what keeps it from going on. No row: nothing of either.
create table {schema}.mapping_state(
  mapping smallint primary key,
  paused_at timestamptz,                                    -- its feed reads nothing and its offers stay where they are
  paused_by text,
  reloads int not null default 0,                           -- how many times a reload was asked for; the feed's cursor says how many have begun
  failed_at timestamptz,                                    -- it waits for a person
  failed text);
