#!/usr/bin/env python3
"""Runs clang-tidy on what changed.

Usage: tools/run_tidy.py [--root DIR] [--build DIR] [--jobs N] [source...]
A source that passed is not looked at again until it, a project header that it includes, its flags,
.clang-tidy or the version of clang-tidy changes. Generated and guest code is left out.
"""

import argparse
import hashlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import source_tree

TIDY = "clang-tidy-19"
# Flags that only cost time here.
DROPPED = ("-fsanitize", "-fno-sanitize", "-g")


def tidy(job):
    """clang-tidy's complaint about one source, or None."""
    root, source, flags, stamp = job
    command = [TIDY, "--quiet", f"--config-file={root / '.clang-tidy'}", str(source), "--", *flags]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    print(f"  {source.relative_to(root)} {time.monotonic() - began:.1f} s", flush=True)
    if done.returncode == 0:
        stamp.touch()
        return None
    return done.stdout.strip() or done.stderr.strip()


def jobs_for(sources, commands, root):
    graph, cache = source_tree.IncludeGraph(root), source_tree.cache_dir("tidy")
    base = source_tree.tool_version(TIDY) + (root / ".clang-tidy").read_text()
    for source in sources:
        flags = [f for f in commands.flags[source][1] if not f.startswith(DROPPED)]
        key = graph.key(source, commands.search(flags)) + base + commands.portable(flags)
        stamp = cache / hashlib.sha256(key.encode()).hexdigest()
        if stamp.exists():
            stamp.touch()
        else:
            yield root, source, flags, stamp


def chosen(named, commands, root):
    """The named sources, or all that are compiled for the host and written by hand."""
    if named:
        sources = [path.resolve() for path in named]
        unknown = [str(path) for path in sources if path not in commands.flags]
        if unknown:
            raise SystemExit(f"compile_commands.json does not know {' '.join(unknown)}")
        return sources
    return [path for path in sorted(commands.flags)
            if path.suffix == ".cpp" and path.exists() and not source_tree.is_generated(path)
            and root / "tests" / "guests" not in path.parents
            and not any("wasm32" in flag for flag in commands.flags[path][1])]


def print_once(faults):
    """A header's fault shows up in every source that includes it: say it once."""
    said = set()
    for fault in faults:
        for block in ("\n" + fault).split("\n/"):
            if block.strip() and block not in said:
                said.add(block)
                print("/" + block.rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=source_tree.ROOT)
    parser.add_argument("--build", type=Path, help="default: build/dev")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("sources", nargs="*", type=Path)
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    commands = source_tree.CompileCommands(
        root, (arguments.build or root / "build" / "dev").resolve())
    sources = chosen(arguments.sources, commands, root)
    todo = list(jobs_for(sources, commands, root))
    with ThreadPoolExecutor(arguments.jobs) as pool:
        faults = [fault for fault in pool.map(tidy, todo) if fault]
    print_once(faults)
    print(f"tidy: {len(sources)} sources of which {len(todo)} read, {len(faults)} with faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
