"""Files through a real node: over HTTP, and what is acknowledged survives SIGKILL."""

import hashlib
import json
import os
import resource
import signal
import unittest

from node import NodeTest

VFS = "vfs:distro:sys"
# Requests over HTTP come from the package distro:sys, which owns this drive.
DRIVE = "/distro:sys/data"


class VfsTest(NodeTest):
    def ask(self, path, action, data=None, node=None):
        body = {"path": path, "action": action}
        return (node or self.node).rpc(VFS, body, data=data, mime="application/octet-stream")

    def setUp(self):
        super().setUp()
        self.node = self.start()
        self.assertEqual(self.ask(DRIVE, "CreateDrive").json, "Ok")

    def test_files_are_written_and_read(self):
        content = os.urandom(3_000_000)
        path = f"{DRIVE}/a.bin"
        self.assertEqual(self.ask(path, "Write", content).json, "Ok")
        answer = self.ask(path, "Read")
        self.assertEqual((answer.json, answer.mime), ("Read", "application/octet-stream"))
        self.assertEqual(answer.blob, content)
        self.assertEqual(self.ask(path, "Hash").json,
                         {"Hash": list(hashlib.sha256(content).digest())})
        self.assertEqual(self.ask(DRIVE, "ReadDir").json,
                         {"ReadDir": [{"path": "distro:sys/data/a.bin", "file_type": "File"}]})
        self.assertEqual(self.ask(f"{DRIVE}/zz", "Read").body,
                         b'{"Err":{"IOError":"No such file or directory (os error 2)"}}')
        self.assertEqual((self.home / "vfs/distro:sys/data/a.bin").read_bytes(), content)

    def test_the_descriptor_manager_knows_the_vfs(self):
        state = self.node.rpc("fd-manager:distro:sys", json.dumps("GetState")).json
        self.assertEqual(state["GetState"][VFS]["hit_count"], 1)
        self.assertGreater(state["GetState"][VFS]["limit"], 10)

    def test_sixty_four_descriptors_are_enough_for_any_number_of_files(self):
        resource.prlimit(self.node.process.pid, resource.RLIMIT_NOFILE, (64, 64))
        # So that the descriptor manager looks again now and not in an hour.
        self.node.rpc("fd-manager:distro:sys",
                      {"UpdateMaxFdsAsFractionOfUlimitPercentage": 90}, expects=None)
        for part in (b"one ", b"two"):
            for number in range(150):
                path = f"{DRIVE}/{number}"
                if part == b"one ":
                    self.assertEqual(self.ask(path, "CreateFile").json, "Ok")
                self.assertEqual(self.ask(path, "WriteAll", part).json, "Ok")
        for number in range(150):
            self.assertEqual(self.ask(f"{DRIVE}/{number}", "Read").blob, b"one two")

    def test_foreign_drives_are_closed(self):
        self.assertEqual(self.ask("/chess:sys/pkg/x", "Read").json, {"Err": "NoReadCap"})
        self.assertEqual(self.ask("/chess:sys/pkg/x", "Write", b"x").json, {"Err": "NoWriteCap"})
        self.assertEqual(self.ask("/", "ReadDir").json, {"Err": "NoReadCap"})

    def test_what_was_acknowledged_survives_sigkill(self):
        for round_ in range(3):
            for number in range(20):
                path = f"{DRIVE}/{number}"
                self.assertEqual(self.ask(path, "Write", b"%d of %d" % (number, round_)).json, "Ok")
                self.assertEqual(self.ask(path, "Append", b"!").json, "Ok")
            self.node.end(signal.SIGKILL)
            self.node = self.start()
            for number in range(20):
                self.assertEqual(self.ask(f"{DRIVE}/{number}", "Read").blob,
                                 b"%d of %d!" % (number, round_))
            self.assertEqual(list((self.home / "vfs/.staging").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
