"""Files that are no components, and programs that misbehave: the node says why each of them ended,
and goes on answering."""

import re
import unittest

from node import NodeTest, guest, make_package, manifest_entry, wait_until

STANDARD = b"kinode:process/standard@1.0.0"


def process(name):
    return f"{name}:bad:test.os"


class BadComponentTest(NodeTest):
    def package(self, components, **changes):
        """A package of one process for each component, which is not started again when it ends."""
        names = [name.replace("_", "-") for name in components]
        manifest = [manifest_entry(process_name=name, process_wasm_path=f"/{name}.wasm",
                                   on_exit="None", **changes) for name in names]
        files = {f"{name}.wasm": content for name, content in zip(names, components.values())}
        return make_package(self.dir / "bad", files, manifest, package="bad")

    def assert_gone(self, node, name):
        wait_until(lambda: process(name) not in node.processes(), f"{name} is gone")

    def bad_files(self):
        good = guest("small_echo").read_bytes()
        self.assertIn(STANDARD, good)
        return {
            "core": (b"\0asm\1\0\0\0",
                     r"core WebAssembly module.*convert it with `wasm-tools component new`"),
            "text": (b"#!/bin/sh\n", r"this is a text file; expected a WebAssembly component"),
            "empty": (b"", r"the file is empty; expected a WebAssembly component"),
            "truncated": (good[:len(good) // 2], r"cut off after \d+ bytes"),
            "unknown": (good.replace(STANDARD, b"nobody:process/standard@1.0.0"),
                        r"imports what this node does not have: nobody:process/standard@1\.0\.0"),
            "other": (good.replace(STANDARD, b"kinode:process/standard@0.9.0"),
                      r"built for version 0\.9\.0 of kinode:process, and this node runs 1\.0\.0, "
                      r"0\.8\.0 and 0\.7\.0.*build it against"),
        }

    def test_a_package_with_files_that_are_no_components(self):
        bad = self.bad_files()
        node = self.start_with_tools(
            "--package", self.package({name: content for name, (content, _) in bad.items()}))
        for name, (_, why) in bad.items():
            with self.subTest(name):
                node.printed(f"process {process(name)} failed to instantiate: .*{why}")
                self.assert_gone(node, name)
        self.assert_answers(node)

    def test_a_file_that_is_no_component_by_command(self):
        node = self.start_with_tools()
        for name, (content, why) in self.bad_files().items():
            with self.subTest(name):
                node.start_process(process(name), content)
                node.printed(f"process {process(name)} failed to instantiate: .*{why}")
                self.assert_gone(node, name)
        self.assert_answers(node)

    def test_a_program_that_ends_badly(self):
        # The last message of each says what happened; it has not been sent yet.
        ends = {"traps": "the guest gave up", "overflows-stack": "the guest trapped",
                "calls-exit": "the guest called exit"}
        node = self.start_with_tools("--package", self.package(
            {name: guest(name.replace("-", "_")) for name in ends}))
        for name, why in ends.items():
            with self.subTest(name):
                self.assertEqual(node.rpc(process(name), "3", expects=None).status, 200)
                node.printed(rf"process e2e\.os@{process(name)} ended with error:.*\n{why}")
                self.assert_gone(node, name)
                self.assertEqual(node.rpc(process(name), "3").status, 408)
        self.assert_answers(node)

    def test_ten_megabytes_on_stderr(self):
        node = self.start_with_tools("--package", self.package(
            {"prints_stderr": guest("prints_stderr")}))
        written = int(node.wait_for(process("prints-stderr")).body)
        self.assertGreaterEqual(written, 10_000_000)
        self.assert_answers(node)

    def test_an_endless_loop_and_a_memory_eater_end_on_command(self):
        names = ("loops-forever", "eats-memory")
        node = self.start_with_tools("--package", self.package(
            {name: guest(name.replace("-", "_")) for name in names}))
        node.wait_for("small-echo:tools:test.os")
        for name in names:
            self.assertEqual(node.kernel({"KillProcess": process(name)}).json,
                             {"KilledProcess": process(name)})
            self.assert_gone(node, name)
        self.assert_answers(node)

    def test_two_hundred_messages_before_the_process_runs(self):
        node = self.start_with_tools()
        made = node.kernel({"InitializeProcess": {
            "id": process("late"), "wasm_bytes_handle": "", "wit_version": 1, "on_exit": "None",
            "initial_capabilities": [], "public": True}}, data=guest("counts").read_bytes())
        self.assertEqual(made.json, "InitializedProcess")
        connection = node.connection()
        for _ in range(200):
            answer = node.rpc(process("late"), "one", expects=None, connection=connection)
            self.assertEqual(answer.status, 200)
        connection.close()
        self.assert_answers(node)
        node.grant(process("late"), "http-server:distro:sys")
        self.assertEqual(node.kernel({"RunProcess": process("late")}).json, "StartedProcess")
        self.assertEqual(node.wait_for(process("late")).body, b"201")

    def test_commands_that_make_no_sense(self):
        node = self.start_with_tools()
        for command, answer in (
                ({"InitializeProcess": {"id": process("x"), "wasm_bytes_handle": "",
                                        "wit_version": 1, "on_exit": "None",
                                        "initial_capabilities": [], "public": True}},
                 "InitializeProcessError"),
                ({"RunProcess": process("nobody")}, "RunProcessError"),
                ({"Debug": {"Process": process("nobody")}}, {"Debug": {"Process": None}})):
            self.assertEqual(node.kernel(command).json, answer)
        node.printed("process startup requires bytes")
        node.printed(re.escape(f"no such process {process('nobody')} to run"))
        for text in ("", "{}", "[]", '"Nothing"', '{"KillProcess":7}', '{"KillProcess":"a:b"}'):
            node.kernel(text, expects=None)
        node.printed("(couldn't parse command(.|\n)*){6}")
        self.assert_answers(node)


if __name__ == "__main__":
    unittest.main()
