#!/usr/bin/env bash
# On a GPU machine without network, with a build made elsewhere: prove, sanitize, measure, collect.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/gpu_evidence.sh BUILD_DIR OUT_DIR [--budget SECONDS]

Runs on this machine's GPU, from a build made elsewhere (cmake --build BUILD_DIR --target
prelu_carried puts the libraries it needs beside the programs):

  1. the conformance suite
  2. compute-sanitizer (memcheck, racecheck, initcheck, synccheck) on the smoke suite, if it is here
  3. the full suite, timed, with what is left of the budget (500 seconds unless given)

and leaves in OUT_DIR, each written as soon as it is there: summary.txt, conformance.json,
sanitizer.txt, report.json, report.ci.json, report.md, log.txt.

Exit: 0 all well, 1 something was wrong (summary.txt says what), 2 bad usage or no GPU.
TEXT
}

budget=500
positional=()
while (($# > 0)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --budget) budget="${2:-}"; shift 2 || { echo "gpu_evidence.sh: --budget wants seconds" >&2; exit 2; } ;;
    -*) echo "gpu_evidence.sh: unknown option '$1'; allowed: --budget, --help" >&2; exit 2 ;;
    *) positional+=("$1"); shift ;;
  esac
done
if ((${#positional[@]} != 2)) || ! [[ $budget =~ ^[1-9][0-9]*$ ]]; then
  usage >&2
  exit 2
fi
bench="$(cd "${positional[0]}" && pwd)/bin/prelu-bench"
mkdir -p "${positional[1]}"
out="$(cd "${positional[1]}" && pwd)"
cd "$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
if [[ ! -x $bench ]]; then echo "gpu_evidence.sh: there is no $bench" >&2; exit 2; fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
log="$out/log.txt"
wrong=0
: > "$out/summary.txt"
: > "$log"

say() { echo "[$SECONDS s] $*" | tee -a "$out/summary.txt"; }
left() { echo $((budget - SECONDS > 20 ? budget - SECONDS : 20)); }

# check NAME command...: runs it within the budget, its output to the log, its outcome to the summary.
# SIGINT lets prelu-bench write the report of what is done.
check() {
  local name="$1" status=0
  shift
  timeout --signal=INT --kill-after=30 "$(left)" "$@" >> "$log" 2>&1 || status=$?
  if ((status == 0)); then say "$name: ok"; return 0; fi
  if ((status == 124)); then say "$name: stopped, the budget was used up"; return 0; fi
  say "$name: FAILED with status $status"
  wrong=1
}

if ! "$bench" --device cuda --suite smoke --verify-only --filter 'cuda/forward_naive/f32' > "$log" 2>&1; then
  tail -n 3 "$log" >&2
  say "no usable GPU: $(tail -n 1 "$log")"
  exit 2
fi
nvidia-smi --query-gpu=name,driver_version,clocks.sm,power.limit --format=csv,noheader \
  2> /dev/null | tee -a "$out/summary.txt" || true

check "conformance on the GPU" "$bench" --device cuda --verify-only \
  --suite kernels/test/conformance.json --out "$work/conformance"
cp "$work/conformance/report.json" "$out/conformance.json" 2> /dev/null || true

if command -v compute-sanitizer > /dev/null; then
  : > "$out/sanitizer.txt"
  for tool in memcheck racecheck initcheck synccheck; do
    if ((SECONDS > budget / 2)); then say "compute-sanitizer $tool: left out, for lack of time"; continue; fi
    check "compute-sanitizer $tool" compute-sanitizer --tool "$tool" --error-exitcode 9 \
      --log-file "$work/$tool.txt" "$bench" --device cuda --verify-only --suite smoke --filter '^cuda/'
    { echo "== $tool"; tail -n 40 "$work/$tool.txt" 2> /dev/null || true; } >> "$out/sanitizer.txt"
  done
else
  say "compute-sanitizer: not on this machine"
fi

say "the full suite, with $(left) s"
check "full suite" "$bench" --device cuda --suite full --budget "$(($(left) * 9 / 10))" --out "$work/full"
for file in report.json report.ci.json report.md; do
  cp "$work/full/$file" "$out/" 2> /dev/null || true
done
if [[ -f $out/report.md ]]; then head -n 60 "$out/report.md" >> "$out/summary.txt"; fi
if ((wrong)); then say "something was wrong: see log.txt"; else say "all well"; fi
exit "$wrong"
