"""A node in a pseudo-terminal: type() sends keys, `screen` is what is seen."""

import fcntl
import json
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from node import KINODE, PATIENCE, Node, NodeTest, wait_until  # noqa: E402
from screen import Screen  # noqa: E402

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
DELETE, BACKSPACE = "\x1b[3~", "\x7f"


def ctrl(letter):
    return chr(ord(letter) - ord("A") + 1)


def own_terminal():
    """In the child: the pseudo-terminal is its terminal, as after a login."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class PtyNode(Node):
    """Use boot(); the output is read by a thread of its own unless hold() stops it."""

    def __init__(self, home, *args, columns=100, rows=24, name="e2e.os"):
        self.screen = Screen(columns, rows)
        self.lock = threading.Lock()
        self.raw = b""
        self.reads = threading.Event()
        self.reads.set()
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(slave)
        self.slave_name = os.ttyname(slave)
        self._set_size(columns, rows)
        control, control_end = os.pipe()
        process = subprocess.Popen(
            [KINODE, home, "--fake-node-name", name, "--port", "0", "--control-fd",
             str(control_end), *map(str, args)],
            stdin=slave, stdout=slave, stderr=slave, pass_fds=[control_end],
            start_new_session=True, preexec_fn=own_terminal)
        os.close(control_end)
        self.slave = slave  # kept, so that what was written is not lost when the node ends
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        with os.fdopen(control, "rb", buffering=0) as pipe:
            line = pipe.read(4096) if select.select([pipe], [], [], PATIENCE)[0] else b""
        if not line:
            process.kill()
            process.wait()
            raise AssertionError(f"the node did not start:\n{self.seen()}")
        super().__init__(process, name, json.loads(line)["http_port"], self)

    def _read(self):
        while True:
            self.reads.wait()
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            with self.lock:
                self.raw += data
                self.screen.write(data)

    def _set_size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        with self.lock:
            self.screen.resize(columns, rows)
        self._set_size(columns, rows)

    # --- as the harness knows outputs ---
    def text(self):
        return self.seen()

    def finish(self):
        return self.seen()

    # --- what a person does and sees ---
    def type(self, keys):
        data = keys if isinstance(keys, bytes) else keys.encode()
        while data:
            data = data[os.write(self.master, data[:512]):]

    def seen(self):
        with self.lock:
            return self.screen.all()

    def look(self, question):
        """The answer of a function of the screen."""
        with self.lock:
            return question(self.screen)

    def wait_to_see(self, condition, what):
        """Waits until a function of the screen is true."""
        return wait_until(lambda: self.look(condition),
                          lambda: f"{what}; the screen is:\n{self.seen()}")

    def wait_for_text(self, part):
        return self.wait_to_see(lambda s: part in s.all(), f"{part!r} is shown")

    def wait_for_bottom(self, line):
        return self.wait_to_see(lambda s: s.bottom == line, f"the bottom row is {line!r}")

    def leave(self, keys=None, number=None):
        """Ends it by keys or a signal; the exit code."""
        if keys:
            self.type(keys)
        if number:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.reads.set()
        os.close(self.slave)
        os.close(self.master)


class TerminalTest(NodeTest):
    PROMPT = "e2e.os >"

    def boot(self, *args, **more):
        node = PtyNode(self.home, *args, **more)
        self.addCleanup(node.kill)
        node.wait_to_see(lambda s: s.bottom.startswith(self.PROMPT) or s.columns < 12,
                         "the prompt is there")
        return node


__all__ = ["BACKSPACE", "DELETE", "DOWN", "LEFT", "RIGHT", "UP", "PtyNode", "TerminalTest", "ctrl",
           "signal", "wait_until"]
