-- Calls against the org's daily API requests, in parts of the window, by node and kind; 'Ahead' is what a node has booked and not used. Their sum is what all nodes of
-- the connection have spent, whatever became of them.
create table {schema}.api_call(
  part timestamptz not null,
  node uuid not null,
  kind text not null,
  calls bigint not null,
  primary key (part, node, kind)
);

-- One row: the org's own count as a node last heard it, and what the budget makes of it all, for those who ask.
create table {schema}.api_budget(
  one boolean primary key default true check (one),
  org_used bigint,
  org_max bigint,
  org_at timestamptz,
  level text,
  share bigint,
  reserve bigint,
  calls_left bigint,
  per_hour double precision,
  used_up_at timestamptz,
  more_at timestamptz,
  said text,
  at timestamptz
);
