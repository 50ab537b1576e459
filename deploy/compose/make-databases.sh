#!/bin/bash
# Run by the PostgreSQL image at the first start of an empty volume: one role and one database per service.
# No role may connect to another's database.
set -eu -o pipefail

for service in security backoffice verification payments games reports; do
    variable="${service^^}_DB_PASSWORD"
    # Values are passed as psql variables and quoted by psql itself.
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set name="$service" --set password="${!variable}" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
SQL
done
