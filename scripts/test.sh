#!/usr/bin/env bash
# Sets up, builds everything, and runs every test.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [ctest arguments]

Installs what is missing, builds the presets release, host, sanitize and race, and runs every test of
all of them. No GPU is needed; where there is one, the CUDA kernels are tested on it too.

  scripts/test.sh                     everything
  scripts/test.sh -R conformance      the tests whose name matches
  scripts/test.sh -N                  the tests' names

Exit: 0 when all tests pass, else that of CTest; 1 where setting up or building fails.
TEXT
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  usage
  exit 0
fi

cd "$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
scripts/setup.sh --cluster

# Warnings are errors in release as they are in host, whose compilations are then the same, less those
# of CUDA: ccache has them from release.
scripts/build.sh release all -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
presets=(host sanitize race)
for preset in "${presets[@]}"; do
  scripts/build.sh "$preset" all
done

# One CTest over all of them, with one closing line. Of host, only the tests of programs that are others
# without CUDA; the rest is tested in release.
printf 'subdirs(%s)\n' release "${presets[@]}" > build/CTestTestfile.cmake
exec ctest --test-dir build --output-on-failure --no-tests=error --parallel "$(nproc)" \
  -LE '^host/same_with_cuda$' "$@"
