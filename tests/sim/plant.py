#!/usr/bin/env python3
"""Plants faults in a copy of the tree and counts the seeds until the simulator finds each.

Every tests/sim/bugs/*.patch is one fault: a sentence that says what it breaks, then the patch.

  tests/sim/plant.py                   plants all, one after the other (a build for each: minutes)
  tests/sim/plant.py stale_route ...   plants these
  tests/sim/plant.py --check           only says whether each patch still applies

Options: --seeds=N gives up on a fault after N seeds (default 20000); --build=DIR is where the copy
and its build stand (default build/sim-bugs).
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUGS = ROOT / "tests/sim/bugs"
NOT_COPIED = ("build", ".git")


def patch(tree, bug, *options):
    with bug.open() as text:
        return subprocess.run(["patch", "-p1", "--force", "--silent", "--reject-file=-", *options],
                              cwd=tree, stdin=text, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)


def check(bugs):
    bad = 0
    for bug in bugs:
        result = patch(ROOT, bug, "--dry-run")
        if result.returncode:
            bad += 1
            print(f"{bug.name} does not apply any more: plant its fault in the code of today and "
                  f"write the patch anew\n{result.stdout}")
    if not bad:
        print(f"{len(bugs)} patches apply")
    return 1 if bad else 0


def copy_tree(tree):
    """Brings the copy up to date; what has not changed keeps its time, so that little is built."""
    wanted = set()
    for source in ROOT.rglob("*"):
        name = source.relative_to(ROOT)
        if name.parts[0] in NOT_COPIED or "__pycache__" in name.parts or not source.is_file():
            continue
        wanted.add(name)
        target = tree / name
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        target.touch()
    for target in list(tree.rglob("*")):
        name = target.relative_to(tree)
        if name.parts[0] not in NOT_COPIED and target.is_file() and name not in wanted:
            target.unlink()


def build(tree, out):
    if not (out / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release", "--log-level=WARNING"], cwd=tree,
                       check=True, stdout=subprocess.DEVNULL)
    result = subprocess.run(["ninja", "-C", str(out), "kinode_sim"], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        sys.exit(f"the copy does not build:\n{result.stdout[-4000:]}")


def plant(bug, tree, out, seeds):
    """(seeds until found, the rule that was broken); (None, "") if it was not found."""
    result = patch(tree, bug)
    if result.returncode:
        sys.exit(f"{bug.name} does not apply: {result.stdout}")
    try:
        build(tree, out)
        run = subprocess.run([str(out / "tests/sim/kinode_sim"), f"--seeds={seeds}"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
    finally:
        patch(tree, bug, "-R")
    found = re.search(r"^seed (\d+): (.*)$", run.stdout, re.MULTILINE)
    if found:
        return int(found[1]), found[2]
    if run.returncode:  # it crashed: that is a find, too
        return None, f"ended with status {run.returncode}"
    return None, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--seeds", type=int, default=20_000)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/sim-bugs")
    options = parser.parse_args()
    bugs = sorted(BUGS.glob("*.patch"))
    if options.names:
        bugs = [BUGS / f"{name}.patch" for name in options.names]
    if missing := [bug.name for bug in bugs if not bug.exists()]:
        sys.exit(f"there is no {', '.join(missing)} in {BUGS}")
    if options.check:
        return check(bugs)
    tree = options.build
    # Where it would be in a checkout, so that the compiler cache knows what has not changed.
    out = tree / "build/release"
    tree.mkdir(parents=True, exist_ok=True)
    copy_tree(tree)
    missed = 0
    for bug in bugs:
        seeds, rule = plant(bug, tree, out, options.seeds)
        missed += not rule
        text = f"{seeds} seeds" if seeds else "found" if rule else f"NOT in {options.seeds} seeds"
        print(f"{bug.stem:24} {text:>18}  {rule}", flush=True)
    print(f"{len(bugs) - missed} of {len(bugs)} faults were found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
