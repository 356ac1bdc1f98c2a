-- Two roles with no more rights than they need. A superuser runs this once, in the database of the mapped tables, before the first start of a node:
--
--   psql -v node=actorsync -v application=shop -v schema=salesforce -f docs/roles.sql DATABASE
--
--   node         the login of the nodes (postgres.url); all nodes of a database use the same one, for its life
--   application  the role that reads and writes the mapped tables; run the file again for a second one
--   schema       the schema of the mapped tables (postgres.schema)
--
-- Roles that do not exist are made, without a password: give them one by \password, which sends no more than its hash, or let them sign in by pg_hba.conf.
-- To run it again changes nothing. The node's role may connect, owns the schema actorsync and creates tables in the mapped schema, which are its own because
-- only an owner can keep triggers and add columns. It can create no schema, no role and no database, and it reads no other table.
\set ON_ERROR_STOP on
begin;

select format('create role %I login', :'node') where not exists (select from pg_roles where rolname = :'node') \gexec
select format('create role %I login', :'application') where not exists (select from pg_roles where rolname = :'application') \gexec
alter role :"node" nosuperuser nocreatedb nocreaterole noreplication nobypassrls;

-- Capture makes its differences by hstore. Nobody but its owner may create functions in its schema: they could be preferred to those of hstore, with the rights of the
-- node. (Databases that are older than PostgreSQL 15 let everybody create in public. A role that was granted it by name, and the owner of the database, still can.)
create extension if not exists hstore;
select format('grant usage on schema %1$I to %2$I; revoke create on schema %1$I from public, %3$I', n.nspname, :'node', :'application')
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'hstore' \gexec

grant connect on database :"DBNAME" to :"node", :"application";

-- The engine's own tables. The application needs nothing here: the triggers of the mapped tables write to them with the rights of the node.
create schema if not exists actorsync;
alter schema actorsync owner to :"node";
revoke all on schema actorsync from public, :"application";

-- The mapped tables. Never grant TRIGGER on them to a role that is not trusted with the node's rights: the functions of triggers run as whoever writes, and the node writes too.
create schema if not exists :"schema";
grant usage, create on schema :"schema" to :"node";
grant usage on schema :"schema" to :"application";
alter default privileges for role :"node" in schema :"schema" grant select, insert, update, delete on tables to :"application";
alter default privileges for role :"node" in schema :"schema" grant usage, select on sequences to :"application";

commit;
