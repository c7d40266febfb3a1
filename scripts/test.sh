#!/usr/bin/env bash
# Every check, from a fresh clone: installs what the tests need where it may, starts private
# databases and mail servers, runs all stages even when one fails, and ends with a plain count.
#
#   scripts/test.sh             everything
#   scripts/test.sh STAGE...    only these: fmt console clippy cargo types browser
#
# CI=true turns whatever was skipped into a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0 skipped=0
failures=()
room() { df -Pm "${TMPDIR:-/tmp}" . | awk 'NR > 1 { print $4 }' | sort -n | head -n 1; } # MiB, of the fuller disk
say() { printf '\n== %s\n' "$*"; }
wanted() { [ ${#stages[@]} -eq 0 ] || [[ " ${stages[*]} " == *" $1 "* ]]; }
stages=("$@")
for name in ${stages[@]+"${stages[@]}"}; do
  [[ " fmt console clippy cargo types browser " == *" $name "* ]] || { echo "test.sh: no stage is called $name" >&2; exit 2; }
done

scripts/tools.sh rust node weights || { echo "0 passed, 1 failed"; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/countersign-test.XXXXXX")
chmod 755 "$work" # PostgreSQL and the mail servers run as other users
cleanup() {
  if [ -s "$work/demo.pid" ]; then kill "$(cat "$work/demo.pid")" 2>/dev/null || true; fi
  scripts/services.sh stop "$work/services" 2>/dev/null || true
  rm -rf "$work" 2>/dev/null || sudo -n rm -rf "$work" 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- what the tests need from the system -------------------------------------------------------

have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
packages=()
need() { # package, then a test that it is there
  local package=$1; shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
has_postgres() { ls /usr/lib/postgresql/*/bin/initdb; }
has_chromium() { have chromium || [ -n "${CHROMIUM:-}" ]; }
has_fonts() { fc-list | grep -q .; }
need postgresql has_postgres
need dovecot-imapd have dovecot
need dovecot-lmtpd test -x /usr/lib/dovecot/lmtp
need postfix have postfix
need swaks have swaks
need openssl have openssl
need prometheus have prometheus
need sqlite3 have sqlite3
need curl have curl
need chromium has_chromium
need fontconfig have fc-list
need fonts-dejavu-core has_fonts

install_packages() {
  local root=()
  if [ "$(id -u)" != 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then root=(sudo -n); else return 1; fi
  fi
  have apt-get || return 1
  say "Installing for the tests: ${packages[*]}"
  # The servers of the system are neither configured nor started: the tests start their own, on
  # loopback, in a folder of their own.
  local as=(${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive) policy=/usr/sbin/policy-rc.d rc=0 ours=no
  echo "postfix postfix/main_mailer_type select No configuration" | "${as[@]}" debconf-set-selections 2>/dev/null || true
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as[@]}" tee $policy >/dev/null && "${as[@]}" chmod 755 $policy && ours=yes
  fi
  "${as[@]}" apt-get update -qq >"$work/apt.log" 2>&1 || true
  "${as[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" >>"$work/apt.log" 2>&1 || rc=$?
  if [ $ours = yes ]; then "${as[@]}" rm -f $policy; fi
  if [ $rc -ne 0 ]; then tail -n 5 "$work/apt.log"; fi
  return $rc
}
if [ ${#packages[@]} -gt 0 ] && ! install_packages; then
  echo "Could not install: ${packages[*]}. Install them yourself (apt-get install ${packages[*]}) to run every test."
fi

skip() { skipped=$((skipped + 1)); echo "SKIPPED: $*"; }

say "Services"
if scripts/services.sh start "$work/services"; then
  # shellcheck disable=SC1091
  . "$work/services/env"
else
  failed=$((failed + 1)); failures+=("the test services did not start")
fi
[ -n "${COUNTERSIGN_TEST_POSTGRES:-}" ] || skip "tests on PostgreSQL (no PostgreSQL here; SQLite is tested)"
[ -n "${COUNTERSIGN_TEST_IMAP_PORT:-}" ] || skip "tests that fetch from a real mailbox (no Dovecot here)"
[ -n "${COUNTERSIGN_TEST_SMTP_PORT:-}" ] || skip "tests that hand mail to a real server (no Postfix here)"

[ -n "${COUNTERSIGN_TEST_PROMETHEUS:-}" ] || skip "tests that ask a real Prometheus (none here)"

# ---- stages ------------------------------------------------------------------------------------

# What is built once needs no notes for building it again and no lines for a debugger; both are most of the disk a build takes.
if [ "${CI:-}" = true ]; then export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=none CARGO_PROFILE_DEV_STRIP=debuginfo; fi
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never} NO_COLOR=1 FORCE_COLOR=0

# Adds up the counts that cargo, vitest and node print.
count() { # log -> sets p f s
  read -r p f s < <(sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^test result: / { p += $4; f += $6; s += $8 }
    /^ +Tests  / {
      for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^failed/) f += $(i-1); if ($i ~ /^(skipped|todo)/) s += $(i-1) }
    }
    /^# pass [0-9]/ { p += $3 }
    /^# fail [0-9]/ { f += $3 }
    /^# (skipped|todo|cancelled) [0-9]/ { s += $3 }
    END { printf "%d %d %d\n", p, f, s }')
}

stage() { # name, title, command...
  local name=$1 title=$2 begun=$SECONDS ok=yes p f s
  shift 2
  wanted "$name" || return 0
  say "$title"
  "$@" 2>&1 | tee "$work/log" || ok=no
  count "$work/log"
  if [ $((p + f + s)) -eq 0 ]; then
    # A check without a count of its own is one check.
    if [ $ok = yes ]; then p=1; else f=1; fi
  elif [ $ok = no ] && [ "$f" -eq 0 ]; then
    f=1
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  if [ $ok = no ] || [ "$f" -gt 0 ]; then failures+=("$title"); fi
  printf -- '-- %s: %d passed, %d failed, %d s, %d MiB of disk left\n' "$title" "$p" "$f" $((SECONDS - begun)) "$(room)"
  if [ "$(room)" -lt 300 ]; then echo "The disk is nearly full: databases and mail servers refuse to write, and tests fail for that alone."; fi
}

# Set -e does not reach into functions called from conditions; so each step says && itself.
console_build() { make --no-print-directory console; }
console_check() { (cd console && npm run --silent check); }
cargo_tests() { cargo test --locked --workspace --no-fail-fast; }

same_types() {
  [ -f crates/server/openapi.json ] || { echo "crates/server/openapi.json is missing"; return 1; }
  if ! grep -q '"api:check"' console/package.json; then
    (cd console && npx --no-install openapi-typescript ../crates/server/openapi.json -o "$work/schema.d.ts" >/dev/null) \
      && { diff -q "$work/schema.d.ts" console/src/api/schema.d.ts >/dev/null \
        || { echo "console/src/api/schema.d.ts is not what crates/server/openapi.json says; run: cd console && npm run types"; return 1; }; }
  else
    (cd console && npm run --silent api:check)
  fi
}

weights() {
  if [ -f models/all-MiniLM-L6-v2/model.safetensors ]; then return 0; fi
  cargo run --locked --quiet --package server --bin countersign -- models install --dir models \
    || echo "The embedding weights could not be fetched; tests that need them are skipped."
}

free_port() {
  node -e 'const s=require("node:net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

browser() {
  local port tests end pid rc=0
  mapfile -t tests < <(find console/e2e -name '*.spec.*' 2>/dev/null | sort)
  [ ${#tests[@]} -gt 0 ] || { echo "no browser tests in console/e2e"; return 1; }
  cargo build --locked --quiet --bin countersign || return 1
  port=$(free_port)
  "${CARGO_TARGET_DIR:-target}/debug/countersign" demo --data "$work/demo" --listen "127.0.0.1:$port" >"$work/demo.log" 2>&1 &
  pid=$!
  echo "$pid" >"$work/demo.pid" # stages run in a subshell; the trap above does not
  end=$((SECONDS + 120))
  until curl -fsS -o /dev/null "http://127.0.0.1:$port/api/v1/status" 2>/dev/null || curl -fsS -o /dev/null "http://127.0.0.1:$port/" 2>/dev/null; do
    if ! kill -0 "$pid" 2>/dev/null; then echo "the demo server stopped:"; tail -n 20 "$work/demo.log"; return 1; fi
    if [ $SECONDS -ge $end ]; then echo "the demo server does not answer:"; tail -n 20 "$work/demo.log"; return 1; fi
    sleep 0.2
  done
  BASE_URL="http://127.0.0.1:$port" CHROMIUM="${CHROMIUM:-$(command -v chromium)}" \
    COUNTERSIGN="$(realpath "${CARGO_TARGET_DIR:-target}/debug/countersign")" \
    node --test --test-reporter=tap --test-concurrency=1 "${tests[@]}" || rc=$?
  kill "$pid" 2>/dev/null || true
  : >"$work/demo.pid"
  if [ $rc -ne 0 ]; then echo "the demo server's last words:"; tail -n 20 "$work/demo.log"; fi
  return $rc
}

stage fmt "Formatting" cargo fmt --all --check
stage console "Console build" console_build
stage clippy "Lints" cargo clippy --locked --workspace --all-targets -- -D warnings
if wanted cargo; then weights; fi
stage cargo "Rust tests" cargo_tests
stage console "Console types and tests" console_check
stage types "API types are those of the OpenAPI file" same_types
if has_chromium >/dev/null 2>&1; then
  stage browser "Browser tests" browser
elif wanted browser; then
  skip "browser tests (no Chromium here)"
fi

# ---- the count ---------------------------------------------------------------------------------

if [ "${CI:-}" = true ] && [ $skipped -gt 0 ]; then
  failures+=("$skipped skipped, which counts as failure in CI")
  failed=$((failed + skipped)) skipped=0
fi
echo
for failure in ${failures[@]+"${failures[@]}"}; do echo "failed: $failure"; done
line="$passed passed, $failed failed"
if [ $skipped -gt 0 ]; then line+=", $skipped skipped"; fi
echo "$line"
[ $failed -eq 0 ]
