#!/usr/bin/env bash
# One database and two roles a service: one owns it and migrates it, the service's own role owns nothing. None may connect
# to another's database.
set -euo pipefail
for name in caseload roster hr finance governance interop identity; do
  psql -v ON_ERROR_STOP=1 -U postgres <<SQL
create role ${name}_owner login password '$POSTGRES_PASSWORD';
create role $name login password '$POSTGRES_PASSWORD';
create database $name owner ${name}_owner;
revoke all on database $name from public;
grant connect on database $name to $name;
\connect $name
-- Behind row-level security an index serves only operators that give nothing away. To PostgreSQL the comparison of texts is
-- one, and that of arrays of texts, by which interop finds identifiers, is not; only a superuser may say that it is.
alter function pg_catalog.arrayoverlap(anyarray, anyarray) leakproof;
SQL
done
