"""tools/run_tidy.py finds bugs and wrong names, also in headers, and caches by content."""

import json
import unittest

from planted import ROOT, PlantedTree


class Tidy(PlantedTree):
    def setUp(self):
        super().setUp()
        self.write(".clang-tidy", (ROOT / ".clang-tidy").read_text())
        self.write("src/base/a.h", "#pragma once\nint f();\n")
        self.write("src/base/a.cpp", '#include "base/a.h"\nint f() { return 1; }\n')
        source = str(self.root / "src/base/a.cpp")
        self.write("build/dev/compile_commands.json", json.dumps([{
            "directory": str(self.root / "build/dev"), "file": source,
            "command": f"cmake -E env X=1 ccache clang++-19 -I{self.root}/src -std=c++23 "
                       f"-Wall -o a.o -c {source}"}]))

    def check(self):
        return self.run_tool("run_tidy.py")

    def test_clean_code_passes_and_is_not_read_again(self):
        self.assert_clean(self.check())
        self.assertEqual((0, "tidy: 1 sources of which 0 read, 0 with faults\n"), self.check())

    def test_a_name_against_the_convention_is_an_error(self):
        self.write("src/base/a.cpp", "int DoIt() { return 1; }\n")
        self.assert_faults(self.check(), "src/base/a.cpp:1", "'DoIt'", "identifier-naming")

    def test_a_private_member_without_its_underscore_is_an_error(self):
        self.write("src/base/a.h", "class A {\n  int count = 0;\n\n public:\n"
                   "  int get() const { return count; }\n};\n")
        self.assert_faults(self.check(), "src/base/a.h:2", "private member 'count'")

    def test_use_after_move_is_an_error(self):
        self.write("src/base/a.cpp", "#include <string>\n#include <utility>\n"
                   "std::string f(std::string s) {\n  std::string t = std::move(s);\n"
                   "  return t + s;\n}\n")
        self.assert_faults(self.check(), "src/base/a.cpp:5", "bugprone-use-after-move")

    def test_a_changed_header_makes_its_sources_be_read_again(self):
        self.assert_clean(self.check())
        self.write("src/base/a.h", "#pragma once\nint f();\nint Bad();\n")
        self.assert_faults(self.check(), "src/base/a.h:3", "'Bad'")

    def test_changed_rules_make_everything_be_read_again(self):
        self.assert_clean(self.check())
        self.write(".clang-tidy", "Checks: '-*,readability-magic-numbers'\n")
        self.assertIn("of which 1 read", self.check()[1])


if __name__ == "__main__":
    unittest.main()
