#!/usr/bin/env bash
# scripts/build.sh PRESET TARGET [CMake option...]: configures and builds, for bench.sh and test.sh.
# Shows the build's progress on a terminal; elsewhere, only what went wrong.
set -euo pipefail
cd "$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

preset="$1"
target="$2"
shift 2
log="build/$preset.log"
mkdir -p build
echo "building build/$preset; the first time takes minutes"

build() {
  cmake --preset "$preset" "$@" && cmake --build --preset "$preset" --target "$target"
}

if [[ -t 1 ]]; then
  build "$@" 2>&1 | tee "$log" && exit 0
else
  build "$@" > "$log" 2>&1 && exit 0
  tail -n 100 "$log" >&2
fi
echo "build.sh: building build/$preset failed; the whole of it: $log" >&2
exit 1
