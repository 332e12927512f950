#!/usr/bin/env bash
# Builds the Debian package of budgetwatch: installs what that needs, builds, packs, and
# prints the path of the package, build/package/budgetwatch_VERSION_ARCHITECTURE.deb.
# usage: deploy/package/build.sh [OPTION of cmake…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

deploy/install-deps.sh --package
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release "$@"
cmake --build build -j2 --target package_files
cpack --config build/CPackConfig.cmake -G DEB -B build/package
