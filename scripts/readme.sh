#!/usr/bin/env bash
# Makes what is made from the committed reports: the README's table, and for each report its Markdown and
# its chart, light and dark.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/readme.sh [--check] [PRELU_REPORT]

Writes the table in README.md and, beside each report in reports/baselines, its Markdown and its chart.
PRELU_REPORT is the program that does it, build/release/bin/prelu-report unless given.

  --check   write nothing; name what is not as it would be written, and exit with 1 if something is not

Exit: 0 done, 1 something differs, 2 bad usage or no such program.
TEXT
}

check=false
program=""
for argument in "$@"; do
  case "$argument" in
    -h | --help) usage; exit 0 ;;
    --check) check=true ;;
    -*) echo "readme.sh: unknown argument '$argument'; allowed: --check, --help" >&2; exit 2 ;;
    *) program="$(realpath -- "$argument")" ;;
  esac
done
cd "$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
program="${program:-$PWD/build/release/bin/prelu-report}"
if [[ ! -x $program ]]; then
  echo "readme.sh: no program $program: scripts/bench.sh builds it" >&2
  exit 2
fi

shown=reports/baselines/amd-epyc-2-cores/quick.json  # in the README
made="$(mktemp -d)"
trap 'rm -rf "$made"' EXIT
status=0

# take FILE: what was made in its place becomes it, or is compared with it.
take() {
  if ! $check; then
    mv "$made/file" "$1"
  elif ! cmp -s "$made/file" "$1"; then
    echo "readme.sh: $1 is not what its report makes of it: scripts/readme.sh writes it again" >&2
    status=1
  fi
}

for report in reports/baselines/*/*.json; do
  [[ $report != */noise*.json ]] || continue  # for prelu-report compare, not to be read
  "$program" render "$report" --format markdown -o "$made/file"
  take "${report%.json}.md"
  "$program" render "$report" --format svg -o "$made/file"
  take "${report%.json}.svg"
  "$program" render "$report" --format svg --dark -o "$made/file"
  take "${report%.json}-dark.svg"
done
cp README.md "$made/file"
"$program" render "$shown" --readme "$made/file"
take README.md
exit "$status"
