"""A node boots, and programs in C++, Python and Rust answer over HTTP."""

import os
import unittest

from node import ASKERS, NodeTest, guest, make_package, make_zip, manifest_entry, tools_package

LANGUAGES = ("cpp", "python", "rust")


def echo(language):
    return f"echo:echo-{language}:test.os"


class GuestsTest(NodeTest):
    def start_with_echoes(self):
        args = []
        for language in LANGUAGES:
            others = [echo(other) for other in LANGUAGES if other != language]
            entry = manifest_entry(process_name="echo", public=False,
                                   request_capabilities=[*ASKERS, *others])
            args += ["--package",
                     make_package(self.dir / language, {"main.wasm": guest(f"{language}_echo")},
                                  [entry], package=f"echo-{language}")]
        node = self.start(*args)
        for language in LANGUAGES:
            node.wait_for(echo(language))
        return node

    def test_each_language_answers_alike_and_passes_blobs(self):
        node = self.start_with_echoes()
        blob = os.urandom(300_000)
        for language in LANGUAGES:
            with self.subTest(language):
                answer = node.rpc(echo(language), {"op": "echo", "text": "hi é"}, data=blob,
                                  mime="application/x-test")
                self.assertEqual(answer.json, {"ok": "hi é", "lang": language})
                self.assertEqual(answer.blob, blob)
                self.assertEqual(answer.mime, "application/x-test")
                self.assertEqual(node.rpc(echo(language), {"op": "our"}).json,
                                 {"ok": f"e2e.os@{echo(language)}"})
                self.assertEqual(node.rpc(echo(language), "text").body,
                                 f"{language}:text".encode())
                self.assertIsNone(node.rpc(echo(language), "text").blob)

    def test_each_language_speaks_with_each_other(self):
        node = self.start_with_echoes()
        for one in LANGUAGES:
            for other in LANGUAGES:
                if one == other:
                    continue
                with self.subTest(f"{one} asks {other}"):
                    answer = node.rpc(echo(one), {"op": "await", "to": f"e2e.os@{echo(other)}",
                                                  "body": "ping", "expects": 10})
                    self.assertEqual(answer.json, {"ok": f"{other}:ping"})

    def test_files_are_written_and_read_by_programs(self):
        args = []
        for language in LANGUAGES:
            asks = [*ASKERS, "vfs:distro:sys"]
            entry = manifest_entry(process_name="echo", public=False, request_capabilities=asks)
            args += ["--package",
                     make_package(self.dir / language, {"main.wasm": guest(f"{language}_echo")},
                                  [entry], package=f"echo-{language}")]
        node = self.start(*args)
        for language in LANGUAGES:
            node.wait_for(echo(language))
            answer = node.rpc(echo(language), {"op": "vfs", "drive": "notes"})
            self.assertEqual(answer.json, {"ok": [
                "hello world!", "world!", 12, "hello", f"echo-{language}:test.os/notes/a.txt",
                "No such file or directory (os error 2)"]})

    def test_state_survives_a_restart_of_the_node(self):
        node = self.start_with_echoes()
        for language in LANGUAGES:
            self.assertEqual(node.rpc(echo(language), {"op": "get_state"}).json, {"ok": None})
            said = {"op": "set_state", "text": f"state of {language}"}
            self.assertEqual(node.rpc(echo(language), said).json, {"ok": None})
        code, _ = node.end()
        self.assertEqual(code, 0)
        node = self.start()  # the packages are in the home now
        for language in LANGUAGES:
            node.wait_for(echo(language))
            self.assertEqual(node.rpc(echo(language), {"op": "get_state"}).json,
                             {"ok": f"state of {language}"})

    def test_a_package_is_taken_from_a_zip_and_from_a_directory(self):
        folder = tools_package(self.dir / "folder")
        for package in (folder, make_zip(self.dir / "tools.zip", folder)):
            with self.subTest(package.name):
                node = self.start("--package", package, home=self.dir / f"home-{package.name}")
                self.assert_answers(node)

    def test_prints_where_it_serves(self):
        node = self.start()
        node.printed(r"Welcome to Kinode\.")
        node.printed(f"Serving Kinode at .*http://localhost:{node.port}")


if __name__ == "__main__":
    unittest.main()
