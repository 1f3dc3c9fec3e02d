"""How a node ends: by signals and by command, in order, with the texts and codes of the spec."""

import signal
import unittest

from node import COUNTER, SMALL_ECHO, NodeTest, run_kinode, wait_until


class SignalsTest(NodeTest):
    def test_signals_end_it_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number.name):
                node = self.start()
                code, output = node.end(number)
                self.assertEqual(code, 0, output)
                self.assertTrue(output.endswith(f"exiting due to {number.name}"), output)

    def test_a_closed_pipe_does_not_end_it(self):
        node = self.start_with_tools()
        node.process.send_signal(signal.SIGPIPE)
        node.wait_for(SMALL_ECHO)
        self.assert_answers(node)

    def test_the_shutdown_command_ends_it(self):
        node = self.start_with_tools()
        node.wait_for(SMALL_ECHO)
        node.kernel('"Shutdown"', expects=None)
        code, output = node.ended()
        self.assertEqual(code, 0, output)
        self.assertTrue(output.endswith("graceful exit"), output)

    def test_who_waits_is_answered_when_it_ends(self):
        node = self.start_with_tools()
        node.wait_for(SMALL_ECHO)
        connection = node.connection()
        # Nobody answers this before the node ends.
        connection.request("POST", "/rpc:distro:sys/message",
                           '{"process":"timer:distro:sys","expects_response":15,'
                           '"body":"{\\"SetTimer\\":600000}"}',
                           {"Content-Type": "application/json"})
        def is_asked():
            node.rpc("timer:distro:sys", '"Debug"', expects=None)
            return "timer service active timers (1)" in node.output.text()

        wait_until(is_asked, "the timer has the request")
        code, output = node.end()
        self.assertEqual(code, 0, output)
        self.assertEqual(connection.getresponse().status, 503)
        connection.close()

    def test_a_bound_on_open_files_does_not_end_it(self):
        node = self.start("--soft-ulimit", "500")
        answer = node.rpc("fd-manager:distro:sys", '"GetState"')
        shares = answer.json["GetState"]
        self.assertEqual(set(shares), {f"{name}:distro:sys" for name in ("kv", "sqlite", "vfs")})
        self.assertLessEqual(sum(share["limit"] for share in shares.values()), 500)
        code, output = node.end()
        self.assertEqual(code, 0, output)

    def test_state_is_there_after_each_way_to_end(self):
        node = self.start_with_tools()
        last = int(node.wait_for(COUNTER).body)
        for end in (lambda n: n.end(), lambda n: n.end(signal.SIGINT), lambda n: n.kill()):
            end(node)
            node = self.start()
            count = int(node.wait_for(COUNTER).body)
            self.assertGreater(count, last)
            last = count

    def test_says_how_to_start_it(self):
        code, _, said = run_kinode()
        self.assertEqual(code, 2)
        self.assertIn("home", said)
        code, _, said = run_kinode(self.home)
        self.assertEqual(code, 2)
        self.assertIn("--fake-node-name", said)
        code, out, _ = run_kinode("--version")
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("kinode 1.0.0\n"), out)
        code, out, _ = run_kinode("--help")
        self.assertEqual(code, 0)
        self.assertIn("--fake-node-name", out)


if __name__ == "__main__":
    unittest.main()
