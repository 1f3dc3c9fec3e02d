"""tools/check_docs.py finds rows that name tests which do not exist."""

import unittest

from planted import PlantedTree

HEAD = "# Faults\n\n| fault | tests |\n|---|---|\n"


class Docs(PlantedTree):
    def setUp(self):
        super().setUp()
        self.write("src/base/a_test.cpp", "TEST(Suite, Name) {}\nTEST_F(Other, Fault1_Name) {}\n")
        self.write("tests/e2e/b_test.py", "class B:\n    def test_it(self):\n        pass\n")
        self.write("tests/scenario/e1.scn", "")

    def check(self, rows):
        self.write("docs/faults.md", HEAD + rows)
        return self.run_tool("check_docs.py")

    def test_rows_whose_tests_exist_pass(self):
        self.assert_clean(self.check(
            "| one | `Suite.Name`, `Other.Fault1_*`, `test_it`, `tests/scenario/e1.scn` |\n"))

    def test_a_test_that_does_not_exist_is_named(self):
        self.assert_faults(self.check("| one | `Suite.Nam` |\n"),
                           "docs/faults.md:5: there is no test Suite.Nam")

    def test_a_pattern_that_matches_nothing_is_named(self):
        self.assert_faults(self.check("| one | `Other.Fault2_*` |\n"), "Other.Fault2_*")

    def test_a_path_that_does_not_exist_is_named(self):
        self.assert_faults(self.check("| one | `tests/scenario/e2.scn` |\n"), "e2.scn")

    def test_a_row_without_tests_says_why(self):
        self.assert_clean(self.check("| one | not here yet |\n"))
        self.assert_faults(self.check("| one | |\n"), "no test, and no word why")


if __name__ == "__main__":
    unittest.main()
