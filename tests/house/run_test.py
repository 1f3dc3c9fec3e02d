"""tools/run_node.sh with pretended build tools: what it starts, and on which port."""

import json
import os
import shutil
import socket
import subprocess
import unittest

from planted import ROOT, PlantedTree


class Run(PlantedTree):
    def setUp(self):
        super().setUp()
        shutil.copy(ROOT / "tools/run_node.sh", self.root / "tools")
        self.program("bin/cmake", "exit 0")
        self.program("bin/ninja", 'case "$*" in *targets*) printf "kinode: phony\\n'
                     'package_echo-a: phony\\nother: phony\\n" ;; *) echo "ninja $*" ;; esac')
        self.program("build/release/src/node/kinode", 'echo "node $*"')
        self.write("build/release/packages/echo-a/metadata.json", json.dumps(
            {"properties": {"package_name": "echoes", "publisher": "sys"}}))
        self.write("build/release/packages/echo-a/pkg/manifest.json",
                   json.dumps([{"process_name": "echo"}]))

    def program(self, name, script):
        self.write(name, f"#!/bin/sh\n{script}\n").chmod(0o755)

    def start(self, **environment):
        clean = {k: v for k, v in os.environ.items() if k not in ("PORT", "HOME_DIR")}
        done = subprocess.run(
            [str(self.root / "tools/run_node.sh")], capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
            env={**clean, "PATH": f"{self.root}/bin:{os.environ['PATH']}", **environment})
        return done.returncode, done.stdout + done.stderr

    def taken_port(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return str(listener.getsockname()[1])

    def test_it_builds_node_and_packages_and_starts_them(self):
        code, output = self.start(HOME_DIR="somewhere/home")
        self.assertEqual(0, code, output)
        self.assertRegex(output, r"ninja -C build/release .*kinode package_echo-a\n")
        self.assertRegex(output, r"node somewhere/home --fake-node-name demo.os --port \d+ "
                         r"--package build/release/packages/echo-a\n")
        self.assertRegex(output, r"http://localhost:\d+/")
        self.assertIn('"process":"echo:echoes:sys"', output)

    def test_a_chosen_port_that_is_taken_is_an_error(self):
        port = self.taken_port()
        self.assert_faults(self.start(PORT=port), f"port {port} is taken: choose another PORT")

    def test_a_failed_build_starts_nothing(self):
        self.program("bin/ninja", 'case "$*" in *targets*) echo "kinode: phony" ;; '
                     '*) echo "error: no"; exit 1 ;; esac')
        code, output = self.start()
        self.assertNotEqual(0, code)
        self.assertNotIn("node ", output.replace("the node and", ""))

    def test_a_node_that_cannot_be_built_is_named(self):
        self.program("bin/ninja", "exit 0")
        self.assert_faults(self.start(), "there is no target kinode")


if __name__ == "__main__":
    unittest.main()
