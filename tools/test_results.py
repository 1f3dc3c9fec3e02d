"""Counts what ran: every gtest case by itself, every other ctest entry as one test."""

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path


class Results:
    """Passed and failed tests of any number of ctest runs."""

    def __init__(self):
        self.passed = 0
        self.failed = []  # names

    def add_run(self, build, xml_dir, junit):
        """One ctest run: gtest wrote to `xml_dir`, ctest itself to `junit`."""
        programs = ctest_programs(build)
        for case in ElementTree.parse(junit).getroot().iter("testcase"):
            name = case.get("name")
            good = case.get("status") == "run"
            if case.get("status") in ("notrun", "disabled") and case.find("skipped") is not None:
                continue
            reports = sorted(xml_dir.glob(f"{programs.get(name, name)}*.xml"))
            failed_before = len(self.failed)
            for report in reports:
                self._add_gtest(report)
                report.unlink()
            if not reports and good:
                self.passed += 1
            elif not good and len(self.failed) == failed_before:
                self.failed.append(name)  # no gtest case failed: a crash, a leak or no gtest

    def _add_gtest(self, report):
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            if case.find("failure") is not None:
                self.failed.append(f"{case.get('classname')}.{case.get('name')}")
            elif case.get("status") == "run" and case.get("result") == "completed":
                self.passed += 1


def ctest_programs(build):
    """The name of the program that each ctest entry runs."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, capture_output=True,
                            text=True, check=True).stdout
    return {test["name"]: Path(test["command"][0]).name
            for test in json.loads(listed)["tests"] if test.get("command")}
