#!/usr/bin/env python3
"""Checks that every test that a table in docs/ names exists. Part of `make test`.

Usage: tools/check_docs.py [--root DIR]
In the last column of a table's rows, what stands in backquotes is a test: `Suite.Name` of
GoogleTest (a `*` stands for anything), `name` of a Python test method, or a path of the tree. A row
without a test says why in that column.
"""

import argparse
import fnmatch
import re
import sys
from pathlib import Path

GTEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST)\((\w+),\s*(\w+)\)", re.MULTILINE)
PYTHON = re.compile(r"^\s+def (test_\w+)\(", re.MULTILINE)
QUOTED = re.compile(r"`([^`]+)`")


def known_tests(root):
    names = set()
    for folder in ("src", "sdk", "tests", "bench"):
        for path in (root / folder).rglob("*_test.cpp"):
            names.update(f"{suite}.{name}" for suite, name in GTEST.findall(path.read_text()))
        for path in (root / folder).rglob("*_test.py"):
            names.update(PYTHON.findall(path.read_text()))
    return names


def exists(root, names, wanted):
    if "/" in wanted:
        return bool(list(root.glob(wanted)))
    return bool(fnmatch.filter(names, wanted)) if "*" in wanted else wanted in names


def check(root):
    names = known_tests(root)
    faults, rows = [], 0
    for document in sorted((root / "docs").glob("*.md")):
        for number, line in enumerate(document.read_text().splitlines(), 1):
            cells = line.strip().strip("|").replace(r"\|", "&#124;").split("|")
            last = cells[-1].strip()
            if not line.startswith("|") or len(cells) < 2 or (last and set(last) <= set("-:")):
                continue
            rows += 1
            if not last:
                faults.append(f"{document.relative_to(root)}:{number}: no test, and no word why")
            for wanted in QUOTED.findall(last):
                if not exists(root, names, wanted):
                    faults.append(f"{document.relative_to(root)}:{number}: there is no test "
                                  f"{wanted}: correct the name, or write it")
    return faults, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    faults, rows = check(parser.parse_args().root)
    for fault in faults:
        print(fault)
    print(f"docs: {rows} rows read, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
