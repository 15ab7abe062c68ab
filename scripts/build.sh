#!/usr/bin/env bash
# scripts/build.sh PRESET TARGET [cmake arguments]: configures and builds, for bench.sh and test.sh.
# Shows the build's progress on a terminal; elsewhere, only what went wrong.
set -euo pipefail
cd "$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

preset="$1"
target="$2"
options=("${@:3}")
# What was compiled in one build folder is known again in another.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$PWD}"
log="build/$preset.log"
mkdir -p build
echo "building build/$preset; the first time takes minutes"

# The architectures of this machine's GPUs, from 7.5 on; the build's default where there is none.
if [[ $preset == release ]] && command -v nvidia-smi > /dev/null; then
  architectures="$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2> /dev/null |
    awk -F. '/^[0-9]+\.[0-9]$/ && $1 * 10 + $2 >= 75 { print $1 $2 }' | sort -un | paste -sd ';')"
  [[ -z $architectures ]] || options+=("-DCMAKE_CUDA_ARCHITECTURES=$architectures")
fi

build() {
  cmake --preset "$preset" "${options[@]}" && cmake --build --preset "$preset" --target "$target"
}

if [[ -t 1 ]]; then
  build 2>&1 | tee "$log" && exit 0
else
  build > "$log" 2>&1 && exit 0
  tail -n 100 "$log" >&2
fi
echo "build.sh: building build/$preset failed; the whole of it: $log" >&2
exit 1
