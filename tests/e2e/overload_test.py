"""An endless loop, a memory eater and a flooder run; other programs answer nevertheless, and each
of the three ends on command.

By hand: overload_test.py --seconds 60 prints the latencies."""

import argparse
import pathlib
import sys
import threading
import time
import unittest

from node import GUESTS, SMALL_ECHO, NodeTest, wait_until

SECONDS = 3.0

LOOPS = "loops:overload:test.os"
EATER = "eater:overload:test.os"
FLOODER = "flooder:overload:test.os"
SINK = "sink:overload:test.os"


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class OverloadTest(NodeTest):
    def echo_latencies(self, node, seconds):
        """Milliseconds of each echo, asked one after the other."""
        out = []
        connection = node.connection()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.perf_counter()
            answer = node.rpc(SMALL_ECHO, "hello", connection=connection)
            out.append((time.perf_counter() - begun) * 1000)
            self.assertEqual(answer.body, b"hello")
        connection.close()
        return out

    def kill_on_command(self, node, process):
        """Milliseconds until the kernel says that it has killed it, and until it is gone."""
        connection = node.connection()
        begun = time.perf_counter()
        answer = node.kernel({"KillProcess": process}, connection=connection)
        answered = (time.perf_counter() - begun) * 1000
        self.assertEqual(answer.json, {"KilledProcess": process})
        wait_until(lambda: process not in node.processes(connection), f"{process} is gone")
        gone = (time.perf_counter() - begun) * 1000
        connection.close()
        return answered, gone

    def is_flooded(self, node):
        """The sink has counted much, or its mailbox is full."""
        answer = node.rpc(SINK, "")
        return answer.status == 503 or (answer.status == 200 and int(answer.body) > 1000)

    def cpu_seconds(self, node):
        stat = pathlib.Path(f"/proc/{node.process.pid}/stat").read_text("ascii")
        fields = stat.rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def test_the_node_answers_and_kills_on_command(self):
        node = self.start_with_tools()
        node.wait_for(SMALL_ECHO)
        calm = self.echo_latencies(node, SECONDS / 3)
        for process, component in ((SINK, "counts"), (LOOPS, "loops_forever"),
                                   (EATER, "eats_memory"), (FLOODER, "floods")):
            made = node.start_process(process, (GUESTS / f"{component}.wasm").read_bytes())
            self.assertEqual(made, "StartedProcess", process)
        node.rpc(FLOODER, f"e2e.os@{SINK}", expects=None)
        wait_until(lambda: self.is_flooded(node), "the flood is on")
        loaded = self.echo_latencies(node, SECONDS)
        kills = {process: self.kill_on_command(node, process)
                 for process in (LOOPS, EATER, FLOODER)}
        self.assert_answers(node)
        before = self.cpu_seconds(node)
        threading.Event().wait(min(1.0, SECONDS / 3))
        busy = self.cpu_seconds(node) - before
        for name, values in (("calm", calm), ("loaded", loaded)):
            print(f"RPC echo, {name}: {len(values)} asked, p50 {percentile(values, .5):.2f} ms, "
                  f"p99 {percentile(values, .99):.2f} ms, max {max(values):.2f} ms",
                  file=sys.stderr)
        for process, (answered, gone) in kills.items():
            print(f"kill {process}: answered after {answered:.1f} ms, gone after {gone:.1f} ms",
                  file=sys.stderr)
        print(f"processor time in the second after: {busy:.2f} s", file=sys.stderr)
        code, output = node.end()
        self.assertEqual(code, 0, output)

    def test_stops_in_order_while_all_three_run(self):
        node = self.start_with_tools()
        node.wait_for(SMALL_ECHO)
        for process, component in ((SINK, "counts"), (LOOPS, "loops_forever"), (FLOODER, "floods")):
            made = node.start_process(process, (GUESTS / f"{component}.wasm").read_bytes())
            self.assertEqual(made, "StartedProcess", process)
        node.rpc(FLOODER, f"e2e.os@{SINK}", expects=None)
        code, output = node.end()
        self.assertEqual(code, 0, output)
        self.assertIn("exiting due to SIGTERM", output)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options, rest = parser.parse_known_args()
    SECONDS = options.seconds
    unittest.main(argv=[sys.argv[0], *rest])
