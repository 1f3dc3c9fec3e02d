"""A small source tree in which a test plants its fault."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))


class PlantedTree(unittest.TestCase):
    """`self.root` is an empty tree with this project's rules in tools/."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for name in ("layers.txt", "banned_calls.txt"):
            self.write(f"tools/{name}", (ROOT / "tools" / name).read_text())

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_tool(self, tool, *arguments, **environment):
        """Runs tools/<tool> on the planted tree. Gives (exit code, everything it printed)."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "tools" / tool), "--root", str(self.root), *arguments],
            capture_output=True, text=True, check=False,
            env={**os.environ, "KINODE_CACHE": str(self.root / "cache"), **environment})
        return done.returncode, done.stdout + done.stderr

    def assert_faults(self, found, *expected):
        """It failed, and each expected text is in what it printed."""
        code, output = found
        self.assertEqual(1, code, output)
        for text in expected:
            self.assertIn(text, output)

    def assert_clean(self, found):
        code, output = found
        self.assertEqual(0, code, output)
