"""SIGKILL while programs write files, keys, rows and states, again and again: what was acknowledged
is there after the next start, nothing of a transaction is half there, and every database opens.

By hand: storage_crash_test.py --kills 200"""

import argparse
import http.client
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

from node import ASKERS, KINODE, NodeTest, guest, make_package, manifest_entry

KILLS = 4
SEED = 1
MODULES = ("vfs", "kv", "sqlite", "state")
PACKAGE = {"package_name": "app", "publisher_node": "test.os"}
DRIVE = "/app:test.os/data"
SLOTS = 20
ENOUGH_FOR_A_TABLE = 4000


class Writer:
    """A program that writes by numbers, one after the other. A derived one says what a number is:
    its process has the writer's name."""

    def __init__(self, chance):
        self.chance = chance
        self.acknowledged = 0
        self.asked = 0
        self.node = self.connection = None

    @property
    def name(self):
        return type(self).__name__.lower()

    def ask(self, module, body, data=None):
        order = {"to": f"e2e.os@{module}:distro:sys", "body": json.dumps(body), "expects": 30}
        return self.node.rpc(f"{self.name}:app:test.os", order, data=data, expects=40,
                             connection=self.connection)

    def ok(self, module, body, data=None):
        answer = self.ask(module, body, data)
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
        assert b'"Err"' not in answer.body and b"failed" not in answer.body, (body, answer)
        return answer

    def write(self, number):
        """Writes it; an exception unless that was acknowledged."""

    def present(self):
        """The number that the newest trace has, after all was looked at; asserts what must hold
        whatever the number."""

    def begin(self):
        """Makes what it writes to, if it is not there."""

    def check(self, node):
        """What the last node acknowledged is there, and nothing that was never asked for."""
        self.node, self.connection = node, None
        self.begin()
        present = self.present()
        assert self.acknowledged <= present <= self.asked, \
            f"{self.name}: {present} is there, {self.acknowledged} was acknowledged, " \
            f"{self.asked} was asked for"
        self.acknowledged = self.asked = present

    def run(self, killer):
        self.connection = self.node.connection()
        try:
            while True:
                killer.moment()
                self.asked += 1
                self.write(self.asked)
                self.acknowledged = self.asked
                killer.moment()
        except (AssertionError, OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            if not killer.has_killed():  # else what was asked last was not acknowledged
                killer.failures.append(f"{self.name}, number {self.asked}: {error!r}")
                killer.kill()
        finally:
            self.connection.close()


class Files(Writer):
    """Whole files, one by one in a ring, each renamed into its place; and a log that grows."""

    def act(self, path, action, data=None):
        return self.ok("vfs", {"path": f"{DRIVE}/{path}", "action": action}, data)

    def begin(self):
        self.ok("vfs", {"path": DRIVE, "action": "CreateDrive"})
        self.act("log", {"OpenFile": {"create": True}})

    @staticmethod
    def content(number):
        return b"%d " % number * (number * 37 % 1000 + 1)

    def write(self, number):
        self.act("new", "Write", self.content(number))
        self.act("new", {"Rename": {"new_path": f"{DRIVE}/{number % SLOTS}"}})
        self.act("log", "Append", b"%09d\n" % number)

    def present(self):
        log = self.act("log", "Read").blob
        lines = log.split(b"\n")
        # One that was asked for when it ended may be there in part or twice.
        whole = sorted({int(line) for line in lines if len(line) == 9})
        assert whole == list(range(1, len(whole) + 1)), f"the log has holes: {log[-200:]}"
        for slot in range(SLOTS):
            newest = max((n for n in whole if n % SLOTS == slot), default=None)
            if newest is None:
                continue
            found = self.act(str(slot), "Read").blob
            assert found in (self.content(newest), self.content(self.asked)), \
                f"file {slot} is not as {newest} was written: {found[:40]}"
        return len(whole)

    def check(self, node):
        super().check(node)
        # Without what was never acknowledged, so that numbers go on.
        lines = b"".join(b"%09d\n" % n for n in range(1, self.acknowledged + 1))
        self.act("log", "Write", lines)


class Databases(Writer):
    MODULE = DB = None

    def act(self, action, data=None):
        return self.ok(self.MODULE, {"package_id": PACKAGE, "db": self.DB, "action": action}, data)

    def begin(self):
        self.act("Open")

    def transaction(self):
        return self.act("BeginTx").json["BeginTx"]["tx_id"]


class Keys(Databases):
    MODULE, DB = "kv", "plain"

    def write(self, number):
        self.act({"Set": {"key": [number % SLOTS]}}, b"%d" % number)

    def present(self):
        pairs = json.loads(self.act({"Scan": {}}).blob)
        values = {key[0]: int(bytes(value)) for key, value in pairs}
        newest = max(values.values(), default=0)
        for number in range(max(1, newest - SLOTS + 1), newest + 1):
            assert values[number % SLOTS] == number, f"{number} is lost: {values}"
        return newest


class KeyTransactions(Databases):
    MODULE, DB = "kv", "transactions"

    def write(self, number):
        tx = self.transaction()
        for key in range(3):
            self.act({"Set": {"key": [key], "tx_id": tx}}, b"%d" % number)
        self.act({"Commit": {"tx_id": tx}})

    def present(self):
        pairs = json.loads(self.act({"Scan": {}}).blob)
        values = {int(bytes(value)) for _, value in pairs}
        assert len(pairs) in (0, 3) and len(values) <= 1, f"half a transaction: {pairs}"
        return max(values, default=0)


class Rows(Databases):
    MODULE, DB = "sqlite", "plain"

    def sql(self, statement, tx=None):
        return self.act({"Write": {"statement": statement, "tx_id": tx}})

    def rows(self, query):
        return json.loads(self.act({"Query": query}).blob)

    def begin(self):
        super().begin()
        self.sql("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, x TEXT)")
        self.sql(f"DELETE FROM t WHERE n + {ENOUGH_FOR_A_TABLE} < (SELECT max(n) FROM t)")

    def write(self, number):
        self.sql(f"INSERT INTO t VALUES ({number}, '{'x' * (number * 31 % 500)}')")

    def present(self):
        assert self.rows("PRAGMA quick_check") == [{"quick_check": "ok"}]
        [row] = self.rows("SELECT max(n) newest, min(n) oldest, count(*) c FROM t")
        if row["c"] == 0:
            return 0
        assert row["c"] == row["newest"] - row["oldest"] + 1, f"rows are lost: {row}"
        return row["newest"]


class RowTransactions(Rows):
    DB = "transactions"

    def begin(self):
        Databases.begin(self)
        self.sql("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, x INTEGER)")

    def write(self, number):
        tx = self.transaction()
        for row in range(3):
            self.sql(f"INSERT OR REPLACE INTO t VALUES ({row}, {number})", tx)
        self.act({"Commit": {"tx_id": tx}})

    def present(self):
        rows = self.rows("SELECT x FROM t")
        values = {row["x"] for row in rows}
        assert len(rows) in (0, 3) and len(values) <= 1, f"half a transaction: {rows}"
        return max(values, default=0)


class States(Writer):
    def act(self, action, data=None):
        return self.ask("state", {action: f"{self.name}:app:test.os"}, data)

    def write(self, number):
        answer = self.act("SetState", b"%d" % number)
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
        assert answer.json == "SetState", answer

    def present(self):
        answer = self.act("GetState")
        return int(answer.blob) if answer.json == "GetState" else 0


WRITERS = (Files, Keys, KeyTransactions, Rows, RowTransactions, States)


class Killer:
    """Kills the node at the n-th moment of all writers together."""

    def __init__(self, node, moments):
        self.node = node
        self.left = moments
        self.lock = threading.Lock()
        self.failures = []

    def moment(self):
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.node.process.kill()

    def kill(self):
        with self.lock:
            self.left = 0
            self.node.process.kill()

    def has_killed(self):
        with self.lock:
            return self.left <= 0


class StorageCrashTest(NodeTest):
    flags = ()

    def boot(self):
        folder = self.dir / "app"
        if not folder.exists():
            modules = [f"{module}:distro:sys" for module in MODULES]
            entries = [manifest_entry(process_name=kind.__name__.lower(),
                                      request_capabilities=[*ASKERS, *modules],
                                      grant_capabilities=["http-server:distro:sys", *modules])
                       for kind in WRITERS]
            make_package(folder, {"main.wasm": guest("relay")}, entries, package="app")
        return self.start("--package", folder, *self.flags)

    def die_at_boot(self, seconds):
        """Once more, while it looks at what the last one left."""
        with subprocess.Popen([KINODE, self.home, "--fake-node-name", "e2e.os", "--port", "0",
                               "--detached", "--package", self.dir / "app"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()

    def load_until_killed(self, node, writers, moments):
        killer = Killer(node, moments)
        threads = [threading.Thread(target=writer.run, args=(killer,))
                   for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(killer.failures, [])
        self.assertEqual(node.process.wait(), -9, "it was alive until it was killed")

    def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(self):
        self.kill_again_and_again(KILLS)

    def test_nor_is_it_with_power_durability(self):
        self.flags = ("--power-durability",)
        self.kill_again_and_again(max(2, KILLS // 10))

    def kill_again_and_again(self, kills):
        print(f"seed {SEED}", file=sys.stderr)
        chance = random.Random(SEED)
        writers = [kind(chance) for kind in WRITERS]
        total = {writer.name: 0 for writer in writers}
        boots = []
        for _ in range(kills):
            begun = time.monotonic()
            node = self.boot()
            boots.append(time.monotonic() - begun)
            for writer in writers:
                node.wait_for(f"{writer.name}:app:test.os", "{}")
                writer.check(node)
            before = {writer.name: writer.acknowledged for writer in writers}
            self.load_until_killed(node, writers, chance.randrange(2, 1000))
            for writer in writers:
                total[writer.name] += writer.acknowledged - before[writer.name]
            if chance.random() < 0.25:
                self.die_at_boot(chance.random() / 4)
        node = self.boot()
        for writer in writers:
            node.wait_for(f"{writer.name}:app:test.os", "{}")
            writer.check(node)
        code, output = node.end()
        self.assertEqual(code, 0, output)
        for db in ("plain", "transactions"):
            with sqlite3.connect(self.home / f"sqlite/app:test.os/{db}/{db}.db") as database:
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            database.close()
        boots.sort()
        print(f"{kills} kills, acknowledged: {total}; boot median {boots[len(boots) // 2]:.3f} s, "
              f"longest {boots[-1]:.3f} s", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    options, rest = parser.parse_known_args()
    KILLS, SEED = options.kills, options.seed
    unittest.main(argv=[sys.argv[0], *rest])
