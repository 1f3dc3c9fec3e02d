#!/usr/bin/env python3
"""Checks that every #include in src/ follows tools/layers.txt.

Usage: tools/check_layers.py [--root DIR]
Prints one line for each fault: file:line, the edge, the rule. Ends with 1 if there is any.
"""

import argparse
import re
import sys
from pathlib import Path

import source_tree

SUFFIXES = (".h", ".cpp")
TEST_SUFFIXES = ("_test.cpp", "_bench.cpp", "_fuzz.cpp", "_test.h")


def read_rules(path):
    rules = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, colon, allowed = line.partition(":")
        if not colon:
            raise SystemExit(f"{path}:{number}: write 'folder: folders it may include'")
        rules[folder.strip()] = set(allowed.split())
    return rules


def layer_of(parts):
    """("modules", "timer", "x.h") belongs to layer modules/timer; ("kernel", "x.h") to kernel."""
    if parts[0] == "modules" and len(parts) > 2:
        return f"modules/{parts[1]}"
    return parts[0]


def rule_name(layer):
    return layer.split("/")[0]


def edge_fault(rules, source, target):
    """Why `source` may not include `target`, or None."""
    if source == target:
        return None
    if rule_name(source) == rule_name(target) == "modules":
        return "a module never includes another module: send it a message"
    if rule_name(target) not in rules:
        return f"{rule_name(target)} is no folder of tools/layers.txt"
    allowed = rules[rule_name(source)]
    if rule_name(target) in allowed:
        return None
    return f"{rule_name(source)} may include {' '.join(sorted(allowed)) or 'nothing of ours'}"


def cmake_deps(folder):
    """The DEPS of the folder's kinode_layer() call, or None without one."""
    path = folder / "CMakeLists.txt"
    text = path.read_text() if path.exists() else ""
    call = re.search(r"kinode_layer\(([^)]*)\)", text)
    if not call:
        return None
    deps, inside = set(), False
    for word in call.group(1).split():
        if word.isupper():
            inside = word == "DEPS"
        elif inside:
            deps.add(word.removeprefix("modules/"))
    return deps


class Check:
    def __init__(self, root):
        self.src = root / "src"
        self.root = root
        self.rules = read_rules(root / "tools" / "layers.txt")
        self.faults = []
        self.count = 0

    def run(self):
        used = {}  # layer -> {layer it includes in code that is not test code: where}
        for path in source_tree.source_files(self.root, ["src"], SUFFIXES):
            layer = layer_of(path.relative_to(self.src).parts)
            if len(path.relative_to(self.src).parts) == 1 or rule_name(layer) not in self.rules:
                self.fault(path, 1, f"folder '{layer}' is not in tools/layers.txt: add its line")
                continue
            for line, target in self.targets(path):
                reason = edge_fault(self.rules, layer, target)
                if reason:
                    self.fault(path, line, f"{layer} -> {target}: {reason}")
                elif target != layer and not path.name.endswith(TEST_SUFFIXES):
                    used.setdefault(layer, {}).setdefault(target, (path, line))
        self.check_cmake(used)
        return self.faults

    def targets(self, path):
        """Yields (line, layer) of each include of ours."""
        for line, quote, name in source_tree.includes(path.read_text(errors="replace")):
            self.count += 1
            parts = name.split("/")
            ours = (self.src / parts[0]).is_dir() or parts[0] in self.rules
            if ours and len(parts) > 1 and not {".", ".."} & set(parts):
                yield line, layer_of(parts)
            elif quote == '"':
                self.fault(path, line, f'"{name}": write our headers from src ("base/error.h"), '
                           "others in <>")

    def check_cmake(self, used):
        """The DEPS of a folder are the folders that its code includes."""
        for layer, targets in sorted(used.items()):
            deps = cmake_deps(self.src / layer)
            for target, (path, line) in sorted(targets.items()):
                if deps is not None and target.removeprefix("modules/") not in deps:
                    self.fault(path, line, f"{layer} -> {target}: name {target} in the DEPS of "
                               f"src/{layer}/CMakeLists.txt")

    def fault(self, path, line, text):
        self.faults.append(f"{path.relative_to(self.root)}:{line}: {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=source_tree.ROOT)
    check = Check(parser.parse_args().root.resolve())
    for fault in check.run():
        print(fault)
    print(f"layers: {check.count} includes read, {len(check.faults)} faults")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
