-- What a node is asked to do, and what it can do.
alter table {schema}.node
  add column drain_asked_at timestamptz,                    -- it hands everything it holds to the others, and ends
  add column kinds smallint[] not null default '{}',        -- the kinds of actors it knows: the mappings of its configuration
  add column format int not null default 1;                 -- what it writes of states and events

-- Set: nobody maps this object any more, and what is captured of it is passed over.
alter table {schema}.mapping add column retired_at timestamptz;

-- The highest format that any node has written: one that writes a lower one could not read what is there.
alter table {schema}.cluster add column format int not null default 1,
  -- Offers that wait for people, because the birth they name is paused: the coordinator says so to every node.
  add column held_offers int not null default 0;
