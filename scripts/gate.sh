#!/usr/bin/env bash
# Does HEAD make a case slower than BASE, or wrong? Builds both, measures them in turns, compares.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/gate.sh BASE [HEAD] [options] [-- prelu-bench arguments]

Builds two commits (HEAD, unless another is named; never uncommitted changes), runs the suite 'gate' of
this checkout with each in turns, A B B A, in fresh processes, and compares. What is slower is measured
again, and only what is slower both times is a regression. On the GPU where there is one, else the CPU.

  --processes N     of each side and round (10)
  --thorough        40 of them: finds 3 % where 10 find 5 %
  --budget SECONDS  for measuring, all in all (by the suite: some 4 minutes a round of 10)
  --suite NAME      another suite, or a file
  --preset NAME     how to build (release)
  --noise FILE      what prelu-report calibrate recorded here: smaller differences are no change
  --out FOLDER      for gate.md, gate.xml (JUnit), gate.json, log.txt, and the reports of every process
                    (reports/out/gate-<date>)
  --strict, --allow-missing, --ignore-code, --github, --all   see prelu-report compare --help

  scripts/gate.sh origin/main                          the commit checked out here against main
  scripts/gate.sh HEAD~1 -- --device cpu --filter f32  less

Exit: 0 no regression, 1 a regression, 2 bad usage, 3 a result is wrong, missing or unverified, 4 not
comparable (--strict: or undecided), 5 building or the device failed, 130 interrupted.
TEXT
}

say() { echo "gate: $*" >&2; }
bad_usage() { say "$*; see scripts/gate.sh --help"; exit 2; }

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
processes=10 budget="" suite="$project/harness/suites/gate.json" preset=release out="" commits=() compare=() bench=()
while (($# > 0)); do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --thorough) processes=40 ;;
    --strict | --allow-missing | --ignore-code | --github | --all) compare+=("$1") ;;
    --processes | --budget | --suite | --preset | --noise | --out)
      (($# > 1)) || bad_usage "$1 wants a value"
      case "$1" in
        --processes) processes="$2" ;; --budget) budget="$2" ;; --suite) suite="$2" ;;
        --preset) preset="$2" ;; --out) out="$2" ;; --noise) compare+=(--noise "$(realpath "$2")") ;;
      esac
      shift ;;
    --) shift; bench=("$@"); break ;;
    -*) bad_usage "unknown option '$1'" ;;
    *) commits+=("$1") ;;
  esac
  shift
done
[[ $processes =~ ^[1-9][0-9]*$ ]] || bad_usage "--processes wants a number above 0, not '$processes'"
[[ $budget =~ ^([1-9][0-9]*)?$ ]] || bad_usage "--budget wants whole seconds, not '$budget'"
((${#commits[@]} == 1 || ${#commits[@]} == 2)) || bad_usage "one or two commits, not ${#commits[@]}"
if [[ -f $suite ]]; then suite="$(realpath "$suite")"; fi
out="$(realpath -m "${out:-$project/reports/out/gate-$(date +%Y-%m-%dT%H%M%S)}")"
# Two rounds of two sides; the least that prelu-bench takes for a limit is not zero.
if [[ -n $budget ]]; then bench+=(--budget "$((budget / processes / 4 > 0 ? budget / processes / 4 : 1))"); fi
cd "$project"
base="$(git rev-parse --verify --quiet "${commits[0]}^{commit}")" || bad_usage "no commit '${commits[0]}'"
head="$(git rev-parse --verify --quiet "${commits[1]:-HEAD}^{commit}")" || bad_usage "no commit '${commits[1]}'"

# Both are built in the same place, one after the other: what does not differ is built once, and the
# same code becomes the same machine code.
work="$project/build/gate"
mkdir -p "$work" "$out"
exec 9> "$work/lock"
flock --nonblock 9 || { say "another gate.sh is at work in $work"; exit 5; }
clean_up() { git worktree remove --force "$work/tree" 2> /dev/null || true; rm -rf "$work"; git worktree prune; }
trap clean_up EXIT
trap 'exit 130' INT TERM
rm -rf "$work/tree"
git worktree prune
git worktree add --quiet --force --detach "$work/tree" "$base"
if [[ -d .toolkit ]]; then ln -sfn "$project/.toolkit" "$work/tree/.toolkit"; fi
for side in base head; do
  say "building $side, ${!side}"
  git -C "$work/tree" checkout --quiet --detach "${!side}"
  "$work/tree/scripts/build.sh" "$preset" prelu_programs >&2 9>&- || exit 5
  cp -r "$work/tree/build/$preset/bin" "$work/$side"
done

# measure ROUND arguments...: all processes of a round, A B B A.
measure() {
  local round="$1" i side status sides
  for ((i = 1; i <= processes; ++i)); do
    if ((i % 2)); then sides=(base head); else sides=(head base); fi
    for side in "${sides[@]}"; do
      say "round $round, process $i of $processes, $side"
      status=0
      "$work/$side/prelu-bench" --suite "$suite" "${bench[@]}" "${@:2}" \
        --out "$out/round$round/$side/$(printf %03d "$i")" >> "$out/log.txt" 2>&1 9>&- || status=$?
      case $status in
        0 | 3 | 4) ;;
        2 | 130) tail -n 1 "$out/log.txt" >&2; exit "$status" ;;
        *) say "prelu-bench of $side ended with status $status: $(tail -n 1 "$out/log.txt")"; exit 5 ;;
      esac
    done
  done
}

# judge [--again ...]: writes the files, prints the table; its status is the gate's.
judge() {
  "$work/head/prelu-report" compare "$out/round1/base" "$out/round1/head" "${compare[@]}" "$@" \
    --markdown "$out/gate.md" --junit "$out/gate.xml" --json "$out/gate.json" --slower "$out/slower.txt"
}

measure 1
status=0
judge > "$out/table.txt" 2>&1 || status=$?
if [[ -s $out/slower.txt ]]; then
  say "$(wc -l < "$out/slower.txt") slower: measured again"
  measure 2 --filter "^($(paste -sd '|' "$out/slower.txt"))\$"
  status=0
  judge --again "$out/round2/base" "$out/round2/head" > "$out/table.txt" 2>&1 || status=$?
fi
cat "$out/table.txt"
say "the reports, and what came of them: $out"
exit "$status"
