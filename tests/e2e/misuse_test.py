"""One program misuses the node in every way there is; others answer and work nevertheless.

By hand: misuse_test.py --seconds 10 prints a table of what innocents notice."""

import argparse
import sys
import time
import unittest

from node import (ASKERS, GUESTS, SMALL_ECHO, NodeTest, make_package, manifest_entry, wait_until)

SECONDS = 0.5

PING = "ping:misuse:test.os"
PONG = "pong:misuse:test.os"
MISUSER = "misuser:misuse:test.os"
VICTIM = "victim:misuse:test.os"
FOR_EVER = 1_000_000_000

# The kind of misuse: the component that does it, and what it is told.
KINDS = {
    "flood": ("floods", f"e2e.os@{VICTIM}"),
    "never reads": ("misuses", "waits"),
    "endless loop": ("loops_forever", None),
    "memory": ("eats_memory", None),
    "spawn storm": ("misuses", "spawns /misuse:test.os/pkg/exits.wasm"),
    "print storm": ("misuses", "prints"),
    "timer storm": ("misuses", "timers"),
    "state storm": ("misuses", "states"),
}


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def package(folder):
    """Innocents, a victim, and one program for each way of misuse."""
    files = {name: GUESTS / f"{name}.wasm" for name in
             ("pingpong_bench", "counts", "exits", "misuses", "floods", "loops_forever",
              "eats_memory")}
    entries = [manifest_entry(process_name=name, process_wasm_path=f"/{wasm}.wasm", on_exit="None",
                              request_capabilities=[*ASKERS, "state:distro:sys"])
               for name, wasm in (("ping", "pingpong_bench"), ("pong", "pingpong_bench"),
                                  ("victim", "counts"))]
    return make_package(folder, {f"{name}.wasm": path for name, path in files.items()}, entries,
                        package="misuse")


class MisuseTest(NodeTest):
    def messages(self, node):
        """How many messages the innocent pair has sent so far."""
        answer = node.kernel({"Debug": "Counters"})
        return answer.json["Debug"]["Counters"][PING]["sent_count"]

    def innocents(self, node, seconds):
        """Milliseconds of each echo, and the pair's messages per second meanwhile."""
        out = []
        connection = node.connection()
        begun, sent = time.monotonic(), self.messages(node)
        while time.monotonic() < begun + seconds:
            asked = time.perf_counter()
            answer = node.rpc(SMALL_ECHO, "hello", connection=connection)
            out.append((time.perf_counter() - asked) * 1000)
            self.assertEqual(answer.body, b"hello")
        rate = (self.messages(node) - sent) / (time.monotonic() - begun)
        connection.close()
        return out, rate

    def start_innocents(self):
        node = self.start_with_tools("--package", package(self.dir / "misuse"))
        node.wait_for(SMALL_ECHO)
        node.rpc(PONG, "serve", expects=None)
        node.rpc(PING, f"await e2e.os@{PONG} {FOR_EVER}", expects=None)
        wait_until(lambda: self.messages(node) > 0, "the innocent pair is at work")
        return node

    def misuse(self, node, component, order):
        made = node.start_process(MISUSER, (GUESTS / f"{component}.wasm").read_bytes())
        self.assertEqual(made, "StartedProcess")
        caps = [{"issuer": f"e2e.os@{module}:distro:sys", "params": params}
                for module, params in (("timer", '"messaging"'), ("vfs", '"messaging"'),
                                       ("vfs", '{"root":true}'))]
        node.rpc("kernel:distro:sys",
                 {"GrantCapabilities": {"target": MISUSER, "capabilities": caps}}, expects=None)
        if order is not None:
            node.rpc(MISUSER, order, expects=None)

    def measure(self, node, kind, calm, calm_rate):
        self.misuse(node, *KINDS[kind])
        if kind == "never reads":
            for _ in range(1200):  # more than its mailbox takes
                node.rpc(MISUSER, "x", expects=None)
        loaded, rate = self.innocents(node, SECONDS)
        self.assertGreater(rate, 0, "the innocent pair stood still")
        if MISUSER in node.processes():  # else a bound has ended it
            answer = node.kernel({"KillProcess": MISUSER})
            self.assertIn(answer.status, (200, 408))
            wait_until(lambda: MISUSER not in node.processes(), "the misuser is gone")
        self.assert_answers(node)
        print(f"{kind:13} echo p50 {percentile(loaded, .5):7.2f} ms, p99 "
              f"{percentile(loaded, .99):7.2f} ms, max {max(loaded):7.2f} ms (calm p99 "
              f"{percentile(calm, .99):.2f} ms); pair {rate:9.0f}/s of {calm_rate:9.0f}/s "
              f"({rate / calm_rate * 100:3.0f} %)", file=sys.stderr)

    def test_innocents_work_on(self):
        node = self.start_innocents()
        calm, calm_rate = self.innocents(node, SECONDS)
        for kind in KINDS:
            with self.subTest(kind):
                self.measure(node, kind, calm, calm_rate)
        code, _ = node.end()
        self.assertEqual(code, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options, rest = parser.parse_known_args()
    SECONDS = options.seconds
    unittest.main(argv=[sys.argv[0], *rest])
