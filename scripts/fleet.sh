#!/usr/bin/env bash
# Runs a suite on the nodes of a Slurm cluster, one task a shard, and merges the reports.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/fleet.sh SUITE [options] [sbatch options]

Deals the suite's cases out into shards, submits them to Slurm as an array of one task a shard and GPU,
waits, and puts the reports together. A task that dies, or whose node goes away, is submitted once more;
if that fails too, the shard is named, and the rest is merged without it. The same call again runs
only what is missing. Ctrl-C cancels the tasks, and keeps what is done.

  --shards N        how many (default: 8)
  --each NODE,...   every shard on each of these nodes, which shows a sick GPU among its like
                    (default: each shard once, on any node)
  --device DEVICE   cuda or cpu (default: cuda, with --gres=gpu:1 for each task)
  --bench FILE      prelu-bench, with its suites and prelu-report beside it, where every node sees it
                    (default: build/release/bin/prelu-bench)
  --out FOLDER      of the reports, where every node sees it (default: reports/out/fleet-SUITE)

Whatever else is given goes to sbatch:
  scripts/fleet.sh full --shards 32 --partition=h100 --exclusive --time=30
  scripts/fleet.sh quick --shards 1 --each 'gpu[01-16]' --account=physics

FOLDER gets shard-I/ with the report and the log of each attempt (with --each in a folder of the node),
merged.json, .md and .html. Exit: 0 all well, 2 bad usage or no Slurm, else that of prelu-report merge:
3 a result is wrong, 4 a shard is missing or unfinished.
TEXT
}

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
fail() { echo "fleet.sh: $*" >&2; exit 2; }

if [[ ${1:-} == -h || ${1:-} == --help ]]; then usage; exit 0; fi
[[ -n ${1:-} && $1 != -* ]] || fail "the first argument is the suite; see --help"
suite="$1"
shift
shards=8 each="" device=cuda bench="$project/build/release/bin/prelu-bench"
out="$project/reports/out/fleet-$(basename "$suite" .json)"
sbatch_options=()
while (($# > 0)); do
  if [[ $1 =~ ^(--(shards|each|device|bench|out))=(.*)$ ]]; then
    set -- "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}" "${@:2}"
  fi
  case "$1" in
    --shards | --each | --device | --bench | --out)
      [[ -n ${2:-} ]] || fail "$1 wants a value"
      declare "${1#--}=$2"
      shift ;;
    *) sbatch_options+=("$1") ;;
  esac
  shift
done
[[ $shards =~ ^[1-9][0-9]*$ ]] || fail "--shards '$shards' is no number from 1 on"
[[ $device == cuda || $device == cpu ]] || fail "--device '$device' is none of: cuda, cpu"
[[ -x $bench ]] || fail "--bench $bench: no such program; scripts/bench.sh --version builds it"
command -v sbatch > /dev/null || fail "there is no sbatch here: this wants a node of a Slurm cluster"
[[ ! -f $suite ]] || suite="$(realpath "$suite")"
bench="$(realpath -s "$bench")"
report="$(dirname "$bench")/prelu-report"
mkdir -p "$out"
out="$(realpath "$out")"
[[ $device == cpu ]] || sbatch_options+=(--gres=gpu:1)

# Where the tasks run, and the folder of each place: any node, or each one that was asked for.
nodes=("")
[[ -z $each ]] || mapfile -t nodes < <(scontrol show hostnames "$each")
# By their name a second call knows the tasks that a first one has left in the queue.
job="prelu-fleet-$(cksum <<< "$out" | cut -d ' ' -f 1)"

# A report is the last thing that a task writes; one that was cut short says that it is partial.
is_done() { grep -qs '^ *"partial": false' "$1/report.json"; }

# missing FOLDER: the shards without a report, as sbatch wants them: 1,4,5.
missing() {
  local shard list=()
  for ((shard = 1; shard <= shards; ++shard)); do
    is_done "$1/shard-$shard" || list+=("$shard")
  done
  (IFS=,; echo "${list[*]}")
}

# Until no task is left. A controller that does not answer may come back.
wait_for_tasks() {
  local states before=""
  until states="$(squeue --me --noheader --array --name="$job" --format=%T 2> /dev/null |
    sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, tolower($2); sep = ", " }')" &&
    [[ -z $states ]]; do
    [[ $states == "$before" ]] || echo "fleet: ${states:-Slurm does not answer}"
    before="$states"
    sleep "${PRELU_FLEET_POLL:-5}"
  done
}

# how_it_ended TASK: "FAILED on node2", as long as Slurm remembers.
how_it_ended() {
  scontrol --oneliner show job "$1" 2> /dev/null |
    sed -n 's/.* JobState=\([^ ]*\).* NodeList=\([^ ]*\).*/\1 on \2/p' | head -n 1
}

squeue --me > /dev/null || fail "Slurm does not answer"
trap 'scancel --me --name="$job"; echo "fleet: cancelled; the same call again runs what is missing" >&2; exit 130' INT TERM
wait_for_tasks
for attempt in 1 2; do
  declare -A tasks=()
  for node in "${nodes[@]}"; do
    folder="$out${node:+/$node}"
    list="$(missing "$folder")"
    [[ -n $list ]] || continue
    for shard in ${list//,/ }; do mkdir -p "$folder/shard-$shard"; done
    id="$(sbatch "${sbatch_options[@]}" ${node:+--nodelist="$node"} --parsable --no-requeue \
      --job-name="$job" --array="$list" --output="$folder/shard-%a/attempt-$attempt.log" \
      "$project/scripts/fleet/shard.sh" "$bench" "$suite" "$shards" "$device" "$folder")" ||
      fail "sbatch refused"
    echo "fleet: ${node:+$node: }shards $list of $shards as job $id"
    for shard in ${list//,/ }; do tasks["$folder/shard-$shard"]="${id%%;*}_$shard"; done
  done
  wait_for_tasks
  for folder in "${!tasks[@]}"; do
    is_done "$folder" && continue
    again=$([[ $attempt == 1 ]] && echo "once more" || echo "given up")
    echo "fleet: ${folder#"$out/"}: task ${tasks[$folder]}: $(how_it_ended "${tasks[$folder]}");" \
      "$again; see $folder/attempt-$attempt.log" >&2
  done
done

split=--split
[[ -z $each ]] || split=""
status=0
"$report" merge "$out" -o "$out/merged.json" $split || status=$?
for format in md html; do
  [[ ! -f $out/merged.json ]] || "$report" render "$out/merged.json" -o "$out/merged.$format"
done
exit "$status"
