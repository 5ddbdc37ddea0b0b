#!/bin/sh
# Makes the Temporal server's databases and brings their schemas to its version; may run as often as one likes.
set -eu
[ -z "${SQL_PASSWORD_FILE:-}" ] || SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD

tool() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port "$DB_PORT" --user "$POSTGRES_USER" --database "$database" "$@"
}

bring() {
  # These two fail where they have been done before; what is really wrong makes the third fail.
  tool "$1" create || true
  tool "$1" setup-schema --version 0.0 || true
  tool "$1" update-schema --schema-dir "${SCHEMAS:-/etc/temporal/schema/postgresql/v12}/$2/versioned"
}

bring temporal temporal
bring temporal_visibility visibility
