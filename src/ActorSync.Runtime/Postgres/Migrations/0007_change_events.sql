-- What finished submissions have sent, kept for mappings that are fed by change events: our own come back as such, up to three days later.
alter table {schema}.submission add column sent jsonb;
create index on {schema}.submission(finished_at) where sent is not null;
