#!/usr/bin/env bash
# Installs what is missing: tools/setup.sh [run|test|lint|bench|all]
#
# Debian packages of tools/packages.txt with apt (as root or through sudo), Python tools of
# tools/requirements.txt into a venv. Safe to repeat; takes no time when nothing is missing.
# Crates are pinned by Cargo.lock files and fetched by the build.
# KINODE_CACHE: where the venv is kept, ~/.cache/kinode if unset.
# KINODE_SKIP_SETUP=1: install nothing, for systems where the tools come from elsewhere.
set -euo pipefail

rust_min=1.90
os_release=${KINODE_OS_RELEASE:-/etc/os-release}  # another file only in tests
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${KINODE_CACHE:-${HOME:?set HOME or KINODE_CACHE to say where tools are kept}/.cache/kinode}
venv=$cache/venv

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

check_system() {
  local id version name
  id=$(. "$os_release" 2>/dev/null && echo "${ID:-}") || true
  version=$(. "$os_release" 2>/dev/null && echo "${VERSION_ID:-}") || true
  name=$(. "$os_release" 2>/dev/null && echo "${PRETTY_NAME:-}") || true
  [ "$id $version" = "debian 12" ] ||
    die "this is ${name:-a system without $os_release}, and I only know Debian 12. Install the" \
      "like of tools/packages.txt yourself (or use a debian:12 container), then call again with" \
      "KINODE_SKIP_SETUP=1."
}

# The packages that $1 needs and dpkg does not have, one a line.
missing_packages() {
  local wanted
  wanted=$(sed 's/#.*//' "$root/tools/packages.txt" |
    awk -v kind="$1" 'NF { for (i = 2; i <= NF; i++)
      if (kind == "all" || $i == kind) { print $1; break } }' | sort -u)
  # shellcheck disable=SC2086  # one word each
  dpkg-query -W -f='${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
    awk '$2 == "installed" { print $1 }' | sort -u | comm -23 <(echo "$wanted") - || true
}

install_packages() {
  local as=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "Debian packages are missing and here is no sudo: as root, run apt-get install $*"
    as=(sudo)
  fi
  local install=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-remove
    --no-install-recommends -o DPkg::Lock::Timeout=600 "$@")
  say "installing Debian packages ($#, this can take minutes): $*"
  mkdir -p "$cache"
  local log=$cache/apt.log
  "${install[@]}" >"$log" 2>&1 </dev/null && return
  say "they are not in apt's lists as they are: updating the lists"
  "${as[@]}" apt-get update -q >>"$log" 2>&1 </dev/null || true
  "${install[@]}" >>"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    die "apt-get could not install them; mend what it says above (all of it: $log), then call again"
  }
}

has_python_tools() {
  "$venv/bin/python" - "$root/tools/requirements.txt" 2>/dev/null <<'CHECK'
import importlib.metadata as installed, sys
for line in open(sys.argv[1]):
    name, version = line.strip().split("==")
    if installed.version(name) != version:
        sys.exit(1)
CHECK
}

# Other builds share the venv, so it is changed under a lock.
install_python_tools() {
  mkdir -p "$cache"
  exec 8>"$cache/venv.lock"
  flock 8
  if ! has_python_tools; then
    say "installing $(paste -sd' ' "$root/tools/requirements.txt") into $venv"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || python3 -m venv --clear "$venv" ||
      die "python3 -m venv $venv failed; delete that folder, then call again"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      -r "$root/tools/requirements.txt" </dev/null ||
      die "pip could not install them: is PyPI reachable? Then call again"
  fi
  flock -u 8
}

check_rust() {
  local version
  version=$(cargo --version 2>/dev/null | cut -d' ' -f2) || true
  [ "$(printf '%s\n' "$rust_min" "${version:-0}" | sort -V | head -n1)" = "$rust_min" ] ||
    die "cargo on the PATH ($(command -v cargo || echo none)) is ${version:-missing}, this needs" \
      "$rust_min or newer: run rustup update, or put /usr/bin (Debian's cargo-web) first"
}

kind=${1:-all}
case $kind in
  run | test | lint | bench | all) ;;
  *) die "usage: tools/setup.sh [run|test|lint|bench|all]" ;;
esac
[ "${KINODE_SKIP_SETUP:-0}" != 1 ] || exit 0

check_system
mapfile -t missing < <(missing_packages "$kind")
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
has_python_tools || install_python_tools
check_rust
say "everything for '$kind' is installed"
