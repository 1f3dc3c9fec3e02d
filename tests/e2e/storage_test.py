"""Programs in C++, Python and Rust (on the published library) use databases of their own."""

import unittest

from node import ASKERS, NodeTest, guest, make_package, manifest_entry

LANGUAGES = ("cpp", "python", "rust")
STORES = ("kv:distro:sys", "sqlite:distro:sys")
DONE = {"ok": None}
EXPECTED = {
    "kv": [DONE, {"ok": 1}, DONE, True, DONE, {"ok": 2}, DONE, True, DONE],
    "sqlite": [DONE, DONE, DONE, DONE, {"ok": [{"name": "Bob"}, {"name": "Ann"}]}, True, DONE],
}


class StorageTest(NodeTest):
    def test_programs_of_other_languages_use_databases(self):
        args = []
        for language in LANGUAGES:
            entry = manifest_entry(process_name="echo", request_capabilities=[*ASKERS, *STORES],
                                   grant_capabilities=["http-server:distro:sys", *STORES])
            args += ["--package",
                     make_package(self.dir / language, {"main.wasm": guest(f"{language}_echo")},
                                  [entry], package=f"echo-{language}")]
        node = self.start(*args)
        for language in LANGUAGES:
            with self.subTest(language):
                process = f"echo:echo-{language}:test.os"
                node.wait_for(process)
                self.assertEqual(node.rpc(process, {"op": "storage"}).json, {"ok": EXPECTED})


if __name__ == "__main__":
    unittest.main()
