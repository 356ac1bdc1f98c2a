-- coordinator.order = log: writes leave in the order of their first change in the change log.
alter table {schema}.offer add column position bigint not null default 0;
create index on {schema}.offer(position, id);
