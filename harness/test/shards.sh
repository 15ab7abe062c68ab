#!/usr/bin/env bash
# shards.sh PRELU_BENCH: every case is in one shard and in no other, and stays there whatever else is
# asked for.
set -euo pipefail
bench="$1"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
for i in 1 2 3; do "$bench" --list --suite smoke --shard "$i/3" > "$folder/$i"; done
diff <(sort "$folder"/[123]) <("$bench" --list --suite smoke | sort)
# A shard of both suites holds what it holds of the first.
"$bench" --list --suite smoke --suite quick --shard 2/3 --filter f64 | sort > "$folder/both"
diff <(grep f64 "$folder/2" | sort) <(comm -12 "$folder/both" <("$bench" --list --suite smoke | sort))
for i in 1 2 3; do
  [[ -s $folder/$i ]] || { echo "shard $i/3 of smoke is empty"; exit 1; }
done
