#!/usr/bin/env bash
# Private PostgreSQL, Dovecot, Postfix and Prometheus for the tests. Everything lives in one folder and listens
# on loopback only; no mail can leave, because the mail server has no client to send it with.
#
#   scripts/services.sh start DIR    starts what is installed, writes DIR/env
#   scripts/services.sh stop DIR     stops it
#
# Mail: every address below .example is a mailbox of its own with the password in DIR/env; whatever
# is sent to fernhill.example lands at support@fernhill.example. Two local parts are special, so that
# tests can see a mail server say no: refuse@ is answered 550, later@ is answered 450.
set -euo pipefail

usage() { sed -n '2,6p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || usage
verb=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
password=only-for-tests
patience=60

say() { echo "services: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
PATH=$PATH:/usr/sbin:/sbin

# How to become root, if at all: empty for root itself.
if [ "$(id -u)" = 0 ]; then root=(); elif have sudo && sudo -n true 2>/dev/null; then root=(sudo -n); else root=(false); fi
may_root() { [ "${root[0]:-}" != false ]; }
as_root() { ${root[@]+"${root[@]}"} "$@"; }

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

ports_taken=" "
free_port() { # sets $port
  local i
  for i in $(seq 200); do
    port=$((20000 + RANDOM % 12000))
    if [[ $ports_taken != *" $port "* ]] && ! answers "$port"; then ports_taken+="$port "; return; fi
  done
  say "no free port between 20000 and 32000"; exit 1
}

wait_for() { # name port
  local end=$((SECONDS + patience))
  until answers "$2"; do
    if [ $SECONDS -ge $end ]; then say "$1 does not answer on port $2 after $patience s; its log is in $dir"; return 1; fi
    sleep 0.1
  done
}

put() { printf 'export %s=%q\n' "$1" "$2" >>"$dir/env"; }

make_certificates() {
  mkdir -p "$dir/tls"
  cd "$dir/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.pem \
    -subj "/CN=Countersign test CA" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj "/CN=localhost" 2>/dev/null
  printf '%s\n' "subjectAltName=DNS:localhost,DNS:mail.fernhill.example,IP:127.0.0.1" "extendedKeyUsage=serverAuth" \
    "basicConstraints=CA:FALSE" >extensions
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out server.pem 2>/dev/null
  cd "$dir"
}

start_postgres() {
  local bin
  bin=$(postgres_bin)
  if [ -z "$bin" ]; then say "PostgreSQL is not installed (package postgresql)"; return 0; fi
  mkdir -p "$dir/postgres"
  if [ "$(id -u)" = 0 ]; then chown postgres "$dir/postgres"; fi
  as_postgres "$bin/initdb" --pgdata="$dir/postgres/data" --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync >"$dir/initdb.log" 2>&1 || { say "initdb failed; see $dir/initdb.log"; return 1; }
  free_port
  # Durability is the server's business, not that of a test that throws the folder away.
  as_postgres "$bin/pg_ctl" --pgdata="$dir/postgres/data" --log="$dir/postgres/log" --wait --timeout=$patience \
    --options="-p $port -k $dir/postgres -h 127.0.0.1 -F -c max_connections=400 -c full_page_writes=off -c shared_buffers=64MB -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=128MB -c min_wal_size=32MB" \
    start >/dev/null || { say "PostgreSQL did not start; see $dir/postgres/log"; return 1; }
  put COUNTERSIGN_TEST_POSTGRES "postgres://postgres@127.0.0.1:$port/postgres"
  say "PostgreSQL on port $port"
}

write_dovecot_conf() {
  local mail_uid mail_gid internal login
  if [ "$(id -u)" = 0 ]; then mail_uid=5000 mail_gid=5000 internal=dovecot login=dovenull
  else mail_uid=$(id -u) mail_gid=$(id -g) internal=$(id -un) login=$(id -un); fi
  mkdir -p "$dir/dovecot" "$dir/mail"
  if [ "$(id -u)" = 0 ]; then chown "$mail_uid:$mail_gid" "$dir/mail"; fi
  local same_user=""
  if [ "$(id -u)" != 0 ]; then
    same_user="default_internal_group = $(id -gn)
service anvil {
  chroot =
}
service imap-login {
  chroot =
}"
  fi
  { case $(dovecot --version) in
      2.[0-3].*) dovecot_23 ;;
      *) dovecot_24 ;;
    esac
    cat <<CONF
protocols = imap lmtp
listen = 127.0.0.1
base_dir = $dir/dovecot/run
state_dir = $dir/dovecot/state
log_path = $dir/dovecot/log
default_internal_user = $internal
default_login_user = $login
$same_user
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
auth_mechanisms = plain login
ssl = yes
mail_max_userip_connections = 100
imap_idle_notify_interval = 10 s
recipient_delimiter = +
service imap-login {
  inet_listener imap {
    port = $imap_port
  }
  inet_listener imaps {
    port = $imaps_port
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = $lmtp_port
  }
}
service auth {
  inet_listener auth {
    port = $auth_port
  }
}
CONF
  } >"$dir/dovecot/dovecot.conf"
}

