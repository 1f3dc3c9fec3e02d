"""WebSockets of a program in a real node."""

import os
import unittest

from node import NodeTest, guest, wait_until
from websocket import BINARY, CLOSE, PING, PONG, TEXT, WebSocket

WEB = "web:web:test.os"


class SocketsTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.node = self.start()
        self.assertEqual(self.node.start_process(WEB, guest("web").read_bytes()), "StartedProcess")
        self.node.wait_for(WEB)

    def open(self, path=f"/{WEB}/ws", **headers):
        return WebSocket(self.node.port, path, headers)

    def test_messages_go_both_ways(self):
        with self.open() as client:
            self.assertEqual(client.status, 101)
            for payload in (b"", b"hello", b"x" * 125, b"y" * 126, b"z" * 70_000):
                client.send(TEXT, payload)
                self.assertEqual(client.read(), (TEXT, payload))
            noise = os.urandom(3_000_000)
            client.send(BINARY, noise)
            self.assertEqual(client.read(), (BINARY, noise))

    def test_messages_come_in_pieces_with_pings_between(self):
        with self.open() as client:
            client.send(TEXT, "caf\u00e9".encode()[:4], final=False)
            client.send(PING, b"between")
            client.send(0, "caf\u00e9".encode()[4:])
            answers = [client.read(), client.read()]
            self.assertIn((PONG, b"between"), answers)
            self.assertIn((TEXT, "caf\u00e9".encode()), answers)

    def test_either_side_may_close(self):
        with self.open() as client:
            client.send(CLOSE, b"\x03\xe8bye")
            self.assertEqual(client.ended_with(), 1000)
        with self.open() as client:
            client.send(TEXT, b"close")
            self.assertEqual(client.read(), (CLOSE, b""))
            client.send(CLOSE)
            self.assertIsNone(client.ended_with())

    def test_frames_of_every_wrong_kind_end_their_connection_only(self):
        wrong = {
            "not masked": ((TEXT, b"x"), {"masked": False}),
            "reserved bits": ((TEXT, b"x"), {"reserved": 1}),
            "kind 3": ((3, b"x"), {}),
            "kind 11": ((11, b"x"), {}),
            "a long ping": ((PING, b"x" * 126), {}),
            "a divided ping": ((PING, b"x"), {"final": False}),
            "a continuation of nothing": ((0, b"x"), {}),
            "text that is not UTF-8": ((TEXT, b"\xc3\x28"), {}),
            "a close code of one byte": ((CLOSE, b"\x03"), {}),
            "a close code that is none": ((CLOSE, b"\x03\xe7"), {}),
            "a close reason that is not UTF-8": ((CLOSE, b"\x03\xe8\xff"), {}),
        }
        with self.open() as other:
            for name, (frame, how) in wrong.items():
                with self.subTest(name), self.open() as client:
                    client.send(*frame, **how)
                    self.assertIn(client.ended_with(), (1002, 1007, None))
            other.send(TEXT, b"still here")
            self.assertEqual(other.read(), (TEXT, b"still here"))

    def test_a_client_that_does_not_read_is_cut_off_alone(self):
        with self.open() as slow, self.open() as other:
            with self.assertRaises((EOFError, ConnectionError)):
                for _ in range(100):
                    slow.send(BINARY, bytes(1_000_000))
                while slow.read():
                    pass
            other.send(TEXT, b"still here")
            self.assertEqual(other.read(), (TEXT, b"still here"))

    def test_what_is_not_let_in_is_a_page(self):
        self.assertEqual(self.open(f"/{WEB}").status, 200)
        self.assertEqual(self.open("/nobody:here:test.os/ws").status, 404)

    def test_sockets_end_with_their_program(self):
        with self.open() as client:
            self.node.kernel({"KillProcess": WEB})
            self.assertEqual(client.read(), (CLOSE, b"\x03\xe8the program ended"))
            client.send(CLOSE, b"\x03\xe8")
            self.assertIsNone(client.ended_with())
        wait_until(lambda: self.open().status == 503, "its socket is gone")


if __name__ == "__main__":
    unittest.main()
