#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs each for some seconds: first the inputs
# of its corpus, then what libFuzzer makes of them. What it finds is in
# build-fuzz/found, and new inputs worth keeping in build-fuzz/corpus. Its exit code
# is 0 when nothing was found.
# usage: tests/fuzz/run.sh [seconds per target] [target...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-60}
[ $# -eq 0 ] || shift
if ! [[ $seconds =~ ^[0-9]+$ ]]; then
  echo "usage: tests/fuzz/run.sh [seconds per target] [target...]" >&2
  exit 2
fi
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do
    name=${source##*/}
    targets+=("${name%_fuzz.cc}")
  done
fi

build=build-fuzz
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Fuzz -DCMAKE_CXX_COMPILER=clang++-14 \
  -DBUDGETWATCH_BUILD_TESTS=ON >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
rm -f "$build.log"
cmake --build "$build" -j2 --target fuzz -- --quiet

run() {
  local name=$1
  mkdir -p "$build/corpus/$name" "$build/found"
  local options=(-max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048
    -print_final_stats=1)
  [ ! -f "tests/fuzz/$name.dict" ] || options+=(-dict="tests/fuzz/$name.dict")
  if "$build/fuzz/fuzz_$name" "${options[@]}" -artifact_prefix="$build/found/$name-" \
    "$build/corpus/$name" "tests/fuzz/corpus/$name" >"$build/$name.log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log") inputs"
  else
    tail -n 60 "$build/$name.log"
    echo "$name: FAILED; the input is in $build/found"
    return 1
  fi
}

failed=0
for name in "${targets[@]}"; do
  run "$name" || failed=1
done
exit "$failed"
