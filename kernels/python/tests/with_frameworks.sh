#!/usr/bin/env bash
# with_frameworks.sh FILE...: runs pytest in the environment of scripts/setup.sh --frameworks. Ends
# with 77, a skipped test, where there is no such environment, or where a framework is not in it.
set -euo pipefail
python="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/.toolkit/frameworks/bin/python"
if [[ ! -x $python ]]; then
  echo "skipped: no frameworks; scripts/setup.sh --frameworks installs them"
  [[ -z ${PRELU_REQUIRE_FRAMEWORKS:-} ]] || exit 1
  exit 77
fi
status=0
"$python" -m pytest -q -rs -p no:cacheprovider "$@" || status=$?
((status != 5)) || exit 77  # pytest's word for having run no test
exit "$status"
