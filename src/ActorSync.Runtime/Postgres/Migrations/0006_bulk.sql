-- Submissions that go as jobs of Bulk API 2.0. The job is noted before it is given a record, so whoever finds an unfinished submission asks for this job;
-- one without a job was never given any.
alter table {schema}.submission add column api text not null default 'Soap', add column job_id text;
