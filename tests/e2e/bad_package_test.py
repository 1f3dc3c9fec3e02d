"""Packages that are wrong: the node does not start with them, says what to correct, and nothing of
the home is lost."""

import io
import json
import stat
import unittest
import unittest.mock
import zipfile

from node import NodeTest, guest, make_package, manifest_entry, metadata, run_kinode

CANNOT_START = 3


class BadPackageTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.component = guest("small_echo").read_bytes()

    def refuse(self, package):
        """Starts with this package, which must fail; what was said."""
        code, _, said = run_kinode(self.home, "--fake-node-name", "e2e.os", "--port", "0",
                                   "--package", package)
        self.assertEqual(code, CANNOT_START, said)
        self.assertTrue(said.startswith("kinode: "), said)
        self.assertFalse((self.home / "vfs/app:test.os").exists(), "nothing was unpacked")
        return said

    def table(self, rows, make):
        for number, (value, *wanted) in enumerate(rows):
            with self.subTest(wanted[0]):
                said = self.refuse(make(self.dir / f"case-{number}", value))
                for words in wanted:
                    self.assertIn(words, said)

    def test_manifests_with_every_kind_of_mistake(self):  # all of them: msg/manifest_test.cpp
        advice = "correct manifest.json"

        def entry(**changes):
            return [manifest_entry(**changes)]

        rows = [
            ("", "manifest.json", advice),
            ("{", "manifest.json", advice),
            ("[7]", "entry 0", advice),
            ("[" * 1000, "manifest.json", advice),
            ('[{"process_name":"a","process_name":"b"}]', "manifest.json", advice),
            (entry(process_name=None), "process_name", advice),
            (entry(process_name=""), "process_name", advice),
            (entry(process_name="Main"), "Main"),
            (entry(process_name="../main"), "main"),
            (entry(process_wasm_path=""), "process_wasm_path", advice),
            (entry(process_wasm_path="/missing.wasm"), "/missing.wasm",
             "correct process_wasm_path"),
            (entry(process_wasm_path="/../../secret"), "/../../secret",
             "correct process_wasm_path"),
            (entry(on_exit="Sometimes"), "on_exit", advice),
            (entry(request_networking="yes"), "request_networking", advice),
            (entry(request_capabilities="all"), "request_capabilities", advice),
            (entry(request_capabilities=["a:b"]), "request_capabilities", advice),
            (entry(request_capabilities=[{"process": "a:b:c"}]), "params", advice),
            (entry(grant_capabilities={}), "grant_capabilities", advice),
            (entry(public=1), "public", advice),
            ([manifest_entry()] * 300, "256", advice),
        ]
        self.table(rows, lambda folder, manifest: make_package(
            folder, {"main.wasm": self.component}, manifest))

    def test_metadata_with_mistakes(self):
        advice = "correct metadata.json"
        rows = [
            ("", "metadata.json", advice),
            ("{}", "properties", advice),
            (metadata(publisher=None), "publisher", advice),
            (metadata(dependencies=["x"]), "dependencies", advice),
            (metadata(package_name="../app"), "../app", "a-z, 0-9 and -"),
            (metadata(publisher="Test OS"), "Test OS", "a-z, 0-9 and -"),
        ]
        self.table(rows, lambda folder, meta: make_package(
            folder, {"main.wasm": self.component}, meta=meta))

    def test_directories_that_lack_something(self):
        self.assertIn("is not there", self.refuse(self.dir / "missing"))
        folder = self.dir / "empty"
        folder.mkdir()
        self.assertIn("metadata.json", self.refuse(folder))
        (folder / "metadata.json").write_text(json.dumps(metadata()))
        self.assertIn("build the package first", self.refuse(folder))
        (folder / "pkg").mkdir()
        self.assertIn("has no manifest.json at its top: add one", self.refuse(folder))

    def zip_of(self, folder, entries):
        """A zip of entries (ZipInfo or name, content) behind a right manifest."""
        folder.mkdir()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("manifest.json", json.dumps([manifest_entry()]))
            archive.writestr("main.wasm", self.component)
            for name, content in entries:
                archive.writestr(name, content)
        (folder / "metadata.json").write_text(json.dumps(metadata()))
        (folder / "app.zip").write_bytes(out.getvalue())
        return folder / "app.zip"

    @unittest.mock.patch("warnings.warn", lambda *_, **__: None)  # zipfile's, about duplicates
    def test_zips_with_entries_that_may_not_be(self):
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        rows = [
            ([("/etc/cron.d/evil", "x")], "/etc/cron.d/evil"),
            ([("../evil", "x")], "../evil"),
            ([("a/../../evil", "x")], "a/../../evil"),
            ([(link, "/etc/passwd")], "link"),
            ([("twice", "1"), ("twice", "2")], "twice"),
            ([("dir", "file"), ("dir/file", "x")], "dir"),
        ]
        self.table(rows, self.zip_of)
        self.assertFalse((self.dir / "evil").exists())

    def test_a_zip_that_unpacks_to_ten_gigabytes(self):
        folder = self.dir / "bomb"
        folder.mkdir()
        (folder / "metadata.json").write_text(json.dumps(metadata()))
        block = bytes(1 << 20)
        with zipfile.ZipFile(folder / "app.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
            with out.open("huge", "w", force_zip64=True) as entry:
                for _ in range(600):  # over the limit of one entry is enough; it is 512 MiB
                    entry.write(block)
        raw = (folder / "app.zip").read_bytes()
        (folder / "app.zip").write_bytes(raw)
        said = self.refuse(folder / "app.zip")
        self.assertIn("huge", said)

    def test_a_zip_that_says_it_has_ten_gigabytes(self):
        folder = self.dir / "liar"
        path = self.zip_of(folder, [("huge", "small")])
        raw = bytearray(path.read_bytes())
        at = 0
        while (at := raw.find(b"PK", at)) >= 0:
            kind = bytes(raw[at + 2:at + 4])
            size = {b"\x03\x04": 22, b"\x01\x02": 24}.get(kind)
            name = {b"\x03\x04": 30, b"\x01\x02": 46}.get(kind)
            if size and raw[at + name:at + name + 4] == b"huge":
                raw[at + size:at + size + 4] = (0xFFFFFFF0).to_bytes(4, "little")
            at += 2
        path.write_bytes(raw)
        self.assertIn("huge", self.refuse(path))

    def test_files_that_are_no_zip(self):
        for content in (b"", b"text", b"PK\x03\x04", bytes(1000)):
            path = self.dir / "app.zip"
            path.write_bytes(content)
            (self.dir / "metadata.json").write_text(json.dumps(metadata()))
            self.assertIn("zip", self.refuse(path))

    def test_a_bad_package_takes_nothing_from_a_good_home(self):
        node = self.start_with_tools()
        node.wait_for("small-echo:tools:test.os")
        node.end()
        bad = make_package(self.dir / "bad", {}, "[7]", package="tools")
        self.refuse(bad)
        self.assert_answers(self.start())

    def test_a_new_version_of_a_package_replaces_the_old_one(self):
        node = self.start("--package", make_package(
            self.dir / "one", {"main.wasm": self.component, "old": b"x"}))
        node.wait_for("main:app:test.os")
        node.end()
        node = self.start("--package", make_package(
            self.dir / "two", {"main.wasm": guest("counts").read_bytes(), "new": b"x"}))
        self.assertRegex(node.wait_for("main:app:test.os").body, rb"^\d+$")
        pkg = self.home / "vfs/app:test.os/pkg"
        self.assertTrue((pkg / "new").exists())
        self.assertFalse((pkg / "old").exists())


if __name__ == "__main__":
    unittest.main()
