-- A node that is asked to drain hands everything it holds to the others, and ends.
alter table {schema}.node add column drain_asked_at timestamptz;
