#!/usr/bin/env python3
"""Checks the format of C++ (clang-format) and Rust (cargo fmt), or writes it.

Usage: tools/check_format.py [--root DIR] [--fix]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import source_tree

FORMAT = "clang-format-19"
FOLDERS = ["src", "sdk", "tests", "bench", "kit", "packages"]


def format_cpp(root, fix):
    files = source_tree.source_files(root, FOLDERS, [".h", ".cpp"])
    if not files:
        return 0, 0
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    style = f"--style=file:{root / '.clang-format'}"
    faults = 0
    for start in range(0, len(files), 100):
        some = [str(path.relative_to(root)) for path in files[start : start + 100]]
        faults |= subprocess.run([FORMAT, *mode, style, *some], check=False, cwd=root).returncode
    return len(files), faults


def rust_manifests(root):
    for folder in FOLDERS:
        for where, inner, names in os.walk(root / folder):
            inner[:] = sorted(set(inner) - source_tree.SKIPPED_FOLDERS)
            if "Cargo.toml" in names:
                yield Path(where) / "Cargo.toml"


def edition(manifest):
    found = re.search(r'^edition\s*=\s*"(\d+)"', manifest.read_text(), re.MULTILINE)
    return found.group(1) if found else "2021"


def format_rust(root, fix):
    manifests = list(rust_manifests(root))
    faults = 0
    for manifest in manifests:
        files = source_tree.source_files(manifest.parent, ["src"], [".rs"])
        mode = [] if fix else ["--check"]
        command = ["rustfmt", "--edition", edition(manifest), *mode, *map(str, files)]
        if files:
            faults |= subprocess.run(command, check=False).returncode
    return len(manifests), faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=source_tree.ROOT)
    parser.add_argument("--fix", action="store_true", help="write instead of check")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    for tool in (FORMAT, "rustfmt"):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is not installed: run make setup")
    files, cpp_faults = format_cpp(root, arguments.fix)
    crates, rust_faults = format_rust(root, arguments.fix)
    faulty = cpp_faults or rust_faults
    print(f"format: {files} C++ files and {crates} crates read"
          + (", see above: make format mends it" if faulty else ", no faults"))
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
