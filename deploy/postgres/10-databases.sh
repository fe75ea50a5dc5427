#!/usr/bin/env bash
# One database and one login role a service; none may connect to another's.
set -euo pipefail
for name in caseload roster hr finance governance interop identity; do
  psql -v ON_ERROR_STOP=1 -U postgres <<SQL
create role $name login password '$POSTGRES_PASSWORD';
create database $name owner $name;
revoke connect on database $name from public;
SQL
done
