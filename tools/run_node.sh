#!/usr/bin/env bash
# Builds the node and the example packages and starts it without chain, account or network;
# `make run` calls it. HOME_DIR: its home. PORT: its HTTP port; without one 8080, or a free port.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
home=${HOME_DIR:-build/home}
build=build/release

say() { echo "run: $*"; }
die() { echo "run: $*" >&2; exit 1; }

build_node() {
  cmake --preset release --log-level=WARNING >/dev/null
  local targets quiet=()
  targets=$(ninja -C $build -t targets all |
    sed -nE 's/^(kinode|package_echo-[^:\/]*): phony$/\1/p')
  grep -qx kinode <<<"$targets" || die "there is no target kinode: is src/node there?"
  say "building the node and $(grep -c package_ <<<"$targets" || true) packages"
  [ -t 1 ] || quiet=(--quiet)
  # shellcheck disable=SC2086  # one word each
  ninja -C $build -j "$(nproc)" "${quiet[@]}" $targets
}

# Whether a node could listen on port $1; with 0, prints a port where it could.
try_port() {
  python3 -c 'import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
print(s.getsockname()[1])' "$1" 2>/dev/null
}

choose_port() {
  port=${PORT:-8080}
  try_port "$port" >/dev/null && return
  [ -z "${PORT:-}" ] || die "port $port is taken: choose another PORT, or leave it out"
  port=$(try_port 0)
  say "port 8080 is taken, so this node listens on $port"
}

# The address of the first program in package folder $1.
address_of() {
  python3 -c 'import json, sys
about = json.load(open(sys.argv[1] + "/metadata.json"))["properties"]
program = json.load(open(sys.argv[1] + "/pkg/manifest.json"))[0]["process_name"]
print(program, about["package_name"], about["publisher"], sep=":")' "$1"
}

build_node
choose_port
arguments=("$home" --fake-node-name demo.os --port "$port")
say "http://localhost:$port/ is going up, its home is $home, Ctrl-C stops it"
shopt -s nullglob
for package in "$build"/packages/echo-*/; do
  package=${package%/}
  arguments+=(--package "$package")
  address=$(address_of "$package") || continue
  say "ask $address, from another terminal:"
  echo "  curl -s localhost:$port/rpc:distro:sys/message -H 'Content-Type: application/json'" \
    "-d '{\"process\":\"$address\",\"body\":\"hello\",\"expects_response\":5}'"
done
mkdir -p "$(dirname "$home")"
exec "$build/src/node/kinode" "${arguments[@]}"
