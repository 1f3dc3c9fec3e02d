#!/usr/bin/env python3
"""Checks that every header in src/ and sdk/ compiles alone.

Usage: tools/check_headers.py [--root DIR] [--build DIR] [--jobs N] [header...]
A header that passed is not compiled again until it, or a project header that it includes, changes.
"""

import argparse
import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import source_tree


def compile_alone(job):
    """The compiler's complaint about one header, or None."""
    header, compiler, flags, stamp = job
    command = [compiler, *flags, "-x", "c++-header", "-fsyntax-only",
               "-Wno-pragma-once-outside-header", "-Wno-unused-const-variable", str(header)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        stamp.touch()
        return None
    return done.stderr.strip() or f"{header}: the compiler ended with {done.returncode}"


def jobs_for(headers, commands, root):
    """One job for each header that has to be compiled."""
    graph, versions, cache = source_tree.IncludeGraph(root), {}, source_tree.cache_dir("headers")
    for header in headers:
        found = commands.nearest(header)
        if found is None:
            raise SystemExit("compile_commands.json knows no source in src/")
        compiler, flags = found
        if compiler not in versions:
            versions[compiler] = source_tree.tool_version(compiler)
        key = graph.key(header, commands.search(flags)) + versions[compiler]
        key += commands.portable(flags)
        stamp = cache / hashlib.sha256(key.encode()).hexdigest()
        if stamp.exists():
            stamp.touch()
        else:
            yield header, compiler, flags, stamp


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=source_tree.ROOT)
    parser.add_argument("--build", type=Path, help="default: build/dev")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("headers", nargs="*", type=Path)
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    commands = source_tree.CompileCommands(
        root, (arguments.build or root / "build" / "dev").resolve())
    headers = [path.resolve() for path in arguments.headers]
    headers = headers or source_tree.source_files(root, ["src", "sdk"], [".h"])
    todo = list(jobs_for(headers, commands, root))
    with ThreadPoolExecutor(arguments.jobs) as pool:
        faults = [fault for fault in pool.map(compile_alone, todo) if fault]
    for fault in faults:
        print(fault)
    print(f"headers: {len(headers)} of which {len(todo)} compiled, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
