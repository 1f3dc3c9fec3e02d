"""tools/test_results.py counts every test once, and a crash as a failure."""

import os
import unittest

from planted import PlantedTree

import test_results

GTEST = """<testsuites><testsuite name="Gate">
<testcase name="Opens" status="run" result="completed" classname="Gate"/>
<testcase name="Waits" status="notrun" result="suppressed" classname="Gate"/>
{more}</testsuite></testsuites>"""
FAILURE = ('<testcase name="Closes" status="run" result="completed" classname="Gate">'
           '<failure message="no"/></testcase>')


class Counting(PlantedTree):
    def count(self, entries, reports):
        """`entries`: ctest name -> status. Every entry runs the program kinode_<name>_test."""
        fake = self.write("bin/ctest", "#!/bin/sh\necho '{\"tests\": ["
                          + ",".join(f'{{"name": "{name}", "command": ["/x/kinode_{name}_test"]}}'
                                     for name in entries) + "]}'\n")
        fake.chmod(0o755)
        for program, more in reports.items():
            self.write(f"xml/{program}.xml", GTEST.format(more=more))
        (self.root / "xml").mkdir(exist_ok=True)
        junit = self.write("ctest.xml", "<testsuite>" + "".join(
            f'<testcase name="{name}" status="{status}"/>' for name, status in entries.items())
            + "</testsuite>")
        results = test_results.Results()
        path = os.environ["PATH"]
        self.addCleanup(os.environ.update, PATH=path)
        os.environ["PATH"] = f"{self.root}/bin:{path}"
        results.add_run(self.root, self.root / "xml", junit)
        return results.passed, results.failed

    def test_gtest_cases_count_one_by_one_and_other_entries_as_one(self):
        self.assertEqual((2, []), self.count({"rt": "run", "layers": "run"},
                                             {"kinode_rt_test": ""}))

    def test_a_failed_case_is_named(self):
        self.assertEqual((1, ["Gate.Closes"]), self.count({"rt": "fail"},
                                                          {"kinode_rt_test": FAILURE}))

    def test_a_program_that_crashed_without_a_report_failed(self):
        self.assertEqual((0, ["rt"]), self.count({"rt": "fail"}, {}))

    def test_a_leak_found_after_the_last_case_is_a_failure(self):
        self.assertEqual((1, ["rt"]), self.count({"rt": "fail"}, {"kinode_rt_test": ""}))

    def test_a_failed_script_is_a_failure(self):
        self.assertEqual((0, ["layers"]), self.count({"layers": "fail"}, {}))


if __name__ == "__main__":
    unittest.main()
