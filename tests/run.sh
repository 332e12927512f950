#!/usr/bin/env bash
# Builds everything and runs every test but those labelled slow. Its exit code is
# that of the first step that failed. With CI=true the build prints failures only.
# usage: tests/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

deploy/install-deps.sh --test

# Documents and figures that are not part of the repository. Without them, the tests
# that read them use data of their own, or leave out what needs the originals.
if [ -z "${BUDGETWATCH_SHARED_DIR:-}" ] && [ -d ../shared ]; then
  BUDGETWATCH_SHARED_DIR=$(cd ../shared && pwd)
  export BUDGETWATCH_SHARED_DIR
fi

quiet=()
[ "${CI:-}" != true ] || quiet=(-- --quiet)
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUDGETWATCH_BUILD_TESTS=ON
cmake --build build -j2 "${quiet[@]}"
exec ctest --test-dir build -LE slow --output-on-failure --no-tests=error --timeout 300 -j2
