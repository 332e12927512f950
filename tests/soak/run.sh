#!/usr/bin/env bash
# Runs the soak on the programs in build/, which tests/run.sh makes.
# usage: tests/soak/run.sh [--minutes M] [--rate EVENTS_PER_SECOND] [--disk-gb G] ...
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build="$folder/../../build"
for program in bin/budgetwatchd bin/budgetctl tests/crash_client; do
  [ -x "$build/$program" ] || { echo "build/$program is missing: run tests/run.sh" >&2; exit 1; }
done
exec /usr/bin/python3 -B "$folder/soak.py" "$build/bin" "$build/tests" "$@"
