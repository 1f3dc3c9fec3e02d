"""The terminal's surroundings: sizes, resizing, signals, detached and plain output, rubbish, and a
terminal that is not read (kernel.md 9.1, 9.4, 9.8; faults 23 and 29)."""

import os
import random
import signal
import subprocess
import termios
import unittest

from pty_node import PtyNode, TerminalTest, ctrl, wait_until
from node import KINODE, PATIENCE, SMALL_ECHO, Node, run_kinode, tools_package


class ModesTest(TerminalTest):
    def boot_with_tools(self, *args, **more):
        tools_package(self.dir / "tools")
        node = self.boot("--package", self.dir / "tools", *args, **more)
        node.wait_for(SMALL_ECHO)
        return node

    def test_it_begins_with_title_and_splash(self):
        for columns in (60, 120):
            with self.subTest(columns=columns):
                node = self.boot(columns=columns)
                self.assertEqual(node.look(lambda s: s.title), "kinode e2e.os")
                node.wait_for_text("e2e.os (direct)")
                node.wait_for_text("version 1.0.0")
                node.wait_for_text(f"home at {self.home}"[:columns - 10])
                self.assertEqual(node.look(lambda s: s.style_of("e2e.os (direct)")), "35")
                self.assertEqual(node.look(lambda s: s.unknown), [])
                self.assertEqual(node.leave(ctrl("C")), 0)

    def test_it_gives_the_terminal_back(self):
        for end in ({"keys": ctrl("C")}, {"keys": ctrl("W") + ctrl("C")},
                    {"number": signal.SIGTERM}):
            with self.subTest(end):
                node = self.boot()
                self.assertNotEqual(termios.tcgetattr(node.slave), node.before)
                node.leave(**end)
                node.wait_to_see(lambda s: s.title == "" and not s.bracketed_paste
                                 and not s.alternate and s.cursor_shown, "all is as before")
                self.assertEqual(termios.tcgetattr(node.slave), node.before)

    def test_signals_end_it_with_their_name(self):
        for number in (signal.SIGALRM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
                       signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
            with self.subTest(number.name):
                node = self.boot()
                self.assertEqual(node.leave(number=number), 0)
                node.wait_for_text(f"exiting due to {number.name}")

    def test_any_size(self):
        for columns, rows in ((0, 0), (1, 1), (1, 24), (80, 1), (9, 2), (500, 200)):
            with self.subTest(columns=columns, rows=rows):
                node = self.boot()
                node.resize(columns, rows)
                node.type("abc\x1b[D\x7f\r" + ctrl("V") + ctrl("W") + "x\r" + ctrl("W")
                          + ctrl("R") + "a" + ctrl("G"))
                node.resize(100, 24)
                node.wait_to_see(lambda s: s.bottom == "e2e.os >", "it works on")
                self.assertEqual(node.leave(ctrl("C")), 0)

    def test_born_without_a_size(self):
        node = self.boot(columns=0, rows=0)
        node.type("typed")
        node.wait_to_see(lambda _: b"typed" in node.raw, "what is typed")
        self.assertEqual(node.leave(ctrl("C")), 0)

    def test_resizing_while_it_prints_and_is_typed_into(self):
        node = self.boot_with_tools()
        dice = random.Random(7)
        for i in range(200):
            node.resize(dice.randrange(0, 130), dice.randrange(0, 50))
            node.type(dice.choice(["x", "\r", ctrl("V"), ctrl("W"), "\x1b[A", "\u65e5"]))
            if i % 20 == 0:
                self.assert_answers(node)
        node.resize(100, 30)
        wait_until(node.alive, "it lives")
        self.assertEqual(node.look(lambda s: s.unknown), [])
        self.assertEqual(node.leave(ctrl("C")), 0)

    def test_rubbish_from_the_keyboard(self):
        node = self.boot_with_tools()
        seed = int.from_bytes(os.urandom(4), "little")
        dice = random.Random(seed)
        with self.subTest(seed=seed):
            for _ in range(64):
                rubbish = bytes(b for b in dice.randbytes(1024) if b not in (3, 4))
                node.type(rubbish)
            self.assert_answers(node)
            self.assertEqual(node.look(lambda s: s.unknown), [])
            # Out of whatever it got into, after the time that an unfinished paste may take.
            self.assertEqual(node.leave(number=signal.SIGTERM), 0)

    def test_fault_23_a_terminal_that_is_not_read_stops_nothing(self):
        node = self.boot_with_tools("--verbosity", "3")
        node.reads.clear()  # the reader stops after what it waits for now
        for _ in range(300):
            self.assert_answers(node)
        node.type(ctrl("V") + ctrl("L") + ctrl("J") + ctrl("J"))
        self.assert_answers(node)
        self.assertEqual(node.leave(number=signal.SIGTERM), 0)

    def test_fault_29_verbosity_above_three(self):
        node = self.boot("--verbosity", "200")
        node.type(ctrl("V"))
        node.wait_for_text("verbose mode: off")
        node.type(ctrl("V"))
        node.wait_for_text("verbose mode: debug")

    def test_process_verbosity_of_the_command_line(self):
        node = self.boot("--process-verbosity",
                         '{"chat:chat:template.os":{"U8":3},"x:y:z":"Muted"}')
        node.type(ctrl("W"))
        node.wait_for_text("chat:chat:template.os: 3\nx:y:z: muted")
        code, _, said = run_kinode(self.dir / "other", "--fake-node-name", "a.os",
                                   "--process-verbosity", '{"x:y:z":1}')
        self.assertEqual(code, 2)
        self.assertIn("x:y:z", said)

    def test_logging_off_from_the_start(self):
        node = self.boot("--logging-off")
        node.type("top\r")
        node.wait_for_text("nobody took this command")
        node.leave(ctrl("C"))
        self.assertFalse((self.home / ".terminal_logs").exists())

    def test_logs_rotate(self):
        node = self.boot("--max-log-size", "4000", "--number-log-files", "2")
        for i in range(60):
            node.type(f"command {i}\r")
        node.wait_for_text("command 59")
        node.leave(ctrl("C"))
        logs = sorted((self.home / ".terminal_logs").glob("*.log"))
        self.assertEqual(len(logs), 2)
        self.assertTrue(all(log.stat().st_size <= 2000 for log in logs))

    def test_detached_takes_no_keys(self):
        node = self.boot_detached()
        node.type("typed\r" + ctrl("C") + ctrl("D"))
        node.wait_for_text("Serving Kinode at")
        self.assertTrue(node.alive())
        self.assertNotIn("e2e.os >", node.seen())
        self.assertEqual(termios.tcgetattr(node.slave)[3] & termios.ISIG, termios.ISIG)

    def boot_detached(self):
        node = PtyNode(self.home, "--detached")
        self.addCleanup(node.kill)
        # In a line discipline that makes signals, Ctrl-C would be one.
        quiet = termios.tcgetattr(node.slave)
        quiet[6][termios.VINTR] = b"\0"
        termios.tcsetattr(node.slave, termios.TCSANOW, quiet)
        return node

    def test_without_a_terminal_the_output_is_plain(self):
        node = Node.start(self.home)
        self.addCleanup(node.kill)
        code, output = node.end()
        self.assertEqual(code, 0)
        self.assertTrue(output.startswith("Welcome to Kinode.\nServing Kinode at "), output)
        self.assertTrue(output.endswith("\nexiting due to SIGTERM"), output)
        self.assertNotIn("\x1b[", output)

    def test_a_pipe_that_nobody_reads_does_not_keep_it_from_ending(self):
        read_end, write_end = os.pipe()
        control, control_end = os.pipe()
        process = subprocess.Popen([KINODE, self.home, "--fake-node-name", "e2e.os", "--port", "0",
                                    "--verbosity", "3", "--control-fd", str(control_end)],
                                   stdin=subprocess.DEVNULL, stdout=write_end,
                                   stderr=subprocess.DEVNULL, pass_fds=[control_end])
        os.close(control_end)
        self.assertTrue(os.read(control, 4096))
        os.set_blocking(write_end, False)
        try:
            while True:
                os.write(write_end, b"x" * 4096)  # full
        except BlockingIOError:
            pass
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        for fd in (read_end, write_end, control):
            os.close(fd)


if __name__ == "__main__":
    unittest.main()
