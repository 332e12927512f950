#!/usr/bin/env bash
# Installs what is missing, makes a Release build in build/ and runs the benchmarks; see
# README.md beside this. Its exit code is not 0 when any answer was wrong.
# usage: tests/bench/run.sh [--quick] [flags of bench.py] [side-by-side|ceilings|growth|reads|forecast|all]…
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scale=full
arguments=()
for argument in "$@"; do
  case "$argument" in
    --quick) scale=quick ;;
    *) arguments+=("$argument") ;;
  esac
done
case " ${arguments[*]} " in
  *" side-by-side "* | *" ceilings "* | *" growth "* | *" reads "* | *" forecast "* | \
    *" all "*) ;;
  *" -h "* | *" --help "*) ;;
  *) arguments+=(all) ;;
esac

deploy/install-deps.sh --test --bench
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUDGETWATCH_BUILD_TESTS=ON
cmake --build build -j2 --target budgetwatchd budgetctl embedded_load no_store postgres_load \
  forecast_lines
exec /usr/bin/python3 -B tests/bench/bench.py build --scale "$scale" "${arguments[@]}"
