"""tools/check_format.py finds what the formatters would change, and --fix changes it."""

import unittest

from planted import ROOT, PlantedTree


class Format(PlantedTree):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", (ROOT / ".clang-format").read_text())
        self.write("src/base/a.cpp", "int f() { return 1; }\n")

    def test_formatted_code_passes(self):
        self.assert_clean(self.run_tool("check_format.py"))

    def test_crooked_cpp_is_named_and_mended(self):
        path = self.write("src/base/a.cpp", "int  f( ) {return 1;}\n")
        self.assert_faults(self.run_tool("check_format.py"), "src/base/a.cpp:1", "make format")
        self.assert_clean(self.run_tool("check_format.py", "--fix"))
        self.assertEqual("int f() { return 1; }\n", path.read_text())

    def test_crooked_rust_is_named_and_mended(self):
        self.write("src/wasm/shim/Cargo.toml", '[package]\nname = "a"\nversion = "1.0.0"\n')
        path = self.write("src/wasm/shim/src/lib.rs", "pub fn  f( )->u8{1}\n")
        self.assert_faults(self.run_tool("check_format.py"), "lib.rs")
        self.assert_clean(self.run_tool("check_format.py", "--fix"))
        self.assertEqual("pub fn f() -> u8 {\n    1\n}\n", path.read_text())


if __name__ == "__main__":
    unittest.main()
