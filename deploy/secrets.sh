#!/bin/sh
# Makes what docker-compose.yml reads from deploy/secrets: passwords, the keys of what the engine holds, and certificates of an authority of
# its own, by which Temporal and its clients know each other (mTLS). What is there stays, but certificates that end within 30 days are made
# anew: run it once a month, then restart. Passwords and keys in use already are taken from RECORDS_PASSWORD, TEMPORAL_DB_PASSWORD,
# GRAFANA_PASSWORD and GENDAN_KEYS. `ca.key` is needed by this script alone: keep it elsewhere.
set -eu
umask 077
folder=${1:-$(dirname "$0")/secrets}
# Nobody else gets past the folder; a file in it is read by the user of the container that it is given to, whoever that is.
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

keep() { # NAME, from stdin
  cat >"$1.new"
  [ -s "$1.new" ] || { echo "$folder/$1 could not be made" >&2; exit 1; }
  chmod 444 "$1.new"
  mv "$1.new" "$1"
  echo "made $folder/$1"
}

secret() { # NAME VALUE
  [ -s "$1" ] || printf %s "$2" | keep "$1"
}

random() {
  openssl rand -hex 24
}

# Every byte as an address has it, whatever the password is made of.
encoded() {
  od -An -tx1 -v | tr -d ' \n' | sed 's/../%&/g'
}

secret records-password "${RECORDS_PASSWORD:-$(random)}"
secret database-url "postgres://gendan:$(encoded <records-password)@records:5432/gendan"
secret engine-password "${TEMPORAL_DB_PASSWORD:-$(random)}"
secret grafana-password "${GRAFANA_PASSWORD:-$(random)}"
new_keys="[{\"id\": \"$(date -u +%Y-%m-%d)\", \"key\": \"$(openssl rand -base64 32)\"}]"
secret keys.json "${GENDAN_KEYS:-$new_keys}"

new_key() { # FILE
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1" 2>/dev/null
}

if [ ! -s ca.pem ]; then
  new_key ca.key
  openssl req -x509 -new -key ca.key -days 3650 -subj "/CN=Gendan Temporal CA" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" | keep ca.pem
fi

certificate() { # NAME USES
  if [ -s "$1.key" ] && [ -s "$1.pem" ] && openssl x509 -in "$1.pem" -noout -checkend 2592000 >/dev/null &&
    openssl verify -CAfile ca.pem "$1.pem" >/dev/null 2>&1; then return; fi
  [ -s ca.key ] || { echo "$folder/ca.key is not here, and $1 needs a certificate: bring it back" >&2; exit 1; }
  new_key "$1.key.new"
  cat >"$1.ext" <<EXTENSIONS
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=$2
subjectAltName=DNS:$1
EXTENSIONS
  openssl req -new -key "$1.key.new" -subj "/CN=$1" |
    openssl x509 -req -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -days 397 -sha256 -extfile "$1.ext" 2>/dev/null >"$1.pem.new"
  [ -s "$1.pem.new" ] || { echo "$folder/$1.pem could not be made" >&2; exit 1; }
  chmod 444 "$1.key.new" "$1.pem.new"
  mv "$1.key.new" "$1.key"
  mv "$1.pem.new" "$1.pem"
  rm -f "$1.ext"
  echo "made $folder/$1.pem, good for 397 days"
}

# The server is its own client too: its parts speak to each other.
certificate temporal serverAuth,clientAuth
for client in api worker namespace temporal-ui operator; do certificate "$client" clientAuth; done
