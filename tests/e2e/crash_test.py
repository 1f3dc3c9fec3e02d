"""SIGKILL under load, again and again: what was acknowledged is there after the next start.

By hand: crash_test.py --kills 100"""

import argparse
import http.client
import json
import random
import sys
import threading
import time
import unittest

from node import COUNTER, GUESTS, SMALL_ECHO, NodeTest, wait_until

KILLS = 5
SEED = 1


class Load:
    """Threads that ask without pause until the node is gone, and remember what was acknowledged."""

    def __init__(self, node, acknowledged, serial):
        self.node = node
        self.acknowledged = acknowledged
        self.serial = serial
        self.started = threading.Event()
        self.threads = [threading.Thread(target=self._until_gone, args=(step,))
                        for step in (self.count, self.count, self.start_process, self.grant)]
        for thread in self.threads:
            thread.start()

    def _until_gone(self, step):
        connection = self.node.connection()
        number = 0
        try:
            while self.node.alive():
                step(connection, number)
                number += 1
                self.started.set()
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass  # the node is gone: what was asked last was not acknowledged
        finally:
            connection.close()

    def count(self, connection, _):
        answer = self.node.rpc(COUNTER, "more", connection=connection)
        if answer.status == 200:
            with self.acknowledged.lock:
                self.acknowledged.count = max(self.acknowledged.count, int(answer.body))

    def start_process(self, connection, number):
        name = f"p-{self.serial}-{number}:tools:test.os"
        if number % 20:  # a few processes, many grants
            return self.grant(connection, -number)
        made = self.node.kernel({"InitializeProcess": {
            "id": name, "wasm_bytes_handle": "/tools:test.os/pkg/small_echo.wasm", "wit_version": 1,
            "on_exit": "Restart", "initial_capabilities": [], "public": True}},
            data=self.acknowledged.component, connection=connection)
        if made.status == 200 and made.json == "InitializedProcess":
            self.acknowledged.processes.append(name)
        return None

    def grant(self, connection, number):
        cap = {"issuer": f"e2e.os@{SMALL_ECHO}", "params": json.dumps([self.serial, number])}
        self.node.rpc("kernel:distro:sys", {"GrantCapabilities": {
            "target": SMALL_ECHO, "capabilities": [cap]}}, expects=None, connection=connection)
        # The kernel answers grants only by doing them: a question behind it says that it is done.
        asked = self.node.kernel({"Debug": {"HasCap": {"on": SMALL_ECHO, "cap": cap}}},
                                 connection=connection)
        if asked.status == 200 and asked.json == {"Debug": {"HasCap": True}}:
            self.acknowledged.grants.append(cap["params"])

    def join(self):
        for thread in self.threads:
            thread.join()


class Acknowledged:
    def __init__(self, component):
        self.component = component
        self.lock = threading.Lock()
        self.count = 0
        self.processes = []
        self.grants = []


class CrashTest(NodeTest):
    def check(self, node, acknowledged):
        processes = node.processes()
        missing = [name for name in acknowledged.processes if name not in processes]
        self.assertEqual(missing, [], "acknowledged processes are lost")
        held = {cap["params"] for cap in processes[SMALL_ECHO]["capabilities"]}
        lost = [cap for cap in acknowledged.grants if cap not in held]
        self.assertEqual(lost, [], "acknowledged grants are lost")
        count = int(node.wait_for(COUNTER).body)
        self.assertGreater(count, acknowledged.count, "an acknowledged count is lost")
        acknowledged.count = count

    def forget(self, node, acknowledged):
        """Keeps the table small over many rounds; what is killed is gone for good."""
        for name in acknowledged.processes:
            self.assertEqual(node.kernel({"KillProcess": name}).json, {"KilledProcess": name})
        acknowledged.processes.clear()
        caps = [{"issuer": f"e2e.os@{SMALL_ECHO}", "params": params}
                for params in acknowledged.grants]
        node.rpc("kernel:distro:sys", {"DropCapabilities": {"target": SMALL_ECHO,
                                                            "capabilities": caps}}, expects=None)
        acknowledged.grants.clear()

    def test_nothing_acknowledged_is_lost(self):
        chance = random.Random(SEED)
        acknowledged = Acknowledged((GUESTS / "small_echo.wasm").read_bytes())
        total = {"counts": 0, "processes": 0, "grants": 0, "boots": []}
        for kill in range(KILLS):
            begun = time.monotonic()
            node = self.start_with_tools() if kill == 0 else self.start()
            total["boots"].append(time.monotonic() - begun)
            node.wait_for(COUNTER)
            self.check(node, acknowledged)
            self.forget(node, acknowledged)
            before = acknowledged.count
            load = Load(node, acknowledged, kill)
            self.assertTrue(load.started.wait(60))
            enough = before + chance.randrange(1, 200)
            wait_until(lambda: acknowledged.count >= enough, f"{enough} counts")
            node.kill()
            load.join()
            total["counts"] += acknowledged.count - before
            total["processes"] += len(acknowledged.processes)
            total["grants"] += len(acknowledged.grants)
        node = self.start()
        self.check(node, acknowledged)
        code, output = node.end()
        self.assertEqual(code, 0, output)
        boots = sorted(total.pop("boots"))
        print(f"{KILLS} kills, acknowledged: {total}; boot median {boots[len(boots) // 2]:.3f} s, "
              f"longest {boots[-1]:.3f} s", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    options, rest = parser.parse_known_args()
    KILLS, SEED = options.kills, options.seed
    unittest.main(argv=[sys.argv[0], *rest])
