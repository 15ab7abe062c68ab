#!/usr/bin/env bash
# Sets up, builds, and measures PReLU on this machine.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/bench.sh [prelu-bench arguments]

Installs what is missing, builds build/release, and runs prelu-bench on this machine's GPU and CPU:
every case is proven right before it is timed. Where nothing ran on a GPU, the CUDA kernels are executed
by the SIMT executor on the CPU, and proven. The report goes to reports/out/<date>-<device>, to which
reports/out/latest leads. With --list, --verify-only or --out, only prelu-bench runs, as you ask.

  scripts/bench.sh                            the suite 'quick': a minute or two
  scripts/bench.sh --suite full               everything: some 15 minutes
  scripts/bench.sh --device cpu --filter f32  less

Exit: that of prelu-bench (0 all well, 2 usage, 3 a result is wrong, 4 nothing verified, 5 the device
failed, 130 interrupted), or 1 where setting up or building fails. prelu-bench's own options:

TEXT
}

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
caller="$PWD"
bin="$project/build/release/bin"
own_folder=true
for argument in "$@"; do
  case "$argument" in
    -h | --help)
      usage
      if [[ -x $bin/prelu-bench ]]; then exec "$bin/prelu-bench" --help; fi
      echo "(listed here once bench.sh has built it)"
      exit 0 ;;
    --version | --list | --verify-only | --out | --out=*) own_folder=false ;;
  esac
done

cd "$project"
scripts/setup.sh >&2

scripts/build.sh release prelu_programs >&2

cd "$caller"
if ! $own_folder; then exec "$bin/prelu-bench" "$@"; fi

gpu=""
if [[ " $* " != *" --device cpu "* && " $* " != *" --device=cpu "* ]]; then
  gpu="$(nvidia-smi --query-gpu=name --format=csv,noheader 2> /dev/null)" || gpu=""
fi
cpu="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo)"
device="$(head -n 1 <<< "${gpu:-${cpu:-cpu}}" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9\n' '-')"
out="$project/reports/out/$(date +%Y-%m-%dT%H%M%S)-${device%-}"

status=0
"$bin/prelu-bench" --out "$out" "$@" || status=$?

if [[ $status == 0 && -x $bin/prelu-simt ]] && ! grep -q '"kind": "cuda"' "$out/report.json"; then
  echo
  echo "Not on a GPU: the CUDA kernels, executed on the CPU thread by thread"
  "$bin/prelu-simt" --verify-only --suite smoke --out "$out/simt" || status=$?
fi

if [[ -f $out/report.json ]]; then
  ln -sfn "$(basename "$out")" "$project/reports/out/latest"
  echo
  echo "The report: $out/report.json"
  if "$bin/prelu-report" render "$out/report.json" -o "$out/report.html"; then
    echo "  to look at: $out/report.html"
  fi
  echo "  to read:  $out/report.md"
  echo "  for CI:   $out/report.ci.json"
fi
exit "$status"
