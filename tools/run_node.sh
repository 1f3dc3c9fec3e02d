#!/usr/bin/env bash
# Builds the node and its packages and starts it without chain, account or network;
# `make run` calls it. HOME_DIR: its home. PORT: its HTTP port; without one 8080, or a free port.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
home=${HOME_DIR:-build/home}
node=build/release/src/node/kinode

is_free() {
  python3 -c 'import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))' "$1" 2>/dev/null
}

free_port() {
  python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

cmake --preset release --log-level=WARNING >/dev/null
targets=$(ninja -C build/release -t targets all)
wanted=()
for target in kinode kinode_packages packages; do
  if grep -q "^$target: " <<<"$targets"; then wanted+=("$target"); fi
done
[[ " ${wanted[*]} " == *" kinode "* ]] || {
  echo "run: there is no target kinode yet (src/node)" >&2
  exit 1
}
echo "run: building the node"
quiet=()
[ -t 1 ] || quiet=(--quiet)
ninja -C build/release -j "$(nproc)" "${quiet[@]}" "${wanted[@]}"

port=${PORT:-8080}
if ! is_free "$port"; then
  [ -z "${PORT:-}" ] || { echo "run: port $port is taken: choose another PORT" >&2; exit 1; }
  port=$(free_port)
  echo "run: port 8080 is taken, so this node listens on $port"
fi

arguments=("$home" --fake-node-name demo.os --port "$port")
echo "run: http://localhost:$port/ with its home in $home; Ctrl-C stops it"
shopt -s nullglob
for zip in build/release/packages/*.zip; do
  arguments+=(--package "$zip")
done
echo "run: ask a program, from another terminal:"
for guest in cpp_echo python_echo rust_echo; do
  if [ -e "build/release/packages/$guest.zip" ]; then
    echo "  curl -s localhost:$port/rpc:distro:sys/message -H 'Content-Type: application/json'" \
      "-d '{\"process\":\"$guest:$guest:sys\",\"body\":\"hello\",\"expects_response\":5}'"
  fi
done
mkdir -p "$(dirname "$home")"
exec "$node" "${arguments[@]}"
