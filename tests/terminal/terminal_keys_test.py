"""Every key of the terminal, typed into a real node and read back from its screen
(kernel.md 9.2)."""

import json
import unittest

from pty_node import BACKSPACE, DELETE, DOWN, LEFT, RIGHT, UP, TerminalTest, ctrl
from node import GUESTS, make_package, manifest_entry, metadata, wait_until

TERMINAL = "terminal:terminal:sys"


class KeysTest(TerminalTest):
    def with_program(self, *args, **more):
        """A node with a program that prints the commands it gets, in place of the terminal's."""
        folder = self.dir / "terminal"
        if not folder.exists():
            make_package(folder, {"puppet.wasm": GUESTS / "puppet.wasm"},
                         [manifest_entry(process_name="terminal",
                                         process_wasm_path="/puppet.wasm")],
                         package="terminal", meta=metadata("terminal", publisher="sys"))
        node = self.boot("--package", folder, *args, columns=300, **more)
        node.rpc(TERMINAL, "are you there", expects=None)
        node.wait_for_text('"body":"are you there"')
        return node

    def got(self, node, command):
        """Waits until the program has printed that it got the command; what it printed."""
        part = f'"body":{json.dumps(command, ensure_ascii=False)}'
        node.wait_for_text(part)
        line = next(line for line in node.seen().splitlines() if part in line)
        return json.loads(line[line.index("{"):])

    def test_enter_sends_the_line_to_the_terminals_program(self):
        node = self.with_program()
        node.type("hi other.os 'how are you'\r")
        got = self.got(node, "hi other.os 'how are you'")
        self.assertEqual(got["source"], f"e2e.os@{TERMINAL}")
        self.assertIsNone(got["expects"])
        self.assertFalse(got["has_blob"])
        self.assertIn("e2e.os > hi other.os 'how are you'", node.seen())  # the echo
        node.wait_for_bottom("e2e.os >")

    def test_without_the_program_it_says_what_is_missing(self):
        node = self.boot()
        node.type("top\r")
        node.wait_for_text("nobody took this command: terminal:terminal:sys")

    def test_editing_and_sending_wide_characters(self):
        node = self.with_program()
        node.type("\u65e5\u672cx" + LEFT + LEFT + BACKSPACE + "a" + RIGHT + DELETE)
        node.wait_for_bottom("e2e.os > a\u672c")
        node.type(ctrl("A") + "<" + ctrl("E") + ">\r")
        self.got(node, "<a\u672c>")

    def test_history_with_arrows_and_letters(self):
        node = self.boot()
        node.type("first\rsecond\runfinished")
        node.type(UP)
        node.wait_for_bottom("e2e.os > second")
        node.type(ctrl("P"))
        node.wait_for_bottom("e2e.os > first")
        node.type(UP)
        node.wait_to_see(lambda s: s.bells == 1, "the bell at the oldest")
        node.type(ctrl("N") + DOWN)
        node.wait_for_bottom("e2e.os > unfinished")
        node.type(DOWN)
        node.wait_to_see(lambda s: s.bells == 2, "the bell at the newest")

    def test_history_is_there_after_a_restart(self):
        node = self.boot()
        node.type("remember me\r")
        node.wait_for_bottom("e2e.os >")
        node.leave(ctrl("C"))
        history = self.home / ".terminal_history"
        self.assertEqual(history.read_text(), "remember me\n")
        self.assertEqual(history.stat().st_mode & 0o777, 0o600)
        node = self.boot()
        node.type(UP)
        node.wait_for_bottom("e2e.os > remember me")

    def test_search(self):
        node = self.with_program()
        node.type("hi alice\rtop\rhi bob\r" + ctrl("R"))
        node.wait_for_bottom("e2e.os * : no results")
        node.type("hi")
        node.wait_for_bottom("e2e.os * hi bob")
        self.assertEqual(node.look(lambda s: s.underlined()), "hi")
        node.type(ctrl("R"))
        node.wait_for_bottom("e2e.os * hi alice")
        node.type(ctrl("R"))
        node.type("zz")
        node.wait_for_bottom("e2e.os * hizz: no results")
        node.type(ctrl("G"))
        node.wait_for_bottom("e2e.os >")
        node.type(ctrl("R") + "to\r")
        node.wait_for_bottom("e2e.os >")
        node.wait_to_see(lambda s: s.all().count('"body":"top"') == 2, "it was sent again")

    def test_paste_is_one_line(self):
        node = self.with_program()
        self.assertTrue(node.look(lambda s: s.bracketed_paste))
        node.type("\x1b[200~one\rtwo\n\x03three\x1b[201~")
        node.wait_for_bottom("e2e.os > onetwothree")
        node.type("\r")
        self.got(node, "onetwothree")

    def test_long_lines_scroll(self):
        node = self.boot(columns=40)
        node.type("0123456789" * 5)
        node.wait_for_bottom("e2e.os > " + ("0123456789" * 5)[-30:])
        node.type(ctrl("A"))
        node.wait_for_bottom("e2e.os > " + ("0123456789" * 5)[:30])
        node.wait_to_see(lambda s: s.column == 9, "the cursor is behind the prompt")

    def test_verbosity_and_event_printing(self):
        node = self.with_program()
        node.type(ctrl("V"))
        node.wait_for_text("verbose mode: debug")
        node.type(ctrl("V"))
        node.wait_for_text("verbose mode: super-debug")
        self.assertNotIn("message: Request(", node.seen())
        node.type(ctrl("V"))
        node.wait_for_text("verbose mode: full event loop")
        node.type("an event\r")
        node.wait_for_text("        body: an event,")
        node.wait_to_see(lambda s: s.style_of("        body: an event,") == "31", "it is red")
        node.type(ctrl("V"))
        node.wait_for_text("verbose mode: off")
        before = node.seen().count("message: Request(")
        node.type("no event\r")
        self.got(node, "no event")
        self.assertEqual(node.seen().count("message: Request("), before)

    def test_step_mode(self):
        node = self.with_program()
        node.type(ctrl("J"))
        node.wait_for_text("debug mode on: use CTRL+S to step through events")
        node.type("one\rtwo\r")
        node.wait_for_text("e2e.os > two")
        self.assertNotIn('"body":"one"', node.seen())
        node.type(ctrl("S"))
        self.got(node, "one")
        self.assertNotIn('"body":"two"', node.seen())
        node.type(ctrl("J"))
        node.wait_for_text("debug mode off")
        self.got(node, "two")

    def test_logging(self):
        node = self.with_program()
        node.type(ctrl("L"))
        node.wait_for_text("logging mode: off")
        node.type("not logged\r")
        self.got(node, "not logged")
        node.type(ctrl("L"))
        node.wait_for_text("logging mode: on")
        node.type("logged\r")
        self.got(node, "logged")
        node.leave(ctrl("D"))
        logs = list((self.home / ".terminal_logs").glob("*.log"))
        self.assertEqual(len(logs), 1)
        self.assertRegex(logs[0].name, r"^\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\.log$")
        text = logs[0].read_text()
        self.assertRegex(text, r"(?m)^\[\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\] "
                               r"logging mode: on$")
        self.assertIn('"body":"logged"', text.replace("\\", ""))
        self.assertNotIn("not logged", text)

    def test_process_verbosity_screen(self):
        node = self.with_program()
        node.type("half a line" + ctrl("W"))
        node.wait_to_see(lambda s: s.alternate and not s.cursor_shown, "the other screen")
        node.wait_for_text("=== Process Verbosity Mode ===")
        node.wait_for_text("Overall verbosity: off")
        node.wait_for_text("(none set)")
        node.type(f"{TERMINAL} mute\r")
        node.wait_for_text(f"{TERMINAL}: muted")
        node.rpc(TERMINAL, "muted", expects=None)
        # What is muted is logged nevertheless: then it has been decided not to show it.
        wait_until(lambda: any('"body":"muted"' in log.read_text().replace("\\", "")
                               for log in (self.home / ".terminal_logs").glob("*.log")),
                   "what is muted is in the log")
        node.type(f"{TERMINAL} 3\r")
        node.wait_for_text(f"{TERMINAL}: 3")
        node.rpc(TERMINAL, "while it is open", expects=None)
        node.type(ctrl("W"))
        node.wait_to_see(lambda s: not s.alternate and s.cursor_shown, "the first screen again")
        node.wait_for_bottom("e2e.os > half a line")
        node.wait_for_text("        body: while it is open,")  # its events are printed
        self.got(node, "while it is open")
        self.assertNotIn('"body":"muted"', node.seen())
        node.type(ctrl("W") + f"{TERMINAL}\r")
        node.wait_for_text("(none set)")

    def test_leaving_by_key(self):
        for key in "CD":
            with self.subTest(key):
                node = self.boot()
                code = node.leave("half a line" + ctrl(key))
                self.assertEqual(code, 0)
                node.wait_for_text("exit code received")
                node.wait_to_see(lambda s: s.style_of("graceful exit") == "31", "the last line")

    def test_keys_that_mean_nothing(self):
        node = self.boot()
        node.type("a\t\x1a\x1c\x1d\x1b[5~\x1bx\x1b[24~\x1b]11;rgb:0/0/0\x07\x1b[1;1:3Ab")
        node.wait_for_bottom("e2e.os > ab")
        self.assertTrue(node.alive())


if __name__ == "__main__":
    unittest.main()
