#!/usr/bin/env bash
# setup.sh --cluster: the engines that run many processes and many machines, as the tests play them.
# What cannot be installed is named, and left out: its tests are skipped then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

check_only=false
if [[ ${1:-} == --check ]]; then check_only=true; fi

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

there=()
absent=()

# engine NAME PACKAGE...: from the system's package manager.
engine() {
  local name="$1" log=".toolkit/$1.log" options=(-y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  shift
  if ! dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>&1 | grep -qv '^installed$'; then
    there+=("$name")
    return
  fi
  if ! $check_only; then
    echo "setup: installing $*"
    mkdir -p .toolkit
    if { as_root apt-get "${options[@]}" update && as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get "${options[@]}" install --no-install-recommends "$@"; } > "$log" 2>&1; then
      there+=("$name")
      return
    fi
    echo "setup: no $name: $(grep -m 1 '^E: ' "$log" || tail -n 1 "$log")" >&2
  fi
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
