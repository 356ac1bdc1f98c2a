-- Calls that are outside while the coordinator is handed over stay with the node that made them, which brings their answers to whoever holds the coordinator then.
alter table {schema}.submission add column carrier uuid;       -- the node whose process made the call

create table {schema}.carried_answer(
  submission uuid primary key,
  carrier uuid not null,
  answer jsonb not null,
  at timestamptz not null default clock_timestamp());
