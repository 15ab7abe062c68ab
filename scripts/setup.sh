#!/usr/bin/env bash
# Installs what the build and the tests need and this machine lacks.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/setup.sh [--frameworks] [--cluster] [--check]

Installs what is missing of the tools and libraries that the build and the tests need, with the
system's package manager (Debian, Ubuntu; root or sudo). Where there is no usable nvcc, a pinned CUDA
toolkit goes into the project's folder .toolkit, from its Python wheels; so do clang-tidy, axe (which
checks the page for those who do not see it), and, where there is none, nvdisasm, with which tests read
machine code. Quick when nothing is missing.

  --frameworks   also what the library is compared with: oneDNN from a package; NumPy, PyTorch, ONNX
                 Runtime, JAX, TensorFlow and Keras, as scripts/framework-requirements says, in the
                 virtual environment .toolkit/frameworks (3 GB). One that cannot be installed is
                 named and left out
  --cluster      also MPI, which prelu-dp-bench is built with, and what plays a cluster in the tests: Slurm
                 and munge from packages, ReFrame in the virtual environment .toolkit/reframe. What
                 cannot be installed is named; its tests are skipped
  --check        report what is missing, install nothing; exit 1 if something required is missing
  --help         this text

Exit: 0 all there, 1 something could not be installed, 2 bad usage or a system without apt-get.
Without a CUDA toolkit the rest is still built: the CPU variants, the reports, the harness.
TEXT
}

check_only=false
frameworks=false
cluster=false
for argument in "$@"; do
  case "$argument" in
    --check) check_only=true ;;
    --frameworks) frameworks=true ;;
    --cluster) cluster=true ;;
    -h | --help) usage; exit 0 ;;
    *)
      echo "setup.sh: unknown argument '$argument'; allowed: --frameworks, --cluster, --check, --help" >&2
      exit 2 ;;
  esac
done

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$project"

# Needed to build, then to test. python3-pip installs the CUDA wheels, python3-venv the frameworks.
packages=(
  ca-certificates ccache cmake g++ git libbenchmark-dev libboost-context-dev libcli11-dev libgomp1
  libhwy-dev libsimdjson-dev libsqlite3-dev ninja-build nlohmann-json3-dev node-d3-axis node-d3-scale
  node-d3-shape pkg-config python3 python3-pip
  clang-14 clang-format libbenchmark-tools libclang-rt-14-dev libgtest-dev python3-jsonschema
  python3-scipy python3-venv python3-yaml util-linux)

