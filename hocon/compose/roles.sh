#!/bin/sh
# Run once by the PostgreSQL image, in a new data folder: the roles of docs/roles.sql. The application's password is in docker-compose.yml.
set -eu
psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v node=actorsync -v application=application -v schema=salesforce -f /roles.sql
psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v node_password="$(cat /run/secrets/node-password)" -v application_password="$APPLICATION_PASSWORD" <<'SQL'
alter role actorsync password :'node_password';
alter role application password :'application_password';
SQL
