#!/usr/bin/env bash
# Does HEAD make a case slower than BASE, or wrong? Builds both, measures them in turns, compares.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/gate.sh BASE [HEAD] [options] [-- prelu-bench arguments]

Builds two commits (never what is uncommitted), runs this checkout's suite 'gate' with each in turns,
A B B A, in fresh processes, and compares. What is slower is measured again; only what is slower both
times is a regression. On the GPU and the CPU, unless '-- --device' names one.

  --processes N      a side and round (10); --thorough: 30, which find 3 % where 10 find 5 %
  --budget SECONDS   for measuring, all in all (by the suite: some 4 minutes a round of 10)
  --suite NAME       another suite or file; --preset NAME: how to build (release)
  --noise FILE       what prelu-report calibrate recorded here: smaller differences are no change
  --out FOLDER       for gate.md, gate.xml (JUnit), gate.json, log.txt, and every process's report
  --strict, --allow-missing, --ignore-code, --github, --all   see prelu-report compare --help
Exit: as prelu-report compare; 5 also where building or the device failed; 130 interrupted.
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
    --preset) preset="$2"; shift ;;
    --suite) suite="$2"; [[ ! -f $2 ]] || suite="$(realpath "$2")"; shift ;;
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
[[ -z $budget ]] || bench+=(--budget "$(awk "BEGIN { print $budget / $processes / 4 }")")  # two rounds, two sides
cd "$project"
base="$(git rev-parse --verify --quiet "${commits[0]}^{commit}")" || stop 2 "no commit '${commits[0]}'"
head="$(git rev-parse --verify --quiet "${commits[1]:-HEAD}^{commit}")" || stop 2 "no commit '${commits[1]:-HEAD}'"

# Both are built in one place: what they share is built once, and the same code becomes the same machine
# code. Their programs then lie under names of one length.
work="$project/build/gate"
mkdir -p build "$out" && rm -rf "$out"/round[12] "$out"/{log,slower}.txt
exec 9> "$work.lock"
flock --nonblock 9 || stop 5 "another gate.sh is at work in $work"
clean_up() { rm -rf "$work" && git worktree prune; }
trap clean_up EXIT; trap 'exit 130' INT TERM
clean_up  # what a killed one left
git worktree add --quiet --detach "$work/tree" "$base"
[[ ! -d .toolkit ]] || ln -s "$project/.toolkit" "$work/tree/.toolkit"
for side in base head; do
  echo "gate: building $side, ${!side}" >&2
  git -C "$work/tree" checkout --quiet --detach "${!side}"
  "$work/tree/scripts/build.sh" "$preset" prelu_programs >&2 9>&- || stop 5 "$side was not built"
  cp -r "$work/tree/build/$preset/bin" "$work/$side"
done

measure() {  # ROUND, arguments...: all processes of a round
  for ((i = 1; i <= processes; ++i)); do
    for side in $( ((i % 2)) && echo base head || echo head base); do
      echo "gate: round $1, process $i of $processes, $side" >&2
      status=0
      "$work/$side/prelu-bench" --suite "$suite" "${bench[@]}" "${@:2}" 9>&- \
        --out "$out/round$1/$side/$(printf %03d "$i")" >> "$out/log.txt" 2>&1 || status=$?
      # What it found wrong (3), or not to verify (4), is in its report.
      [[ $status =~ ^[034]$ ]] ||
        stop "$((status == 2 || status == 130 ? status : 5))" "$side: $(tail -n 1 "$out/log.txt")"
    done
  done
}

judge() {  # arguments...: writes the files and the table; sets the status
  status=0
  "$work/head/prelu-report" compare "$out/round1/base" "$out/round1/head" "${compare[@]}" "$@" \
    --markdown "$out/gate.md" --junit "$out/gate.xml" --json "$out/gate.json" \
    --slower "$out/slower.txt" > "$out/gate.txt" 2>&1 || status=$?
}

measure 1
judge
if [[ $status != 2 && -s $out/slower.txt ]]; then
  measure 2 --filter "^($(paste -sd '|' "$out/slower.txt"))\$"
  judge --again "$out/round2/base" "$out/round2/head"
fi
cat "$out/gate.txt" && echo "gate: the reports, and what came of them: $out" >&2
exit "$status"