# older VERSION LEAST: whether it is.
older() { [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
  echo "setup.sh: this system has no apt-get. Install what these Debian packages hold, then build" >&2
  echo "with CMake's presets: ${packages[*]}; and a CUDA toolkit, 12.0 or later." >&2
  exit 2
fi

source scripts/setup/packages.sh

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done

if ((${#missing[@]} > 0)); then
  if $check_only; then
    echo "setup: missing packages: ${missing[*]}"
  else
    install_packages "${missing[@]}" || exit 1
  fi
fi

# The page is tested in a browser; not every system has one as a package, and the tests are skipped then.
browser=()
for package in chromium chromium-driver fonts-dejavu-core python3-selenium; do
  is_installed "$package" || browser+=("$package")
done
if ((${#browser[@]} > 0)) && { $check_only || ! install_packages "${browser[@]}"; }; then
  echo "setup: no ${browser[*]}: the page is not tested in a browser" >&2
fi

if ! $check_only || command -v cmake > /dev/null; then
  version="$(cmake --version | sed -n 's/^cmake version //p')"
  if older "$version" 3.25; then
    echo "setup.sh: CMake $version is older than 3.25: Debian 12 and Ubuntu 24.04 have a newer one" >&2
    exit 2
  fi
fi

# An nvcc is usable if it builds a program from the headers and the library that the project needs.
probe_nvcc() {
  local folder result=0
  folder="$(mktemp -d)"
  cat > "$folder/probe.cu" <<'CODE'
#include <cub/version.cuh>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
int main() { return cudaFree(nullptr) == cudaSuccess ? 0 : 1; }
CODE
  "$1" -std=c++20 -cudart static -o "$folder/probe" "$folder/probe.cu" > "$folder/log" 2>&1 || result=1
  rm -rf "$folder"
  return $result
}

find_nvcc() {
  local nvcc
  for nvcc in "${CUDACXX:-}" "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc; do
    if [[ -x $nvcc ]]; then echo "$nvcc"; return; fi
  done
}

# kernels/cmake/cuda.cmake takes .toolkit/cuda before any other nvcc.
install_cuda() {
  local staging=.toolkit/staging
  echo "setup: $1; installing a CUDA toolkit from its Python wheels into .toolkit"
  rm -rf "$staging" .toolkit/wheels .toolkit/cuda
  mkdir -p .toolkit
  if ! /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --root-user-action=ignore --only-binary :all: --target "$staging" \
    -r scripts/cuda-requirements.txt > .toolkit/pip.log 2>&1; then
    echo "setup: no CUDA toolkit: $(tail -n 1 .toolkit/pip.log)" >&2
    rm -rf "$staging"
    return 1
  fi
  local root="$staging/nvidia/cu13"
  # The names that CMake looks for, and wheels leave out.
  [[ -e $root/lib64 ]] || ln -s lib "$root/lib64"
  local cudart=("$root"/lib/libcudart.so.*)
  [[ -e $root/lib/libcudart.so ]] || ln -s "$(basename "${cudart[0]}")" "$root/lib/libcudart.so"
  cp scripts/cuda-requirements.txt "$staging/"
  if ! probe_nvcc "$root/bin/nvcc"; then
    echo "setup: no CUDA toolkit: the one from the wheels does not build a program" >&2
    rm -rf "$staging"
    return 1
  fi
  mv "$staging" .toolkit/wheels
  ln -s wheels/nvidia/cu13 .toolkit/cuda
}

# install_wheel NAME: what scripts/NAME-requirements.txt pins, into .toolkit/NAME. Tests that need it are
# skipped where this fails.
install_wheel() {
  local folder=".toolkit/$1" pins="scripts/$1-requirements.txt"
  if cmp -s "$pins" "$folder/requirements.txt"; then return; fi
  rm -rf "$folder"
  mkdir -p .toolkit
  if ! /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir \
    --root-user-action=ignore --only-binary :all: --no-deps --target "$folder" \
    -r "$pins" > "$folder.log" 2>&1; then
    echo "setup: no $1: $(tail -n 1 "$folder.log")" >&2
    rm -rf "$folder"
    return
  fi
  cp "$pins" "$folder/requirements.txt"
}

nvcc="$(find_nvcc)"
if [[ -x .toolkit/cuda/bin/nvcc ]] &&
  cmp -s scripts/cuda-requirements.txt .toolkit/wheels/cuda-requirements.txt; then
  cuda="the toolkit in .toolkit/cuda"
elif [[ -n $nvcc ]] && probe_nvcc "$nvcc"; then
  cuda="$nvcc"
else
  reason="no nvcc found"
  [[ -z $nvcc ]] || reason="$nvcc lacks headers or libraries"
  cuda=""
  if ! $check_only && install_cuda "$reason"; then
    cuda="the toolkit in .toolkit/cuda"
  else
    echo "setup: $reason: without it the CUDA kernels are neither built for a GPU nor, if the" \
      "toolkit's headers are missing too, run by the SIMT executor"
  fi
fi

if ! $check_only; then
  install_wheel clang-tidy
  install_wheel axe
  # Few toolkits hold it.
  if [[ -n $cuda && ! -x /usr/local/cuda/bin/nvdisasm ]] && ! command -v nvdisasm > /dev/null; then
    install_wheel nvdisasm
  fi
fi

if $frameworks; then
  if ! is_installed libdnnl-dev && { $check_only || ! install_packages libdnnl-dev; }; then
    echo "setup: no oneDNN (the package libdnnl-dev)" >&2
  fi
  if $check_only; then scripts/setup/frameworks.sh --check; else scripts/setup/frameworks.sh; fi
fi

if $cluster; then
  if $check_only; then scripts/setup/cluster.sh --check; else scripts/setup/cluster.sh; fi
fi

if $check_only && ((${#missing[@]} > 0)); then exit 1; fi
echo "setup: packages are there; CUDA: ${cuda:-left out}"
