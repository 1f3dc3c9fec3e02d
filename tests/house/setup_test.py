"""tools/setup.sh against a pretended system: what it installs, how, and what it says."""

import os
import subprocess
import unittest

from planted import ROOT, PlantedTree

TOOLS = ["bash", "sh", "sed", "awk", "sort", "comm", "cut", "head", "tail", "paste", "env", "cat",
         "dirname", "mkdir", "flock", "printf"]


class Setup(PlantedTree):
    def setUp(self):
        super().setUp()
        self.write("os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
        for tool in TOOLS:
            real = subprocess.run(["/bin/sh", "-c", f"command -v {tool}"], capture_output=True,
                                  text=True, check=True).stdout.strip()
            if real.startswith("/"):
                (self.root / "bin").mkdir(exist_ok=True)
                (self.root / "bin" / tool).symlink_to(real)
        wanted = [line.split()[0] for line in (ROOT / "tools/packages.txt").read_text().splitlines()
                  if line.strip() and not line.startswith("#")]
        self.write("installed", "".join(f"{name} installed\n" for name in wanted))
        self.fake("dpkg-query", f'cat {self.root}/installed')
        self.fake("apt-get", f'echo "$*" >>{self.root}/apt-calls; exit $APT_ANSWER')
        self.fake("id", "echo $FAKE_UID")
        self.fake("cargo", "echo cargo $CARGO_VERSION")
        self.fake("python3", "exit 1")
        self.fake("../cache/venv/bin/python", "exit 0")

    def fake(self, name, script):
        self.write(f"bin/{name}", f"#!/bin/sh\n{script}\n").chmod(0o755)

    def forget(self, *packages):
        lines = (self.root / "installed").read_text().splitlines(keepends=True)
        self.write("installed", "".join(l for l in lines if l.split()[0] not in packages))

    def setup_for(self, kind, **environment):
        done = subprocess.run(
            [str(ROOT / "tools/setup.sh"), kind], capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": f"{self.root}/bin", "KINODE_CACHE": f"{self.root}/cache", "FAKE_UID": "0",
                 "KINODE_OS_RELEASE": f"{self.root}/os-release", "APT_ANSWER": "0",
                 "CARGO_VERSION": "1.96.0", **environment})
        return done.returncode, done.stdout + done.stderr

    def apt_calls(self):
        path = self.root / "apt-calls"
        return path.read_text().splitlines() if path.exists() else []

    def test_nothing_is_done_when_nothing_is_missing(self):
        self.assertEqual((0, "setup: everything for 'all' is installed\n"), self.setup_for("all"))
        self.assertEqual([], self.apt_calls())

    def test_exactly_what_is_missing_is_installed(self):
        self.forget("mold", "wrk")
        code, output = self.setup_for("test")
        self.assertEqual(0, code, output)
        self.assertIn("installing Debian packages (1, this can take minutes): mold", output)
        self.assertEqual(1, len(self.apt_calls()))
        self.assertTrue(self.apt_calls()[0].endswith(" mold"))
        self.assertIn("--no-remove", self.apt_calls()[0])

    def test_another_user_installs_through_sudo(self):
        self.forget("mold")
        self.fake("sudo", f'echo sudo >>{self.root}/apt-calls; exec "$@"')
        self.assert_clean(self.setup_for("run", FAKE_UID="1000"))
        self.assertEqual("sudo", self.apt_calls()[0])

    def test_without_sudo_it_says_what_root_should_do(self):
        self.forget("mold")
        self.assert_faults(self.setup_for("run", FAKE_UID="1000"),
                           "as root, run apt-get install mold")

    def test_an_install_that_fails_updates_the_lists_once_and_then_says_where_to_look(self):
        self.forget("mold")
        self.assert_faults(self.setup_for("run", APT_ANSWER="100"), "could not install them",
                           "apt.log")
        self.assertEqual(["update -q"], [c for c in self.apt_calls() if "update" in c])
        self.assertEqual(3, len(self.apt_calls()))

    def test_an_unknown_system_ends_with_a_sentence_and_installs_nothing(self):
        self.write("os-release", 'ID=fedora\nVERSION_ID=41\nPRETTY_NAME="Fedora Linux 41"\n')
        self.assert_faults(self.setup_for("run"), "this is Fedora Linux 41, and I only know Debian",
                           "KINODE_SKIP_SETUP=1")
        self.assertEqual([], self.apt_calls())
        self.assert_clean(self.setup_for("run", KINODE_SKIP_SETUP="1"))

    def test_an_old_cargo_in_front_is_named(self):
        self.assert_faults(self.setup_for("run", CARGO_VERSION="1.70.0"), "bin/cargo) is 1.70.0",
                           "1.90 or newer")

    def test_a_wrong_word_shows_the_usage(self):
        self.assert_faults(self.setup_for("everything"), "usage: tools/setup.sh")


if __name__ == "__main__":
    unittest.main()
