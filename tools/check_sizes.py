#!/usr/bin/env python3
"""Checks sizes of files and functions, line lengths, banned calls and markers left over.

Usage: tools/check_sizes.py [--root DIR] [--lower]
Limits: files 400 lines (tests 600), functions 60 lines, lines 100 columns.
What is over a limit today stands in tools/size_ratchet.txt, where a size may only fall;
--lower writes the smaller sizes. Banned calls stand in tools/banned_calls.txt.
"""

import argparse
import fnmatch
import re
import subprocess
import sys
from pathlib import Path

import source_functions
import source_tree

FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES, COLUMNS = 400, 600, 60, 100
FOLDERS = ["src", "sdk", "tests", "bench", "kit", "packages", "tools", "cmake", ".ci"]
CODE = (".h", ".cpp", ".rs")
SUFFIXES = CODE + (".py", ".sh", ".cmake", "CMakeLists.txt")
MARKERS = [
    (re.compile(r"TODO\(now\)"), "must be done before it is committed"),
    (re.compile(r"\b(FIXME|XXX)\b|\bTODO\b(?!\((now|soon|someday|perf|security)\))"),
     "say by when: TODO(soon), TODO(someday), TODO(perf) or TODO(security)"),
]


class Ratchet:
    """Sizes over the limit that are known: path, kind -> size."""

    def __init__(self, root):
        self.root = root
        self.path = root / "tools" / "size_ratchet.txt"
        self.lines = self.path.read_text().splitlines() if self.path.exists() else []
        self.known = dict(self.parse(line) for line in self.lines if self.parse(line))
        self.seen = {}

    @staticmethod
    def parse(line):
        words = line.lstrip("+").split("#")[0].split()
        return ((words[0], words[1]), int(words[2])) if len(words) == 3 else None

    def smallest_committed(self):
        """The smallest size that the history of the list has for each entry."""
        log = subprocess.run(
            ["git", "-C", str(self.root), "log", "-p", "--format=", "--", "tools/size_ratchet.txt"],
            capture_output=True, text=True, check=False).stdout
        smallest = {}
        for line in log.splitlines():
            entry = self.parse(line) if re.match(r"\+[^+]", line) else None
            if entry:
                smallest[entry[0]] = min(entry[1], smallest.get(entry[0], entry[1]))
        return smallest

    def faults(self):
        for key, size in self.known.items():
            now = self.seen.get(key, 0)
            if now < size:
                yield (f"tools/size_ratchet.txt: {' '.join(key)} is {now or 'no longer over'}, "
                       f"not {size}: run tools/check_sizes.py --lower")
        for key, size in self.smallest_committed().items():
            if self.known.get(key, 0) > size:
                yield f"tools/size_ratchet.txt: {' '.join(key)} was {size}, it may not rise again"

    def lower(self):
        kept = []
        for line in self.lines:
            entry = self.parse(line)
            if entry is None:
                kept.append(line)
            elif entry[0] in self.seen:
                kept.append(f"{' '.join(entry[0])} {min(entry[1], self.seen[entry[0]])}")
        self.path.write_text("\n".join(kept) + "\n")


def read_banned(path):
    rules = []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if line.strip() and not line.startswith("#"):
            parts = [part.strip() for part in re.split(r"\s\|\s", line)]
            if len(parts) != 4:
                raise SystemExit(f"{path}:{number}: needs four parts between ' | '")
            rules.append((re.compile(parts[0]), parts[1].split(), parts[2].split(), parts[3]))
    return rules


def matches(name, globs):
    return any(fnmatch.fnmatch(name, glob) for glob in globs)


class Check:
    def __init__(self, root):
        self.root = root
        self.ratchet = Ratchet(root)
        self.banned = read_banned(root / "tools" / "banned_calls.txt")
        self.faults = []
        self.files = 0

    def run(self):
        for path in source_tree.source_files(self.root, FOLDERS, SUFFIXES):
            self.files += 1
            self.check_file(str(path.relative_to(self.root)), path.suffix,
                            path.read_text(encoding="utf-8", errors="replace"))
        self.faults += self.ratchet.faults()
        return self.faults

    def check_file(self, name, suffix, text):
        is_test = name.startswith("tests/") or "_test." in name
        lines = text.splitlines()
        self.over(name, 1, "file_lines", len(lines), TEST_FILE_LINES if is_test else FILE_LINES,
                  "split the file by subject")
        longest = max(enumerate(map(len, lines), 1), key=lambda entry: entry[1], default=(1, 0))
        self.over(name, longest[0], "columns", longest[1], COLUMNS, "break the line")
        if suffix in CODE:
            self.check_code(name, suffix, text)

    def check_code(self, name, suffix, text):
        worst = max(source_functions.functions(text, suffix), key=lambda entry: entry[1],
                    default=(1, 0, ""))
        self.over(name, worst[0], "function_lines", worst[1], FUNCTION_LINES,
                  f"split {worst[2]}() by what it does")
        code = source_functions.code_only(text, suffix)
        for pattern, where, allowed, instead in self.banned:
            if matches(name, where) and not matches(name, allowed):
                for line, word in self.find(pattern, code):
                    self.fault(name, line, f"'{word}' is banned: use {instead}")
        for pattern, advice in MARKERS:
            for line, word in self.find(pattern, text):
                self.fault(name, line, f"'{word}': {advice}")

    @staticmethod
    def find(pattern, text):
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, match.group().strip()

    def over(self, name, line, kind, size, limit, advice):
        if size <= limit:
            return
        self.ratchet.seen[(name, kind)] = size
        limit = max(limit, self.ratchet.known.get((name, kind), 0))
        if size > limit:
            self.fault(name, line, f"{kind} {size}, at most {limit}: {advice}")

    def fault(self, name, line, text):
        self.faults.append(f"{name}:{line}: {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=source_tree.ROOT)
    parser.add_argument("--lower", action="store_true", help="write smaller sizes to the ratchet")
    arguments = parser.parse_args()
    check = Check(arguments.root.resolve())
    if arguments.lower:
        check.run()
        check.ratchet.lower()
        check = Check(arguments.root.resolve())
    for fault in check.run():
        print(fault)
    print(f"sizes: {check.files} files read, {len(check.faults)} faults")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
