#!/usr/bin/env python3
"""Draws where the processor's time goes, from what `perf script` prints.

Usage: perf record -g ... && perf script | tools/flame_graph.py [--root NAME] > picture.svg
A box is a function, its width the share of samples in it and in what it calls; callers are below.
--root NAME keeps only what is called by functions with NAME in them, and starts there.
docs/message-path.md says how its picture was made."""

import argparse
import html
import re
import sys

WIDTH, ROW, FONT = 1200, 17, 11
LEAST = 1.5  # boxes narrower than this many pixels are left out
FRAME = re.compile(r"^\s+[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \((.*)\)$")


def short(name):
    """A function's name without namespaces of ours, template arguments and parameters."""
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    depth, kept = 0, []
    for char in name.replace("operator()", "call").replace("(anonymous namespace)::", ""):
        if char in "<(":
            depth += 1
        elif char in ">)" and depth:
            depth -= 1
        elif depth == 0:
            kept.append(char)
    return re.sub(r"^(kinode::)", "", "".join(kept).replace(" const", "").strip()) or name


def stacks(lines):
    """Each sample's functions, the outermost first."""
    stack = []
    for line in lines:
        frame = FRAME.match(line)
        if frame:
            stack.append(short(frame.group(1)))
        elif stack and not line.strip():
            yield stack[::-1]
            stack = []
    if stack:
        yield stack[::-1]


class Box:
    def __init__(self):
        self.count = 0
        self.inner = {}

    def add(self, stack):
        self.count += 1
        if stack:
            self.inner.setdefault(stack[0], Box()).add(stack[1:])

    def depth(self):
        return 1 + max((box.depth() for box in self.inner.values()), default=0)


def read(lines, root):
    whole = Box()
    for stack in stacks(lines):
        if root:
            at = next((i for i, name in enumerate(stack) if root in name), None)
            if at is None:
                continue
            stack = stack[at:]
        whole.add(stack)
    return whole


def colour(name):
    warm = sum(map(ord, name)) % 60
    return f"rgb({225 - warm // 2},{120 + warm},{70 + warm // 3})"


def draw(box, name, left, level, total, height, out):
    width = box.count / total * WIDTH
    if width < LEAST:
        return
    top = height - (level + 1) * ROW
    percent = box.count / total * 100
    label = name if len(name) * FONT * 0.6 < width else name[:max(0, int(width / FONT / 0.6) - 1)]
    out.append(f'<g><title>{html.escape(name)}: {percent:.1f} %</title>'
               f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 1}" rx="2" '
               f'fill="{colour(name)}"/>')
    if label and width > 3 * FONT:
        out.append(f'<text x="{left + 3:.1f}" y="{top + 12}">{html.escape(label)}</text>')
    out.append("</g>")
    for inner_name, inner in sorted(box.inner.items(), key=lambda item: -item[1].count):
        draw(inner, inner_name, left, level + 1, total, height, out)
        left += inner.count / total * WIDTH


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default="")
    whole = read(sys.stdin, parser.parse_args().root)
    if whole.count == 0:
        sys.exit("no samples: record with `perf record -g`, and check the name after --root")
    height = whole.depth() * ROW
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'font-family="monospace" font-size="{FONT}"><rect width="100%" height="100%" '
           f'fill="#fffaf0"/>']
    draw(whole, f"all: {whole.count} samples", 0, 0, whole.count, height, out)
    print("\n".join([*out, "</svg>"]))


if __name__ == "__main__":
    main()
