#!/usr/bin/env bash
# One database and two roles a service: one owns it and migrates it, the service's own role owns nothing. None may connect
# to another's database. Their passwords are those of the addresses that the processes are given, as files.
set -euo pipefail

password_of() {
  local address
  address=$(<"/run/secrets/$1")
  address=${address#*://*:}
  printf '%s' "${address%%@*}"
}

for name in caseload roster hr finance governance interop identity; do
  psql -v ON_ERROR_STOP=1 -v owners="$(password_of "${name}_owner_database_url")" -v own="$(password_of "${name}_database_url")" \
    -U postgres <<SQL
create role ${name}_owner login password :'owners';
create role $name login password :'own';
create database $name owner ${name}_owner;
revoke all on database $name from public;
grant connect on database $name to $name;
\connect $name
-- Behind row-level security an index serves only operators that give nothing away. To PostgreSQL the comparison of texts is
-- one, and that of arrays of texts, by which interop finds identifiers, is not; only a superuser may say that it is.
alter function pg_catalog.arrayoverlap(anyarray, anyarray) leakproof;
SQL
done
