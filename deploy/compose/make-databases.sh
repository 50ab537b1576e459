#!/bin/bash
# Run by the PostgreSQL image at the first start of an empty volume: one database and two roles per service. The one owns
# it and migrates, the other serves. No role may connect to another's database. It can be run again, and gives what
# belonged to a role that serves to its owner: docker compose exec postgres bash /docker-entrypoint-initdb.d/make-databases.sh
set -eu -o pipefail

for service in security backoffice verification payments games reports; do
    password="${service^^}_DB_PASSWORD" owner_password="${service^^}_OWNER_DB_PASSWORD"
    # Values are passed as psql variables and quoted by psql itself.
    psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set name="$service" --set owner="${service}_owner" \
        --set password="${!password}" --set owner_password="${!owner_password}" <<'SQL'
SELECT format('CREATE ROLE %I', role) FROM unnest(ARRAY[:'name', :'owner']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE :"name" LOGIN PASSWORD :'password';
ALTER ROLE :"owner" LOGIN PASSWORD :'owner_password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"name" TO :"name";
\connect :"name"
REASSIGN OWNED BY :"name" TO :"owner";
SQL
done
