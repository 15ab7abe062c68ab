#!/usr/bin/env bash
# setup.sh --cluster: the engines that run many processes and many machines, as the tests play them.
# What cannot be installed is named, and left out: its tests are skipped then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

check_only=false
if [[ ${1:-} == --check ]]; then check_only=true; fi

source scripts/setup/packages.sh

there=()
absent=()

# engine NAME PACKAGE...: from the system's package manager.
engine() {
  local name="$1" package missing=()
  shift
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)) || { ! $check_only && install_packages "${missing[@]}"; }; then
    there+=("$name")
    return
  fi
  $check_only || echo "setup: no $name" >&2
  absent+=("$name")
}

install_reframe() {
  rm -rf "$1"
  mkdir -p .toolkit
  /usr/bin/python3 -m venv "$1" && "$1/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-cache-dir --only-binary :all: --no-deps -r "$2" && cp "$2" "$1/requirements.txt"
}

# The copy of its requirements says that it was installed.
reframe() {
  local venv=.toolkit/reframe pins=scripts/reframe-requirements.txt
  if cmp -s "$pins" "$venv/requirements.txt" ||
    { ! $check_only && install_reframe "$venv" "$pins" > "$venv.log" 2>&1; }; then
    there+=(ReFrame)
    return
  fi
  $check_only || echo "setup: no ReFrame: $(grep -m 1 '^ERROR' "$venv.log" || tail -n 1 "$venv.log")" >&2
  absent+=(ReFrame)
}

engine MPI libopenmpi-dev openmpi-bin
engine Slurm munge slurm-client slurmctld slurmd
reframe
echo "setup: cluster: ${there[*]:-none}${absent:+; left out: ${absent[*]}}"
