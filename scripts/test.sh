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
scripts/setup.sh

presets=(release host sanitize race)
for preset in "${presets[@]}"; do
  scripts/build.sh "$preset" all
done

# One CTest over all of them, with one closing line.
printf 'subdirs(%s)\n' "${presets[@]}" > build/CTestTestfile.cmake
exec ctest --test-dir build --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
