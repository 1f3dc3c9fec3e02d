#!/usr/bin/env bash
# Every check of style, cheapest first; `make lint` calls it. All run, even if one fails.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
jobs=$(nproc)
failed=()

check() {
  local name=$1 began=$SECONDS
  shift
  "$@" </dev/null || failed+=("$name")
  echo "lint: $name took $((SECONDS - began)) s"
}

cmake --preset dev --log-level=WARNING >/dev/null || {
  echo "lint: cmake failed, see above" >&2
  exit 1
}
check layers tools/check_layers.py
check sizes tools/check_sizes.py
check format tools/check_format.py
check headers tools/check_headers.py --jobs "$jobs"
check tidy tools/run_tidy.py --jobs "$jobs"

if [ ${#failed[@]} != 0 ]; then
  echo "lint: failed: ${failed[*]} (see above)"
  exit 1
fi
echo "lint: no faults, $SECONDS s"
