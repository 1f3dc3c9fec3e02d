"""A stopped node is backed up and comes back, equal and as the same node.

By hand: backup_test.py --files 50000 --gb 5 --databases 20"""

import argparse
import os
import pty
import random
import re
import sys
import time
import unittest

from backup_home import BackupHomeTest, Size, backup, folder_bytes, tree
from node import KINODE

SIZE = Size()


class BackupTest(BackupHomeTest):
    def timed(self, what, *args):
        begun = time.monotonic()
        code, out, err = backup(*args)
        took = time.monotonic() - begun
        self.assertEqual(code, 0, out + err)
        print(f"{what}: {took:.2f} s; {out.strip()}", file=sys.stderr)
        return out

    def setUp(self):
        super().setUp()
        self.target = self.dir / "backups"
        self.again = self.dir / "again"

    def stopped_home(self):
        node = self.boot()
        self.fill(node, SIZE)
        picture = self.picture(node, SIZE.databases)
        code, output = node.end()
        self.assertEqual(code, 0, output)
        return picture

    def test_a_stopped_node_comes_back_as_the_same_node(self):
        picture = self.stopped_home()
        self.timed("first backup", "backup", self.home, self.target)
        first = folder_bytes(self.target)
        second = self.timed("second backup", "backup", self.home, self.target)
        print(f"repository: {first} bytes, then {folder_bytes(self.target)}; "
              f"home: {folder_bytes(self.home)}", file=sys.stderr)
        self.assertIn("Read 0 bytes", second)
        self.assertLess(folder_bytes(self.target), first * 1.02 + 10_000)
        self.timed("verify", "backup", "verify", self.target)
        self.timed("restore", "restore", self.target, self.again)
        self.check_equal()
        node = self.boot(home=self.again, package=False)
        self.assertEqual(self.picture(node, SIZE.databases), picture)
        code, output = node.end()
        self.assertEqual(code, 0, output)
        self.check_databases(self.again, SIZE.databases)

    def check_equal(self):
        """Before a node wrote anything: every byte, mode and time."""
        left_out = re.compile(r"\.lock$|\.compiled(/|$)|vfs/\.staging(/|$)|"
                              r"(kernel|kv/[^/]+/[^/]+)/(LOCK$|LOG$|LOG\.old)|.*\.db-shm$")
        expected = {path: what for path, what in tree(self.home).items()
                    if not left_out.match(path)}
        found = tree(self.again)
        self.assertEqual(found.keys(), expected.keys())
        for path, what in expected.items():
            self.assertEqual(found[path], what, path)

    def at_a_terminal(self, keys, *args):
        """`kinode ARGS` at a terminal where each text of `keys` answers a question: exit code, and
        all that was shown."""
        environment = {name: value for name, value in os.environ.items()
                       if name != "KINODE_BACKUP_PASSPHRASE"}
        child, terminal = pty.fork()
        if child == 0:
            os.execve(KINODE, [str(KINODE), *map(str, args)], environment)
        shown = b""
        for key in [*keys, None]:
            while key is None or not shown.endswith(b": "):
                try:
                    shown += os.read(terminal, 4096)
                except OSError:  # it has ended
                    break
            if key is not None:
                os.write(terminal, key.encode())
                shown += b" "
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()

    def test_a_passphrase_is_typed_and_not_shown(self):
        (self.home / "kernel").mkdir(parents=True)
        (self.home / "kernel/CURRENT").write_text("something")
        code, shown = self.at_a_terminal(["swordfisk\x7fh\r", "sword\x15swordfish\r"],
                                         "backup", self.home, self.target)
        self.assertEqual(code, 0, shown)
        self.assertNotIn("sword", shown)
        self.assertEqual(backup("backup", "list", self.target, phrase="swordfish")[0], 0)
        code, shown = self.at_a_terminal(["other\r"], "backup", self.home, self.target)
        self.assertEqual(code, 3)
        self.assertIn("the passphrase is wrong", shown)
        code, shown = self.at_a_terminal(["one\r", "two\r"], "backup", self.home, self.dir / "new")
        self.assertEqual(code, 2)
        self.assertIn("differ", shown)
        code, shown = self.at_a_terminal(["half\x03"], "backup", self.home, self.dir / "new")
        self.assertEqual(code, 3)
        self.assertFalse((self.dir / "new").exists())

    def test_a_flipped_bit_and_a_wrong_passphrase_are_said(self):
        self.stopped_home()
        self.timed("backup", "backup", self.home, self.target)
        code, _, err = backup("restore", self.target, self.again, phrase="wrong")
        self.assertEqual(code, 3)
        self.assertIn("the passphrase is wrong", err)
        chance = random.Random(3)
        objects = sorted(path for path in self.target.rglob("*") if path.is_file())
        for path in objects:
            whole = path.read_bytes()
            content = bytearray(whole)
            place = chance.randrange(len(content))
            content[place] ^= 1 << chance.randrange(8)
            path.write_bytes(content)
            code, out, err = backup("backup", "verify", self.target)
            self.assertNotEqual(code, 0, f"{path} byte {place}")
            self.assertIn(str(path.relative_to(self.target)), out + err)
            path.write_bytes(whole)
        code, _, err = backup("backup", "list", self.dir / "nothing")
        self.assertEqual(code, 3)
        self.assertIn("there is no repository", err)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=SIZE.files)
    parser.add_argument("--gb", type=float, default=SIZE.total_bytes / 1e9)
    parser.add_argument("--databases", type=int, default=SIZE.databases)
    options, rest = parser.parse_known_args()
    SIZE = Size(options.files, int(options.gb * 1e9), options.databases)
    unittest.main(argv=[sys.argv[0], *rest])
