#!/usr/bin/env bash
# wheel.sh FOLDER: builds the wheel, installs it into a fresh virtual environment, and runs the package's
# tests there, the README's example among them. What they need besides (NumPy, pytest, PyTorch) is that of
# scripts/setup.sh --frameworks; where it is missing, the script ends with 77, a skipped test.
set -euo pipefail
mkdir -p "$1"
folder="$(cd "$1" && pwd)"
project="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
frameworks="$project/.toolkit/frameworks/bin/python"
if [[ ! -x $frameworks ]]; then
  echo "skipped: no frameworks; scripts/setup.sh --frameworks installs them"
  [[ -z ${PRELU_REQUIRE_FRAMEWORKS:-} ]] || exit 1
  exit 77
fi
unset PRELU_LIBRARY PYTHONPATH

rm -rf "$folder/dist"
"$frameworks" -m pip wheel --quiet --disable-pip-version-check --no-index --no-deps \
  --no-build-isolation --wheel-dir "$folder/dist" --config-settings build-dir="$folder/build" \
  --config-settings cmake.define.PRELU_CUDA=OFF "$project/kernels/python"
"$frameworks" -m venv --clear "$folder/venv"
python="$folder/venv/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps "$folder"/dist/*.whl
others="$("$frameworks" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
echo "$others" > "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/others.pth"

cd "$folder"
"$python" -c 'import prelu, sys; assert prelu.__file__.startswith(sys.prefix), prelu.__file__'
exec "$python" -m pytest -q -rs -p no:cacheprovider --ignore "$project/kernels/python/tests/parity" \
  "$project/kernels/python/tests"
