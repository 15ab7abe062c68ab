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
  3. the suites quick, networks and full, timed: what is left of the budget (500 seconds unless
     given) is shared among them, and what one does not use falls to the next

It ends within 30 seconds of the budget, and leaves in OUT_DIR, each written as it comes:
summary.txt, log.txt, sanitizer.txt, and report.json in conformance/, quick/, networks/ and full/,
from which prelu-report render makes the rest.

initcheck takes poisoned buffers for initialised ones: unwritten results are found by the poison.

Exit: 0 all well, 1 something was wrong or was not finished (summary.txt says what), 2 bad usage or
no GPU.
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

log="$out/log.txt"
wrong=0
: > "$out/summary.txt"
: > "$log"

say() { echo "[$SECONDS s] $*" | tee -a "$out/summary.txt"; }

# check NAME UNTIL command...: runs it, but no longer than to that second of the budget; its output
# goes to the log, its outcome to the summary. SIGINT lets prelu-bench write the report of what is done.
check() {
  local name="$1" until="$2" status=0
  shift 2
  if ((until - SECONDS < 10)); then
    say "$name: NOT RUN, for lack of time"
    wrong=1
    return
  fi
  timeout --signal=INT --kill-after=30 $((until - SECONDS)) "$@" >> "$log" 2>&1 || status=$?
  case $status in
    0) say "$name: ok" ;;
    124 | 130 | 137) say "$name: NOT FINISHED in its time"; wrong=1 ;;
    *) say "$name: FAILED with status $status"; wrong=1 ;;
  esac
}

# The rest is made again from report.json; a machine may let only a few files out.
keep_json() { rm -f "$out/$1/report.md" "$out/$1/report.ci.json"; }

status=0
"$bench" --device cuda --verify-only --case cuda/forward_naive/f32/nchw/shared/2x3x5 > "$log" 2>&1 ||
  status=$?
if ((status == 2 || status == 4)); then
  say "no usable GPU: $(tail -n 1 "$log")"
  exit 2
fi
nvidia-smi --query-gpu=name,driver_version,clocks.sm,power.limit --format=csv,noheader \
  2> /dev/null | tee -a "$out/summary.txt" || true

check "conformance on the GPU" $((budget * 25 / 100)) "$bench" --device cuda --verify-only \
  --suite kernels/test/conformance.json --out "$out/conformance"
keep_json conformance

if command -v compute-sanitizer > /dev/null; then
  share=25
  for tool in memcheck racecheck initcheck synccheck; do
    share=$((share + 4))
    check "compute-sanitizer $tool" $((budget * share / 100)) \
      compute-sanitizer --tool "$tool" --error-exitcode 9 \
      "$bench" --device cuda --verify-only --suite smoke --filter '^cuda/.*/(f16|f32)/.*/(2x3x5|4x16x196)$'
  done
  grep -E '^=+ (COMPUTE-SANITIZER|ERROR SUMMARY|RACECHECK SUMMARY|Error|Warning)' "$log" \
    > "$out/sanitizer.txt" || true
else
  say "compute-sanitizer: not on this machine"
fi

# measure SUITE PERCENT: times it until that share of the whole budget is used up; prelu-bench ends by
# itself, and is interrupted 25 seconds later if a proof takes it beyond.
measure() {
  local suite="$1" until=$((budget * $2 / 100))
  check "$suite suite" $((until + 25)) "$bench" --device cuda --suite "$suite" \
    --budget $((until > SECONDS ? until - SECONDS : 1)) --out "$out/$suite"
  if [[ -f $out/$suite/report.md ]]; then
    if grep -q '^\*\*.*PARTIAL' "$out/$suite/report.md"; then
      say "$suite suite: NOT FINISHED, its budget was used up"
      wrong=1
    fi
    head -n 60 "$out/$suite/report.md" >> "$out/summary.txt"
  fi
  keep_json "$suite"
}
measure quick 50
measure networks 75
measure full 100

if ((wrong)); then say "NOT all well: see above, and log.txt"; else say "all well"; fi
exit "$wrong"
