#!/usr/bin/env bash
# From a fresh checkout to a running ledger with an example year in it: installs
# packages, builds, starts budgetwatchd on loopback, applies a plan, imports
# payments, prints a report, the warnings and some metrics. The daemon keeps
# running. Everything but the packages stays in build/. Running it again is
# harmless: the daemon is reused and every payment is reported as a duplicate.
# usage: deploy/quickstart.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(pwd -P)/build/quickstart
data=$folder/data          # the ledger
out=$folder/daemon.out     # the daemon's ready line
log=$folder/daemon.log     # its log
pid_file=$folder/daemon.pid
ready_seconds=30

step() { printf '\n== %s\n' "$*"; }
fail() { echo "quickstart: $*" >&2; exit 1; }

# Whether the process is the daemon that an earlier run started on this ledger,
# and not another program that was given its number since.
is_our_daemon() {
  local pid=$1
  [[ $pid =~ ^[0-9]+$ ]] && [ -r "/proc/$pid/cmdline" ] || return 1
  local -a words=()
  mapfile -d '' -t words <"/proc/$pid/cmdline" 2>/dev/null || return 1
  [ ${#words[@]} -ge 3 ] && [ "${words[0]##*/}" = budgetwatchd ] &&
    [ "${words[1]}" = --data-dir ] && [ "${words[2]}" = "$data" ]
}

start_daemon() {
  mkdir -p "$data"
  : >"$out"
  # The business date is fixed in the middle of the example year. Payments dated
  # later are in the ledger too, but lie in the future of that date.
  setsid build/bin/budgetwatchd --data-dir "$data" --listen 127.0.0.1:0 \
    --metrics-listen 127.0.0.1:0 --today 2020-07-01 </dev/null >"$out" 2>>"$log" &
  pid=$!
  echo "$pid" >"$pid_file"
  local deadline=$((SECONDS + ready_seconds))
  until grep -q '^ready grpc=' "$out"; do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$log" >&2
      fail "the daemon ended at start; its log is $log"
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      kill "$pid" 2>/dev/null || true
      fail "the daemon was not ready within $ready_seconds s; its log is $log"
    fi
    sleep 0.1
  done
}

step "packages"
deploy/install-deps.sh

step "build"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUDGETWATCH_BUILD_TESTS=OFF
cmake --build build -j2 --target budgetwatchd budgetctl

step "daemon"
pid=$(cat "$pid_file" 2>/dev/null || true)
if is_our_daemon "$pid" && grep -q '^ready grpc=' "$out"; then
  echo "already running, process $pid"
else
  start_daemon
  echo "started, process $pid"
fi
ready=$(grep -m 1 '^ready grpc=' "$out")
[[ $ready =~ ^ready\ grpc=([^ ]+)\ metrics=([^ ]+)$ ]] || fail "cannot read \"$ready\""
server=${BASH_REMATCH[1]}
metrics=${BASH_REMATCH[2]}
echo "$ready"
ctl() { build/bin/budgetctl --server "$server" "$@"; }

step "plan of 2020 (a published budget)"
ctl plan apply deploy/examples/plan-2020.yaml

step "payments of 2020 (invented)"
ctl payment import deploy/examples/payments-2020.csv

step "observations of 2020 (invented); those of days to come are refused"
status=0
ctl observation import deploy/examples/observations-2020.csv >"$folder/observations.txt" || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] || fail "the observations were not imported"
grep -v DATE_IN_FUTURE "$folder/observations.txt" | sed -n 1,4p

step "mid-year review"
ctl review run --department 122002 --year 2020 --as-of 2020-06-30 | sed -n 1,12p

step "execution at the end of June"
ctl report execution --department 122002 --year 2020 --as-of 2020-06-30

step "warnings"
ctl warning list --department 122002 --year 2020

step "metrics"
curl -fsS --max-time 10 -o "$folder/metrics.txt" "http://$metrics/metrics"
grep -E '^budgetwatch_(department_(budget|disbursed|execution|planned)|time_progress|suspense)' \
  "$folder/metrics.txt" || fail "no budget metrics on http://$metrics/metrics"

cat <<TEXT

The ledger is running. To look further:
  build/bin/budgetctl --server $server report execution --department 122002 --year 2020 --as-of 2020-12-31
  build/bin/budgetctl --server $server report performance --department 122002 --year 2020
  build/bin/budgetctl --server $server report score --department 122002 --year 2020
  build/bin/budgetctl --server $server payment list --year 2020 --project 122-0601-JBN-GGD9
  build/bin/budgetctl --server $server plan show --department 122002 --year 2020
  build/bin/budgetctl --server $server admin verify
  curl -s http://$metrics/metrics
Its data is in build/quickstart/data, its log is build/quickstart/daemon.log.
To stop it:
  kill $pid
TEXT
