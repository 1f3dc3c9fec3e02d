"""A home that cannot be used, and a port that is taken: the node says what to do, and leaves the
home as it was."""

import os
import pathlib
import socket
import subprocess
import unittest

from node import (ASKERS, COUNTER, SMALL_ECHO, NodeTest, guest, make_package, manifest_entry,
                  run_kinode, tools_package, wait_until)

CANNOT_START = 3


class BadHomeTest(NodeTest):
    def refuse(self, home, *args, name="e2e.os"):
        code, _, said = run_kinode(home, "--fake-node-name", name, "--port", "0", *args)
        self.assertEqual(code, CANNOT_START, said)
        self.assertTrue(said.startswith("kinode: "), said)
        return said

    def test_in_use(self):
        node = self.start_with_tools()
        node.wait_for(SMALL_ECHO)
        said = self.refuse(self.home)
        self.assertIn(f"in use by another node (process {node.process.pid})", said)
        self.assertIn("stop that one first, or choose another home", said)
        self.assert_answers(node)

    def test_of_another_node(self):
        self.start().end()
        said = self.refuse(self.home, name="other.os")
        self.assertIn("belongs to the node e2e.os", said)
        self.assertIn("another home", said)

    def test_a_file_in_its_place(self):
        self.home.write_text("not a directory")
        self.assertIn("choose another directory", self.refuse(self.home))
        self.assertIn("choose another directory", self.refuse(self.home / "below"))
        self.assertEqual(self.home.read_text(), "not a directory")

    def test_a_file_in_the_place_of_its_database(self):
        self.home.mkdir()
        (self.home / "kernel").write_text("precious")
        self.assertIn(str(self.home / "kernel"), self.refuse(self.home))
        self.assertEqual((self.home / "kernel").read_text(), "precious")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_without_rights(self):
        self.home.mkdir(mode=0o500)
        said = self.refuse(self.home)
        self.assertIn("check its owner and rights, or choose another home", said)

    def test_a_port_that_is_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            code, _, said = run_kinode(self.home, "--fake-node-name", "e2e.os", "--port", port)
            self.assertEqual(code, CANNOT_START, said)
            self.assertRegex(said, rf"port {port} on 127\.0\.0\.1 is taken by another program; "
                                   r"port (\d+) is free: use --port \1")

    def damage(self, file, at=0.5, count=400):
        size = file.stat().st_size
        with file.open("r+b") as out:
            out.seek(int(size * at))
            out.write(b"\xa5" * min(count, size))

    def test_a_damaged_database(self):
        node = self.start_with_tools()
        node.wait_for(COUNTER)
        node.end()
        kernel = self.home / "kernel"
        before = {file.name: file.read_bytes() for file in kernel.iterdir() if file.is_file()}
        manifest = next(kernel.glob("MANIFEST-*"))
        self.damage(manifest, at=0, count=64)
        said = self.refuse(self.home)
        self.assertIn(str(kernel), said)
        self.assertRegex(said, "restore|backup|another home|repair")
        for name, content in before.items():  # nothing was thrown away: put right, it works again
            if not name.startswith(("LOG", "OPTIONS")):
                self.assertTrue((kernel / name).exists(), name)
        manifest.write_bytes(before[manifest.name])
        self.assertGreater(int(self.start().wait_for(COUNTER).body), 1)

    def run_on_small_disk(self, megabytes, work):
        disk = self.dir / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", disk],
                capture_output=True, check=False).returncode != 0:
            self.skipTest("a small disk needs the right to mount one")
        try:
            work(disk)
        finally:
            subprocess.run(["umount", "-l", disk], check=False)

    def test_a_full_disk_at_the_start(self):
        package = tools_package(self.dir / "tools")

        def work(disk):
            (disk / "ballast").write_bytes(bytes(990 << 10))
            said = self.refuse(disk / "home", "--package", package)
            self.assertRegex(said, "No space left|make room|full")

        self.run_on_small_disk(1, work)

    def test_a_disk_that_fills_up_while_the_node_runs(self):
        keeper = "main:app:test.os"
        package = make_package(self.dir / "app", {"main.wasm": guest("cpp_echo")}, [manifest_entry(
            on_exit="None", request_capabilities=[*ASKERS, "state:distro:sys"])])

        def work(disk):
            node = self.start_with_tools("--package", package, home=disk / "home")
            node.wait_for(keeper)
            self.assertEqual(node.rpc(keeper, {"op": "set_state", "text": "kept"}).json,
                             {"ok": None})
            # Made beside everything else: a node that cannot keep its identity ends.
            wait_until((disk / "home/.keys").exists, "the node's identity is stored")
            fill = disk / "ballast"
            self.fill(fill)
            for _ in range(20):
                node.rpc(keeper, {"op": "set_state", "text": "x" * 900_000}, expects=None)
            node.printed("disk of .* is full: free some space and start again")
            self.assert_answers(node)
            fill.unlink()
            code, output = node.end()
            self.assertEqual(code, 0, output)
            node = self.start("--package", package, home=disk / "home")
            node.wait_for(keeper)
            state = node.rpc(keeper, {"op": "get_state"}).json["ok"]
            self.assertIn(state, ("kept", "x" * 900_000))

        self.run_on_small_disk(64, work)

    def fill(self, path):
        with pathlib.Path(path).open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(4096))
            except OSError:
                pass


if __name__ == "__main__":
    unittest.main()
