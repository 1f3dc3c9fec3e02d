"""tools/check_headers.py finds a header that does not compile alone."""

import json
import unittest

from planted import PlantedTree


class Headers(PlantedTree):
    def setUp(self):
        super().setUp()
        self.write("src/base/a.h", "#pragma once\n#include <string>\nstd::string f();\n")
        self.write("src/base/b.h", '#pragma once\n#include "base/a.h"\ninline int g() {'
                   ' return f().empty(); }\n')
        self.write("src/base/a.cpp", '#include "base/a.h"\n')
        source = str(self.root / "src/base/a.cpp")
        self.write("build/dev/compile_commands.json", json.dumps([{
            "directory": str(self.root / "build/dev"), "file": source,
            "command": f"cmake -E env X=1 ccache clang++-19 -I{self.root}/src -std=c++23 "
                       f"-Wall -Werror -o a.o -c {source}"}]))

    def check(self, *headers):
        return self.run_tool("check_headers.py", *headers)

    def test_headers_that_stand_alone_pass_and_are_not_compiled_again(self):
        self.assert_clean(self.check())
        code, output = self.check()
        self.assertEqual((0, "headers: 2 of which 0 compiled, 0 faults\n"), (code, output))

    def test_a_header_that_leans_on_its_includer_is_named(self):
        self.write("src/base/c.h", "#pragma once\nstd::string lost();\n")
        self.assert_faults(self.check(), "src/base/c.h:2", "'std'", "1 faults")

    def test_a_fault_in_an_included_header_is_found_again(self):
        self.assert_clean(self.check())
        self.write("src/base/a.h", "#pragma once\n")
        self.assert_faults(self.check(), "src/base/b.h:3", "2 compiled")


if __name__ == "__main__":
    unittest.main()
