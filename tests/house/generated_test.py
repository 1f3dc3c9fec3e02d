"""tools/gen_bindings.sh --check finds generated code that is not what wit/ says."""

import shutil
import subprocess
import unittest

from planted import ROOT, PlantedTree


class Generated(PlantedTree):
    def setUp(self):
        super().setUp()
        for folder in ("wit", "sdk/generated"):
            shutil.copytree(ROOT / folder, self.root / folder)
        shutil.copy(ROOT / "tools/gen_bindings.sh", self.root / "tools")

    def check(self):
        done = subprocess.run([str(self.root / "tools/gen_bindings.sh"), "--check"],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_what_is_checked_in_equals_its_source(self):
        self.assert_clean(self.check())

    def test_a_change_by_hand_is_found(self):
        header = next((self.root / "sdk/generated").glob("*.h"))
        header.write_text(header.read_text() + "// by hand\n")
        self.assert_faults(self.check(), "// by hand",
                           "run tools/gen_bindings.sh")

    def test_a_changed_interface_without_new_code_is_found(self):
        wit = next((self.root / "wit/kinode-process-1.0.0").glob("*.wit"))
        text = wit.read_text()
        self.assertIn("print-to-terminal: func(", text)
        wit.write_text(text.replace("print-to-terminal: func(", "print-to-nobody: func("))
        self.assert_faults(self.check(), "print_to_nobody", "run tools/gen_bindings.sh")


if __name__ == "__main__":
    unittest.main()
