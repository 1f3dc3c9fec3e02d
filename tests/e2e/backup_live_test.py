"""A running node is backed up while a program writes everywhere: the backup is of one instant."""

import json
import pathlib
import re
import stat
import sys
import threading
import unittest

from backup_home import DRIVE, RELAY, BackupHomeTest, backup
from node import wait_until


class Writer(threading.Thread):
    """Writes 1, 2, 3 ... to a file, a key, a row and a state, each number in that order."""

    def __init__(self, test, node):
        super().__init__(daemon=True)
        self.test = test
        self.node = node
        self.number = 0
        self.ended = threading.Event()
        self.failure = None

    def run(self):
        try:
            while not self.ended.is_set():
                self.write(self.number + 1)
                self.number += 1
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error

    def write(self, n):
        ask, database = self.test.ask, self.test.database
        ask(self.node, "vfs", {"path": f"{DRIVE}/log", "action": "Append"}, b"%09d\n" % n)
        database(self.node, "kv", 0, {"Set": {"key": [1]}}, b"%d" % n)
        database(self.node, "sqlite", 0, {"Write": {"statement": f"INSERT INTO t VALUES ({n})"}})
        ask(self.node, "state", {"SetState": RELAY}, b"%d" % n)


class LiveBackupTest(BackupHomeTest):
    def begin(self):
        node = self.boot()
        self.ask(node, "vfs", {"path": DRIVE, "action": "CreateDrive"})
        self.ask(node, "vfs", {"path": f"{DRIVE}/log", "action": "CreateFile"})
        self.database(node, "kv", 0, "Open")
        self.database(node, "sqlite", 0, "Open")
        statement = "CREATE TABLE t (n INTEGER PRIMARY KEY)"
        self.database(node, "sqlite", 0, {"Write": {"statement": statement}})
        writer = Writer(self, node)
        writer.start()
        wait_until(lambda: writer.number > 5 or writer.failure, "numbers are written")
        return node, writer

    def numbers(self, home):
        """The newest number in file, key, row and state of a restored home."""
        node = self.boot(home=home, package=False)
        self.database(node, "kv", 0, "Open")
        self.database(node, "sqlite", 0, "Open")
        log = (home / "vfs/app:test.os/data/log").read_bytes().split()
        self.assertEqual([int(line) for line in log], list(range(1, len(log) + 1)))
        key = self.database(node, "kv", 0, {"Get": [1]}).blob
        rows = self.database(node, "sqlite", 0, {"Query": "SELECT max(n) AS n FROM t"}).blob
        state = self.ask(node, "state", {"GetState": RELAY}).blob
        code, output = node.end()
        self.assertEqual(code, 0, output)
        return len(log), int(key), json.loads(rows)[0]["n"], int(state)

    def test_the_backup_of_a_running_node_is_of_one_instant(self):
        node, writer = self.begin()
        socket = self.home / ".rpc.sock"
        self.assertEqual(stat.S_IMODE(socket.stat().st_mode), 0o600)
        found = []
        for round_ in range(3):
            before = writer.number
            target = self.dir / "backups"
            code, out, err = backup("backup", self.home, target)
            self.assertEqual(code, 0, out + err)
            wait_until(lambda b=before: writer.number > b or writer.failure, "writers go on")
            self.assertIsNone(writer.failure)
            again = self.dir / f"again{round_}"
            code, _, err = backup("restore", target, again)
            self.assertEqual(code, 0, err)
            found.append((before, writer.number, again))
        writer.ended.set()
        writer.join()
        self.assertIsNone(writer.failure)
        code, output = node.end()
        self.assertEqual(code, 0, output)
        for before, after, again in found:
            file, key, row, state = self.numbers(again)
            print(f"written {before}..{after}: file {file}, key {key}, row {row}, state {state}",
                  file=sys.stderr)
            self.assertLessEqual(before, file)
            self.assertLessEqual(state, after)
            self.assertEqual(sorted((file, key, row, state), reverse=True),
                             [file, key, row, state], "in the order of writing")
            self.assertLessEqual(file - state, 1, "no more than the one in flight")
        self.assertFalse(socket.exists())
        self.assertEqual(list((self.home / "vfs/.staging").iterdir()), [])
        left = [p for p in pathlib.Path(self.home / ".frozen").rglob("*") if p.is_file()]
        self.assertEqual(left, [])

    def test_who_may_and_what_is_wrong_is_said(self):
        node, writer = self.begin()
        writer.ended.set()
        writer.join()
        order = {"to": "e2e.os@backup:distro:sys", "body": json.dumps("Progress"), "expects": 5}
        answer = node.rpc(RELAY, order, expects=10)
        self.assertNotIn(b"running", answer.body or b"", "a program without the right")
        target = self.dir / "backups"
        self.assertEqual(backup("backup", self.home, target)[0], 0)
        code, _, err = backup("backup", self.home, target, phrase="wrong")
        self.assertEqual(code, 3)
        self.assertIn("the passphrase is wrong", err)
        state = node.rpc("backup:distro:sys", json.dumps("Progress")).json
        self.assertEqual(state["Progress"]["running"], False)
        paused = state["Progress"]["done"]["paused_us"]
        self.assertTrue(re.fullmatch(r"\d+", str(paused)))
        print(f"writers were held up for {paused} us", file=sys.stderr)
        code, output = node.end()
        self.assertEqual(code, 0, output)


if __name__ == "__main__":
    unittest.main()