# Dovecot 2.4 renamed what it had: the same settings in the words of each.
dovecot_23() {
  cat <<CONF
disable_plaintext_auth = no
ssl_cert = <$dir/tls/server.pem
ssl_key = <$dir/tls/server.key
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$mail_uid gid=$mail_gid home=$dir/mail/%Ld/%Ln allow_all_users=yes
}
CONF
}

dovecot_24() {
  cat <<CONF
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
ssl_server_cert_file = $dir/tls/server.pem
ssl_server_key_file = $dir/tls/server.key
mail_driver = maildir
mail_path = ~/Maildir
passdb static {
  password = $password
}
userdb static {
  fields {
    uid = $mail_uid
    gid = $mail_gid
    home = $dir/mail/%{user | domain | lower}/%{user | username | lower}
  }
  allow_all_users = yes
}
CONF
}

start_dovecot() {
  if ! have dovecot || [ ! -x /usr/lib/dovecot/lmtp ]; then say "Dovecot is not installed (packages dovecot-imapd, dovecot-lmtpd)"; return 0; fi
  free_port; imap_port=$port
  free_port; imaps_port=$port
  free_port; lmtp_port=$port
  free_port; auth_port=$port
  write_dovecot_conf
  dovecot -c "$dir/dovecot/dovecot.conf" 2>"$dir/dovecot/start.log" || { say "Dovecot did not start: $(tail -n 2 "$dir/dovecot/start.log")"; return 1; }
  wait_for Dovecot "$imap_port"
  wait_for "Dovecot (TLS)" "$imaps_port"
  wait_for "Dovecot (LMTP)" "$lmtp_port"
  put COUNTERSIGN_TEST_IMAP_HOST 127.0.0.1
  put COUNTERSIGN_TEST_IMAP_PORT "$imap_port"
  put COUNTERSIGN_TEST_IMAP_TLS_PORT "$imaps_port"
  put COUNTERSIGN_TEST_IMAP_USER support@fernhill.example
  put COUNTERSIGN_TEST_IMAP_PASSWORD "$password"
  put COUNTERSIGN_TEST_IMAP_CA "$dir/tls/ca.pem"
  put COUNTERSIGN_TEST_MAILDIRS "$dir/mail"
  say "Dovecot on ports $imap_port (plain) and $imaps_port (TLS)"
}

write_postfix_conf() {
  local etc=$dir/postfix/etc
  mkdir -p "$etc"
  cat >"$etc/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $dir/postfix/spool
data_directory = $dir/postfix/data
maillog_file = $dir/postfix/log
maillog_file_prefixes = $dir
multi_instance_name = postfix-countersign-test
myhostname = mail.fernhill.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
virtual_mailbox_domains = regexp:$etc/domains
virtual_alias_maps = regexp:$etc/aliases
virtual_transport = lmtp:inet:127.0.0.1:$lmtp_port
default_transport = error:5.7.1 no mail leaves this machine
relay_transport = error:5.7.1 no mail leaves this machine
local_transport = error:5.7.1 no local accounts
smtpd_recipient_restrictions = check_recipient_access regexp:$etc/recipients, permit_sasl_authenticated, permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$auth_port
smtpd_tls_security_level = may
smtpd_tls_cert_file = $dir/tls/server.pem
smtpd_tls_key_file = $dir/tls/server.key
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
message_size_limit = 62914560
virtual_mailbox_limit = 0
mailbox_size_limit = 0
biff = no
disable_dns_lookups = yes
in_flow_delay = 0
CONF
  echo '/^([a-z0-9-]+\.)+example$/ ok' >"$etc/domains"
  echo '/^[^@]+@fernhill\.example$/ support@fernhill.example' >"$etc/aliases"
  printf '%s\n' '/^refuse@/ 550 5.1.1 there is nobody of this name here' '/^later@/ 450 4.2.1 come back later' \
    '/@([a-z0-9-]+\.)+example$/ dunno' '/./ 550 5.7.1 no mail leaves this machine' >"$etc/recipients"
  cat >"$etc/master.cf" <<CONF
127.0.0.1:$smtp_port inet n - n - - smtpd
127.0.0.1:$smtps_port inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
CONF
}

