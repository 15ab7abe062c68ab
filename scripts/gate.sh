#!/usr/bin/env bash
# Does HEAD make a case slower than BASE, or wrong? Builds both, measures them in turns, compares.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/gate.sh BASE [HEAD] [options] [-- prelu-bench arguments]

Builds two commits (never what is uncommitted), runs this checkout's suite 'gate' with each in turns,
A B B A, in fresh processes, and compares. What is slower is measured again, and only what is slower
both times is a regression. On the GPU and the CPU, unless '-- --device' names one.

  --processes N      a side and round (10); --thorough: 30, which find 3 % where 10 find 5 %
  --budget SECONDS   for measuring, all in all (by the suite: some 4 minutes a round of 10)
  --suite NAME       another suite or file; --preset NAME: how to build (release)
  --noise FILE       what prelu-report calibrate recorded here: smaller differences are no change
  --out FOLDER       for gate.md, gate.xml (JUnit), gate.json, log.txt, and every process's report
                     (reports/out/gate-<date>)
  --strict, --allow-missing, --ignore-code, --github, --all   see prelu-report compare --help

Exit: 0 no regression, 1 a regression, 2 bad usage, 3 a result is wrong, missing or unverified, 4 not
comparable (--strict: or undecided), 5 building or the device failed, 130 interrupted.
TEXT
}

stop() { echo "gate.sh: ${*:2}" >&2; exit "$1"; }

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
processes=10 budget="" suite="$project/harness/suites/gate.json" preset=release
out="$project/reports/out/gate-$(date +%Y-%m-%dT%H%M%S)" commits=() compare=() bench=()
while (($# > 0)); do
  case "$1" in
    --processes | --budget | --suite | --preset | --noise | --out)
      (($# > 1)) || stop 2 "$1 wants a value" ;;&
    -h | --help) usage; exit 0 ;;
    --processes) processes="$2"; shift ;;
    --thorough) processes=30 ;;
    --budget) budget="$2"; shift ;;
    --suite) suite="$2"; if [[ -f $2 ]]; then suite="$(realpath "$2")"; fi; shift ;;
    --preset) preset="$2"; shift ;;
    --noise) compare+=(--noise "$(realpath -m "$2")"); shift ;;
    --out) out="$(realpath -m "$2")"; shift ;;
    --strict | --allow-missing | --ignore-code | --github | --all) compare+=("$1") ;;
    --) bench=("${@:2}"); break ;;
    -*) stop 2 "unknown option '$1'; see scripts/gate.sh --help" ;;
    *) commits+=("$1") ;;
  esac
  shift
done
[[ $processes =~ ^[1-9][0-9]*$ ]] || stop 2 "--processes wants a number above 0, not '$processes'"
[[ $budget =~ ^([1-9][0-9]*)?$ ]] || stop 2 "--budget wants whole seconds above 0, not '$budget'"
((${#commits[@]} == 1 || ${#commits[@]} == 2)) || stop 2 "wants BASE, and perhaps HEAD; see scripts/gate.sh --help"
if [[ -n $budget ]]; then bench+=(--budget "$(awk "BEGIN { print $budget / $processes / 4 }")"); fi  # two rounds of two sides
cd "$project"
base="$(git rev-parse --verify --quiet "${commits[0]}^{commit}")" || stop 2 "no commit '${commits[0]}'"
head="$(git rev-parse --verify --quiet "${commits[1]:-HEAD}^{commit}")" || stop 2 "no commit '${commits[1]:-HEAD}'"

# Both are built in one place, one after the other: what they share is built once, and the same code
# becomes the same machine code. Their programs then lie under names of one length.
work="$project/build/gate"
mkdir -p "$work" "$out"
exec 9> "$work.lock"
flock --nonblock 9 || stop 5 "another gate.sh is at work in $work"
clean_up() { git worktree remove --force "$work/tree" 2> /dev/null || true; rm -rf "$work"; git worktree prune; }
trap clean_up EXIT
trap 'exit 130' INT TERM
rm -rf "${work:?}"/* && git worktree prune
git worktree add --quiet --detach "$work/tree" "$base"
if [[ -d .toolkit ]]; then ln -s "$project/.toolkit" "$work/tree/.toolkit"; fi
for side in base head; do
  echo "gate: building $side, ${!side}" >&2
  git -C "$work/tree" checkout --quiet --detach "${!side}"
  "$work/tree/scripts/build.sh" "$preset" prelu_programs >&2 9>&- || stop 5 "$side was not built"
  cp -r "$work/tree/build/$preset/bin" "$work/$side"
done

measure() {  # ROUND, arguments...: all processes of a round
  local i side sides status
  for ((i = 1; i <= processes; ++i)); do
    if ((i % 2)); then sides=(base head); else sides=(head base); fi
    for side in "${sides[@]}"; do
      echo "gate: round $1, process $i of $processes, $side" >&2
      status=0
      "$work/$side/prelu-bench" --suite "$suite" "${bench[@]}" "${@:2}" 9>&- \
        --out "$out/round$1/$side/$(printf %03d "$i")" >> "$out/log.txt" 2>&1 || status=$?
      case $status in
        0 | 3 | 4) ;;  # what it says is in its report
        2 | 130) stop "$status" "$(tail -n 1 "$out/log.txt")" ;;
        *) stop 5 "prelu-bench of $side ended with $status: $(tail -n 1 "$out/log.txt")" ;;
      esac
    done
  done
}

judge() {  # arguments...: writes the files; its status is the gate's
  "$work/head/prelu-report" compare "$out/round1/base" "$out/round1/head" "${compare[@]}" "$@" \
    --markdown "$out/gate.md" --junit "$out/gate.xml" --json "$out/gate.json" --slower "$out/slower.txt"
}

measure 1
status=0
: > "$out/slower.txt"
judge > "$out/gate.txt" 2>&1 || status=$?
if [[ -s $out/slower.txt ]]; then
  measure 2 --filter "^($(paste -sd '|' "$out/slower.txt"))\$"
  status=0
  judge --again "$out/round2/base" "$out/round2/head" > "$out/gate.txt" 2>&1 || status=$?
fi
cat "$out/gate.txt"
echo "gate: the reports, and what came of them: $out" >&2
exit "$status"
