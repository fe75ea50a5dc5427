#!/usr/bin/env bash
# The part of the official image's entry that the compose file relies on: an empty folder becomes a cluster, the scripts run
# on a server that no network reaches, and the server proper takes this process's place. Another command is just run.
set -euo pipefail
sockets=/var/run/postgresql
if [ "$1" != postgres ]; then
  exec "$@"
fi
if [ "$(id -u)" = 0 ]; then
  install -d -m 0700 -o postgres -g postgres "$(dirname "$PGDATA")" "$PGDATA"
  chown postgres:postgres "$sockets" "$(dirname "$(dirname "$PGDATA")")"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups bash "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-host=scram-sha-256 --auth-local=trust \
    --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait --options="-c listen_addresses='' -k $sockets" start
  for script in /docker-entrypoint-initdb.d/*.sh; do
    bash "$script"
  done
  pg_ctl --wait --mode=fast stop
fi
exec "$@" -c "listen_addresses=*" -k "$sockets"
