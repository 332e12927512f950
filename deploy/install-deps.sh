#!/usr/bin/env bash
# Installs the Debian 12 packages that budgetwatch needs to build, and with
# --test also what its tests need, with --bench what its benchmarks need besides, with
# --package what its Debian package needs besides.
# Does nothing when all of them are there.
# usage: deploy/install-deps.sh [--test] [--bench] [--package]
set -euo pipefail

build_packages=(
  # Compiler and build system.
  g++ cmake ninja-build ccache pkg-config
  # RPC, messages, store, metrics. These bring zlib, curl and c-ares headers.
  protobuf-compiler protobuf-compiler-grpc libgrpc++-dev libprotobuf-dev
  librocksdb-dev prometheus-cpp-dev libabsl-dev libssl-dev libxxhash-dev
  # Readiness, reload and watchdog of the service manager.
  libsystemd-dev
  # Configuration, logging, command line, Unicode, exact fractions, spreadsheets.
  libyaml-cpp-dev libspdlog-dev libcli11-dev libutf8proc-dev libgmp-dev libxlsxwriter-dev
  # For people and the quickstart: checkout, downloads, looking at processes.
  git ca-certificates procps curl
)
test_packages=(
  # Unit, property and contract tests.
  libgtest-dev libgmock-dev librapidcheck-dev
  # Fuzzing, and the proof of which mutex guards what.
  clang libclang-rt-14-dev
  # Integration tests scrape with the real server, check with promtool and amtool, and
  # have warnings delivered.
  prometheus prometheus-alertmanager
  # Repository rules (tests/tidy), and a client made from reflection alone.
  python3 python3-protobuf python3-grpcio python3-yaml
  # The example client in Node.
  nodejs npm
  # What Debian says of the package.
  lintian
)

package_packages=(
  # Names the libraries that the package depends on; man pages and completion are generated.
  dpkg-dev file python3
)

bench_packages=(
  # The peer of tests/bench, and its client library.
  postgresql-15 libpq-dev
)

usage() { echo "usage: ${0##*/} [--test] [--bench] [--package]" >&2; }

wanted=("${build_packages[@]}")
for argument in "$@"; do
  case "$argument" in
    --test) wanted+=("${test_packages[@]}" "${package_packages[@]}") ;;
    --package) wanted+=("${package_packages[@]}") ;;
    --bench) wanted+=("${bench_packages[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) usage; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "this script knows Debian 12 only; install the equivalents of: ${wanted[*]}" >&2
  exit 1
fi

# Node comes from elsewhere on many machines, with an npm that Debian's package conflicts with.
is_provided() {
  case "$1" in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    *) return 1 ;;
  esac
}

missing=()
for package in "${wanted[@]}"; do
  ! is_provided "$package" || continue
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all ${#wanted[@]} packages are there"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "run as root or install sudo" >&2; exit 1; }
  as_root=(sudo)
fi

# Packages such as prometheus start their service on installation; the tests run
# the program themselves. policy-rc.d is Debian's switch for that; a machine that
# has one already keeps it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}
echo "installing: ${missing[*]}"
apt update
apt install -y --no-install-recommends "${missing[@]}"
