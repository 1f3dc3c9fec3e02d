"""Logging in with --password to a home that exists already: one of Kinode 1.0 boots offline, with
what it ran; a wrong password or a missing keyfile leaves everything as it was."""

import json
import os
import select
import shutil
import subprocess
import unittest

from node import (COUNTER, KINODE, PATIENCE, SMALL_ECHO, SOURCE, SPAWNER, Node, NodeTest, Output,
                  lend_compiled, run_kinode, tools_package)

RUNTIME_ERROR, USAGE, CANNOT_START = 1, 2, 3
CORPUS = SOURCE / "tests/corpus"
# Of the modules that the home of the original knows, those that are built here.
MODULES = {f"{name}:distro:sys" for name in ("kernel", "timer", "state", "http-server")}


def files_of(folder):
    """Name -> content of everything in a home but its lock."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"}


class LoginTest(NodeTest):
    def make_old_home(self):
        """A copy of the home of fake.dev, a node of Kinode 1.0.0 in simulation mode."""
        self.home.mkdir()
        shutil.copy(CORPUS / "home-1.0.0/keys.json", self.home / ".keys")
        shutil.copytree(CORPUS / "home-1.0.0/kernel", self.home / "kernel")

    def make_home(self, keyfile):
        self.home.mkdir()
        shutil.copy(CORPUS / "keyfile" / keyfile, self.home / ".keys")

    def log_in(self, password, *args):
        """A node whose name comes from its keyfile."""
        lend_compiled(self.home)
        read_end, write_end = os.pipe()
        process = subprocess.Popen(
            [KINODE, self.home, "--password", password, "--port", "0", "--detached",
             "--control-fd", str(write_end), *map(str, args)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=[write_end])
        os.close(write_end)
        output = Output(process.stdout)
        with os.fdopen(read_end, "rb", buffering=0) as control:
            ready = select.select([control], [], [], PATIENCE)[0]
            line = control.read(4096) if ready else b""
        if not line:
            process.kill()
            process.wait()
            self.fail(f"the node did not start: {output.finish()}")
        told = json.loads(line)
        node = Node(process, told["node"], told["http_port"], output)
        self.addCleanup(node.kill)
        return node

    def refuse(self, code, *args):
        """The program ends by itself with this code, and the home is as before; what it says."""
        before = files_of(self.home)
        got, _, said = run_kinode(self.home, "--port", "0", *args)
        self.assertEqual(got, code, said)
        self.assertTrue(said.startswith("kinode: "), said)
        self.assertEqual(files_of(self.home), before)
        return said

    def test_a_home_of_1_0_boots_offline(self):
        self.make_old_home()
        keys = (self.home / ".keys").read_bytes()
        node = self.log_in("secret")
        self.assertEqual(node.name, "fake.dev")
        node.printed("took over a process map of 11 entries")
        node.printed("fake.dev runs offline.*could not be checked against the chain")
        listed = node.processes()
        self.assertLessEqual(MODULES, set(listed))
        for module in MODULES - {"kernel:distro:sys"}:
            issuers = {cap["issuer"] for cap in listed[module]["capabilities"]}
            self.assertIn("fake.dev@vfs:distro:sys", issuers, module)
        self.assertEqual(node.end()[0], 0)
        self.assertEqual((self.home / ".keys").read_bytes(), keys)

    def test_what_was_installed_runs_again_and_what_is_missing_is_said(self):
        self.make_home("of_successor")
        tools = tools_package(self.dir / "tools")
        node = self.log_in("password123", "--package", tools)
        self.assertEqual(node.name, "a.os")  # shorter than 8 bytes: fault 45
        node.wait_for(SMALL_ECHO)
        self.assertEqual(node.end()[0], 0)
        gone = self.home / "vfs/tools:test.os/pkg/state_counter.wasm"
        gone.unlink()

        again = self.log_in("password123")
        again.wait_for(SMALL_ECHO)
        self.assertLessEqual({SMALL_ECHO, COUNTER, SPAWNER}, set(again.processes()))
        again.printed(f"process {COUNTER} failed to instantiate: couldn't read wasm bytes at "
                      "/tools:test.os/pkg/state_counter.wasm: ")
        self.assertEqual(again.end()[0], 0)

    def test_a_keyfile_of_0_9_is_renewed_and_kept(self):
        self.make_home("of_0_9")
        old = (self.home / ".keys").read_bytes()
        node = self.log_in("password123")
        self.assertEqual(node.name, "alice-node.os")
        node.printed("browsers have to log in again")
        node.printed("in the way of 1.0")
        node.printed("kept as .*/home/.keys.old")
        self.assertEqual(node.end()[0], 0)
        self.assertEqual((self.home / ".keys.old").read_bytes(), old)
        renewed = (self.home / ".keys").read_bytes()
        code, output = self.log_in("password123").end()
        self.assertEqual(code, 0)
        self.assertNotIn("kept as", output)
        self.assertEqual((self.home / ".keys").read_bytes(), renewed)

    def test_a_wrong_password(self):
        self.make_old_home()
        said = self.refuse(CANNOT_START, "--password", "wrong")
        self.assertIn("could not decode keyfile, password incorrect: give the password of fake.dev",
                      said)
        self.assertIn("nothing was changed", said)
        self.assertEqual(self.log_in("secret").name, "fake.dev")

    def test_a_keyfile_without_a_password(self):
        self.make_old_home()
        said = self.refuse(USAGE)
        self.assertIn("belongs to fake.dev: log in with --password", said)

    def test_a_damaged_keyfile(self):
        self.make_old_home()
        content = (self.home / ".keys").read_bytes()
        (self.home / ".keys").write_bytes(content[:-100])
        said = self.refuse(CANNOT_START, "--password", "secret")
        self.assertIn("put a copy of it back", said)

    def test_a_password_but_no_keyfile(self):
        said = self.refuse(RUNTIME_ERROR, "--password", "secret")
        self.assertIn(".keys is not there", said)
        self.assertFalse(self.home.exists())

    def test_neither_keyfile_nor_flags(self):
        said = self.refuse(USAGE)
        self.assertIn("--fake-node-name demo.os", said)
        self.assertFalse(self.home.exists())

    def test_a_fake_name_for_the_home_of_another_node(self):
        self.make_old_home()
        said = self.refuse(CANNOT_START, "--fake-node-name", "other.os")
        self.assertIn("belongs to the node fake.dev", said)


if __name__ == "__main__":
    unittest.main()