start_postfix() {
  if ! have postfix; then say "Postfix is not installed (package postfix)"; return 0; fi
  if [ ! -f "$dir/dovecot/dovecot.conf" ]; then say "Postfix is left out: it delivers to Dovecot"; return 0; fi
  if ! may_root; then say "Postfix is left out: it starts as root only, and there is no password-free sudo"; return 0; fi
  free_port; smtp_port=$port
  free_port; smtps_port=$port
  write_postfix_conf
  as_root mkdir -p "$dir/postfix/spool" "$dir/postfix/data"
  as_root chown root "$dir/postfix/etc" "$dir/postfix/etc/main.cf" "$dir/postfix/etc/master.cf" "$dir/postfix/spool"
  as_root chown postfix "$dir/postfix/data"
  as_root postfix -c "$dir/postfix/etc" start >"$dir/postfix/start.log" 2>&1 || { say "Postfix did not start: $(tail -n 3 "$dir/postfix/start.log")"; return 1; }
  wait_for Postfix "$smtp_port"
  put COUNTERSIGN_TEST_SMTP_HOST 127.0.0.1
  put COUNTERSIGN_TEST_SMTP_PORT "$smtp_port"
  put COUNTERSIGN_TEST_SMTP_TLS_PORT "$smtps_port"
  put COUNTERSIGN_TEST_SMTP_CA "$dir/tls/ca.pem"
  as_root touch "$dir/postfix/log"
  as_root chmod 644 "$dir/postfix/log"
  put COUNTERSIGN_TEST_MAIL_LOG "$dir/postfix/log"
  say "Postfix on ports $smtp_port (plain, STARTTLS) and $smtps_port (TLS)"
}

# Scrapes itself, once as a service of each of two teams.
start_prometheus() {
  if ! have prometheus; then say "Prometheus is not installed (package prometheus)"; return 0; fi
  free_port
  mkdir -p "$dir/prometheus"
  cat >"$dir/prometheus/prometheus.yml" <<CONF
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: tests
    static_configs:
      - targets: ["127.0.0.1:$port"]
        labels: { team: billing }
      - targets: ["localhost:$port"]
        labels: { team: security }
CONF
  prometheus --config.file="$dir/prometheus/prometheus.yml" --storage.tsdb.path="$dir/prometheus/data" \
    --web.listen-address="127.0.0.1:$port" >"$dir/prometheus/log" 2>&1 &
  echo $! >"$dir/prometheus/pid"
  wait_for Prometheus "$port"
  put COUNTERSIGN_TEST_PROMETHEUS "http://127.0.0.1:$port"
  say "Prometheus on port $port"
}

stop() {
  local bin
  if [ -s "$dir/prometheus/pid" ]; then kill "$(cat "$dir/prometheus/pid")" 2>/dev/null || true; rm -f "$dir/prometheus/pid"; fi
  if [ -d "$dir/postfix/spool" ]; then as_root postfix -c "$dir/postfix/etc" stop >/dev/null 2>&1 || true; fi
  if [ -f "$dir/dovecot/dovecot.conf" ]; then dovecot -c "$dir/dovecot/dovecot.conf" stop >/dev/null 2>&1 || true; fi
  bin=$(postgres_bin)
  if [ -n "$bin" ] && [ -d "$dir/postgres/data" ]; then
    as_postgres "$bin/pg_ctl" --pgdata="$dir/postgres/data" --mode=immediate --wait --timeout=20 stop >/dev/null 2>&1 || true
  fi
}

case $verb in
  start)
    if [ -s "$dir/env" ]; then say "$dir is in use; stop it first"; exit 1; fi
    chmod 755 "$dir"
    : >"$dir/env"
    trap 'stop; rm -f "$dir/env"' ERR
    if have openssl; then make_certificates; else say "openssl is not installed"; exit 1; fi
    start_postgres
    start_dovecot
    start_postfix
    start_prometheus
    ;;
  stop)
    stop
    rm -f "$dir/env"
    ;;
  *) usage ;;
esac
