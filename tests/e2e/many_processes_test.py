"""A node with many processes that talk to each other in pairs: start, memory, messages, end.

By hand: many_processes_test.py --processes 10000 prints the figures."""

import argparse
import pathlib
import sys
import time
import unittest

from node import ASKERS, GUESTS, NodeTest, make_package, manifest_entry, wait_until

PROCESSES = 100
SECONDS = 0.5
FOR_EVER = 1_000_000_000
WASM = "/many:test.os/pkg/pingpong_bench.wasm"


def name(number):
    return f"p-{number}:many:test.os"


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


class ManyProcessesTest(NodeTest):
    def start_node(self):
        entry = manifest_entry(process_name="first", process_wasm_path="/pingpong_bench.wasm",
                               request_capabilities=list(ASKERS))
        files = {"pingpong_bench.wasm": GUESTS / "pingpong_bench.wasm"}
        folder = self.dir / "many"
        if not folder.exists():
            make_package(folder, files, [entry], package="many")
        return self.start("--package", folder)

    def make(self, node, count):
        """Processes that are there again after each start of the node."""
        component = (GUESTS / "pingpong_bench.wasm").read_bytes()
        connection = node.connection()
        for number in range(count):
            made = node.kernel({"InitializeProcess": {
                "id": name(number), "wasm_bytes_handle": WASM, "wit_version": 1,
                "on_exit": "Restart", "initial_capabilities": [], "public": True}},
                data=component, connection=connection)
            self.assertEqual(made.json, "InitializedProcess")
            ran = node.kernel({"RunProcess": name(number)}, connection=connection)
            self.assertEqual(ran.json, "StartedProcess")
        connection.close()

    def counters(self, node):
        found = node.kernel({"Debug": "Counters"}).json["Debug"]["Counters"]
        return {id: row for id, row in found.items() if id.startswith("p-")}

    def all_run(self, node, count):
        rows = self.counters(node)
        return len(rows) == count and all(row["memory_bytes"] > 0 for row in rows.values())

    def tell_pairs(self, node, count):
        connection = node.connection()
        for number in range(0, count, 2):
            node.rpc(name(number), "serve", expects=None, connection=connection)
        for number in range(1, count, 2):
            node.rpc(name(number), f"await e2e.os@{name(number - 1)} {FOR_EVER}", expects=None,
                     connection=connection)
        connection.close()

    def sent(self, node):
        return [row["sent_count"] for row in self.counters(node).values()]

    def test_all_of_them_live_talk_and_end(self):
        node = self.start_node()
        self.make(node, PROCESSES)
        code, _ = node.end()
        self.assertEqual(code, 0)

        begun = time.monotonic()
        node = self.start_node()
        serves = time.monotonic() - begun
        wait_until(lambda: self.all_run(node, PROCESSES), "all processes run")
        boot = time.monotonic() - begun
        idle = resident_mb(node.process.pid)

        self.tell_pairs(node, PROCESSES)
        wait_until(lambda: all(self.sent(node)), "every process has sent a message")
        at, before = time.monotonic(), sum(self.sent(node))
        wait_until(lambda: time.monotonic() > at + SECONDS, "some time has passed")
        rate = (sum(self.sent(node)) - before) / (time.monotonic() - at)
        busy = resident_mb(node.process.pid)

        at = time.monotonic()
        code, output = node.end()
        self.assertEqual(code, 0, output)
        print(f"{PROCESSES} processes: serves after {serves:.2f} s, all run after {boot:.2f} s; "
              f"{idle:.0f} MB idle, {busy:.0f} MB at work; {rate:.0f} messages/s among them; "
              f"ends in {time.monotonic() - at:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options, rest = parser.parse_known_args()
    PROCESSES, SECONDS = options.processes, options.seconds
    unittest.main(argv=[sys.argv[0], *rest])
