#!/usr/bin/env python3
"""Fuzzes every decoder with libFuzzer, one process at a time; `make fuzz HOURS=n` calls it.

Usage: tools/fuzz.py [--hours N] [--only REGEX] [--round MINUTES] [--table]
The time is shared by risk (WEIGHTS) and spent in rounds over all targets, so that it can be ended
at any time (Ctrl-C) with every target having had its share. Starting inputs are those of
tests/corpus/<subject> and what earlier runs found worth keeping in build/fuzz/corpus/<subject>. An
input that fails is kept in tests/corpus/<subject>/found-<hash>: `make test` fails on it until it is
fixed, and watches it ever after. The table counts all runs since build/fuzz was made; --table only
prints it.
"""

import argparse
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import source_tree

ROOT = source_tree.ROOT
BUILD = ROOT / "build/fuzz"
TOTALS = BUILD / "fuzz-totals.json"

# Shares of the time. Bytes that anybody on the network can send come first, then what guests and
# packages bring, then the owner's own files and flags.
WEIGHTS = {
    "http_connection": 5, "msgpack": 4, "rpc_call": 4, "border": 4, "json_message": 3,
    "zip_archive": 3, "component_check": 3, "capability": 2, "manifest": 2, "session_token": 2,
    "keyfile": 2, "bincode": 2, "process_store": 2,
}
OTHER_WEIGHT = 1

INPUT_SECONDS_MAX = 10
MEMORY_MB_MAX = 2048
# One after the other until the share is used up; a target that fails at once is given up.
FINDINGS_PER_TURN = 5


class Target:
    def __init__(self, source):
        self.subject = source.name.removesuffix("_fuzz.cpp")
        self.name = f"kinode_{source.parent.name}_{source.stem}"
        self.program = BUILD / source.parent.relative_to(ROOT) / self.name
        self.weight = WEIGHTS.get(self.subject, OTHER_WEIGHT)
        self.kept = ROOT / "tests/corpus" / self.subject
        self.grown = BUILD / "corpus" / self.subject
        self.artifacts = BUILD / "findings" / self.subject


def targets(only):
    sources = sorted((ROOT / "src").rglob("*_fuzz.cpp"))
    return [t for t in map(Target, sources) if not only or re.search(only, t.name)]


def build(chosen):
    configure = ["cmake", "--preset", "fuzz", "--log-level=WARNING"]
    compile_ = ["ninja", "--quiet", "-C", str(BUILD), *(t.name for t in chosen)]
    for command in (configure, compile_):
        quiet = subprocess.DEVNULL if command is configure else None
        if subprocess.run(command, cwd=ROOT, check=False, stdout=quiet).returncode:
            sys.exit("fuzz: the build failed, see above")


def load_totals():
    return json.loads(TOTALS.read_text()) if TOTALS.exists() else {}


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_once(target, seconds):
    """One run of libFuzzer until its time is over or it finds something: what it said, and how long
    it took by the clock and of the processor, which others use too."""
    for folder in (target.grown, target.artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    corpus = [target.grown, *([target.kept] if target.kept.is_dir() else [])]
    command = [target.program, *corpus, f"-max_total_time={max(1, round(seconds))}",
               f"-timeout={INPUT_SECONDS_MAX}", f"-rss_limit_mb={MEMORY_MB_MAX}",
               "-print_final_stats=1", f"-artifact_prefix={target.artifacts}/"]
    began, used = time.monotonic(), processor_seconds()
    done = subprocess.run(list(map(str, command)), cwd=BUILD, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return (done.stdout.decode("utf-8", "replace"), time.monotonic() - began,
            processor_seconds() - used)


def is_slow(target, file):
    """Whether the input takes too long of a processor, and not only of a clock that others used."""
    used = processor_seconds()
    command = [str(target.program), str(file), f"-timeout={60 * INPUT_SECONDS_MAX}"]
    done = subprocess.run(command, cwd=BUILD, check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode != 0 or processor_seconds() - used >= INPUT_SECONDS_MAX


def keep_findings(target, output):
    """Moves what failed into the corpus of the suite: how many there were, how many of them new."""
    count = new = 0
    for file in sorted(target.artifacts.iterdir()):
        if not file.name.startswith(("crash-", "timeout-", "oom-", "leak-")):
            continue
        if file.name.startswith("timeout-") and not is_slow(target, file):
            file.unlink()
            continue
        name = "found-" + hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        count += 1
        if (target.kept / name).exists():
            file.unlink()
            continue
        new += 1
        target.kept.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target.kept / name)
        log = target.artifacts / f"{name}.log"
        log.write_text(output[-20000:])
        print(f"fuzz: {target.name}: {file.name.split('-')[0]}: {target.kept / name}\n"
              f"      what it said: {log}", flush=True)
    return count, new


def take_turn(target, seconds, totals):
    entry = totals.setdefault(target.name, {"seconds": 0, "executions": 0, "coverage": 0,
                                            "findings": 0})
    left = seconds
    for _ in range(FINDINGS_PER_TURN):
        output, spent, used = run_once(target, left)
        executed = last_number(r"stat::number_of_executed_units:\s*(\d+)", output)
        found, new = keep_findings(target, output)
        entry["seconds"] += used
        entry["executions"] += executed
        entry["coverage"] = max(entry["coverage"], last_number(r"\bcov: (\d+)", output))
        entry["findings"] += new
        left -= spent
        TOTALS.write_text(json.dumps(totals, indent=1))
        if not executed and not found:
            print(f"fuzz: {target.name} did not run:\n{output[-2000:]}", flush=True)
            return
        if found and not new:
            print(f"fuzz: {target.name} fails on an input that is known: fix that first",
                  flush=True)
            return
        if left < 1:
            return


def print_table(totals):
    print(f"{'target':42} {'CPU min':>8} {'executions':>13} {'coverage':>9} {'findings':>9}")
    for name, entry in sorted(totals.items()):
        print(f"{name:42} {entry['seconds'] / 60:8.1f} {entry['executions']:13,} "
              f"{entry['coverage']:9,} {entry['findings']:9}")
    seconds = sum(e["seconds"] for e in totals.values())
    print(f"{'all':42} {seconds / 60:8.1f} "
          f"{sum(e['executions'] for e in totals.values()):13,} {'':9} "
          f"{sum(e['findings'] for e in totals.values()):9}")


def fuzz(chosen, hours, round_minutes):
    totals = load_totals()
    before = sum(e["findings"] for e in totals.values())
    shares = sum(t.weight for t in chosen)
    left = hours * 3600
    try:
        while left >= 1:
            this_round = min(left, round_minutes * 60)
            for target in chosen:
                take_turn(target, this_round * target.weight / shares, totals)
            left -= this_round
    except KeyboardInterrupt:
        print("fuzz: ended early")
    print_table(totals)
    return sum(e["findings"] for e in totals.values()) - before


def stop(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--only", default="", help="regex over target names")
    parser.add_argument("--round", type=float, default=30.0, help="minutes of one round")
    parser.add_argument("--table", action="store_true", help="print what was done so far")
    options = parser.parse_args()
    if options.table:
        print_table(load_totals())
        return 0
    chosen = targets(options.only)
    if not chosen:
        sys.exit(f"fuzz: no target matches {options.only!r}")
    # Also where SIGINT is ignored, as in the background of a script.
    signal.signal(signal.SIGTERM, stop)
    build(chosen)
    os.nice(10)
    return 1 if fuzz(chosen, options.hours, options.round) else 0


if __name__ == "__main__":
    sys.exit(main())
