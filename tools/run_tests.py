#!/usr/bin/env python3
"""Builds and runs the tests; `make test` calls it.

Usage: tools/run_tests.py [--only REGEX]
All tests under ASan and UBSan (preset dev), then those of rt, kernel and storage on threads under
TSan (preset tsan).
The last line is "N passed, N failed". --only runs the ctest entries that match.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import source_tree
from test_results import Results

ROOT = source_tree.ROOT
TSAN_TESTS = ["rt", "kernel", "storage_threads"]
JOBS = str(os.cpu_count() or 2)


# On a terminal ninja shows where it is, elsewhere only what goes wrong.
NINJA = ["ninja", "-j", JOBS, *([] if sys.stdout.isatty() else ["--quiet"])]


def run(*command, stdout=None, **environment):
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL, stdout=stdout,
                          env={**os.environ, **environment}).returncode


class Suite:
    def __init__(self, only):
        self.only = only
        self.results = Results()
        self.times = []

    def timed(self, what, *command, **options):
        began = time.monotonic()
        code = run(*command, **options)
        self.times.append(f"{what} {time.monotonic() - began:.0f} s")
        return code

    def build(self, preset, targets):
        """Configures and builds `targets` (None: everything). False if that failed."""
        if self.timed(f"{preset} configure", "cmake", "--preset", preset, "--log-level=WARNING",
                      stdout=subprocess.DEVNULL):
            return False
        command = [*NINJA, "-C", f"build/{preset}"]
        return self.timed(f"{preset} build", *command, *(targets or [])) == 0

    def test(self, preset, only, **environment):
        build = ROOT / "build" / preset
        xml_dir = build / "test-results"
        shutil.rmtree(xml_dir, ignore_errors=True)
        xml_dir.mkdir(parents=True)
        junit = build / "ctest.xml"
        junit.unlink(missing_ok=True)
        command = ["ctest", "--test-dir", str(build), "-j", JOBS, "--output-on-failure",
                   "--output-junit", str(junit), *(["-R", only] if only else [])]
        code = self.timed(f"{preset} tests", *command, GTEST_OUTPUT=f"xml:{xml_dir}/",
                          UBSAN_OPTIONS="print_stacktrace=1", **environment)
        if junit.exists():
            self.results.add_run(build, xml_dir, junit)
        return code == 0

    def run(self):
        if not self.build("dev", None):
            return "the build failed, see above"
        good = self.test("dev", self.only)
        if not self.only:
            good &= self.run_tsan()
        return None if good and not self.results.failed else "tests failed"

    def run_tsan(self):
        if not self.build("tsan", [f"kinode_{test}_test" for test in TSAN_TESTS]):
            print("the TSan build failed, see above")
            return False
        options = "ignore_noninstrumented_modules=1"
        suppressions = ROOT / "tools" / "tsan.supp"
        if suppressions.exists():
            options += f" suppressions={suppressions}"
        return self.test("tsan", f"^({'|'.join(TSAN_TESTS)})$", TSAN_OPTIONS=options)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="a regex over ctest's names; leaves TSan out")
    began = time.monotonic()
    suite = Suite(parser.parse_args().only)
    trouble = suite.run()
    print()
    for name in suite.results.failed:
        print(f"failed: {name}")
    print(f"times: {', '.join(suite.times)}; together {time.monotonic() - began:.0f} s")
    if trouble:
        print(f"make test: {trouble}")
    print(f"{suite.results.passed} passed, {len(suite.results.failed)} failed")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
