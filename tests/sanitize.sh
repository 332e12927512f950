#!/usr/bin/env bash
# Builds and runs the suite under a sanitizer, in a build folder of its own:
#   asan  AddressSanitizer and UndefinedBehaviorSanitizer, every test
#   tsan  ThreadSanitizer, the tests that link neither gRPC nor RocksDB
# Its exit code is that of the first step that failed.
# usage: tests/sanitize.sh asan|tsan [ctest arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-} in
  asan) type=Asan target=all ;;
  tsan)
    type=Tsan target=test_programs
    # Random tests run many times slower here.
    export BUDGETWATCH_ROUNDS=${BUDGETWATCH_ROUNDS:-20}
    ;;
  *)
    echo "usage: tests/sanitize.sh asan|tsan [ctest arguments]" >&2
    exit 2
    ;;
esac
build=build-$1
shift

deploy/install-deps.sh --test
if [ -z "${BUDGETWATCH_SHARED_DIR:-}" ] && [ -d ../shared ]; then
  BUDGETWATCH_SHARED_DIR=$(cd ../shared && pwd)
  export BUDGETWATCH_SHARED_DIR
fi

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=$type -DBUDGETWATCH_BUILD_TESTS=ON
cmake --build "$build" -j2 --target $target
# A finding ends the test with an error and a report.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
exec ctest --test-dir "$build" -LE 'slow|fuzz|tidy' --output-on-failure --no-tests=error -j2 "$@"
