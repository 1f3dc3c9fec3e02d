#!/usr/bin/env bash
# Makes sdk/generated/ from wit/ with wit-bindgen: tools/gen_bindings.sh [--check]
#
# The interface of today gives sdk/generated/, each other one sdk/generated/<its folder in wit/>/.
# --check writes nothing and fails if the checked-in files are not what wit-bindgen makes of wit/.
# Installs wit-bindgen with cargo if it is missing (minutes, once).
# KINODE_CACHE: where wit-bindgen is kept, ~/.cache/kinode if unset.
set -euo pipefail

version=0.63.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${KINODE_CACHE:-${HOME:?set HOME or KINODE_CACHE to say where tools are kept}/.cache/kinode}
tool=$cache/tools/bin/wit-bindgen
current=kinode-process-1.0.0

say() { echo "gen_bindings: $*" >&2; }
die() { say "$*"; exit 1; }

has_tool() { [ "$("$tool" --version 2>/dev/null)" = "wit-bindgen-cli $version" ]; }

install_tool() {
  mkdir -p "$cache/tools"
  exec 8>"$cache/tools/.lock"
  flock 8
  if ! has_tool; then
    say "installing wit-bindgen $version with cargo (minutes, only this once)"
    cargo install --quiet --locked --force --version "$version" --no-default-features \
      --features c --root "$cache/tools" wit-bindgen-cli >&2 ||
      die "cargo could not install wit-bindgen-cli $version: is crates.io reachable? Call again"
  fi
  flock -u 8
}

generate() {
  local folder name out world said
  for folder in "$root"/wit/*/; do
    name=$(basename "$folder")
    out=$1/$name
    [ "$name" != "$current" ] || out=$1
    # The one that exports something: a process, not a library.
    world=$(awk '/^world /{world = $2} /^  export /{print world}' "$folder/process.wit")
    said=$("$tool" c --world "$world" --out-dir "$out" "$folder" 2>&1) || die "wit-bindgen: $said"
  done
}

has_tool || install_tool
case ${1:-} in
  "")
    generate "$root/sdk/generated"
    say "sdk/generated/ is what wit/ says"
    ;;
  --check)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    generate "$work"
    diff -r "$root/sdk/generated" "$work" ||
      die "sdk/generated/ differs from what wit/ gives: run tools/gen_bindings.sh and commit it"
    ;;
  *) die "usage: tools/gen_bindings.sh [--check]" ;;
esac
