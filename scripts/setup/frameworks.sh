#!/usr/bin/env bash
# setup.sh --frameworks: the frameworks that the library is compared with, in .toolkit/frameworks.
# One that cannot be installed is named, and left out: its tests are skipped then.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

check_only=false
if [[ ${1:-} == --check ]]; then check_only=true; fi

venv=.toolkit/frameworks
requirements=scripts/framework-requirements
there=()
absent=()

if ! $check_only && [[ ! -x $venv/bin/python ]]; then
  rm -rf "$venv"
  mkdir -p .toolkit
  # Debian's own Python: another one on the PATH may be a version that some framework lacks.
  /usr/bin/python3 -m venv "$venv"
fi

# install NAME: what NAME.txt asks for, beside the versions of base.txt. Its copy in the environment
# says that it was done.
install() {
  local log=".toolkit/frameworks-$1.log"
  echo "setup: installing $1 into $venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --only-binary :all: -c "$requirements/base.txt" -r "$requirements/$1.txt" > "$log" 2>&1 ||
    { echo "setup: no $1: $(grep -m 1 '^ERROR' "$log" || tail -n 1 "$log")" >&2; return 1; }
  cp "$requirements/$1.txt" "$venv/"
}

# base first: the others are installed beside it.
for file in "$requirements"/base.txt "$requirements"/[!b]*.txt; do
  name="$(basename "$file" .txt)"
  if cmp -s "$file" "$venv/$name.txt" || { ! $check_only && install "$name"; }; then
    there+=("$name")
  else
    absent+=("$name")
  fi
done

if ! $check_only && [[ ${there[0]:-} != base ]]; then
  echo "setup.sh: without base nothing is compared; see .toolkit/frameworks-base.log" >&2
  exit 1
fi
echo "setup: frameworks: ${there[*]:-none}${absent:+; left out: ${absent[*]}}"
