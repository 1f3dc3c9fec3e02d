"""Requests that the RPC endpoint refuses, each with a reason, and a node that goes on answering."""

import json
import select
import socket
import unittest

from node import PATIENCE, SMALL_ECHO, NodeTest

PATH = "/rpc:distro:sys/message"
CALL = json.dumps({"process": SMALL_ECHO, "body": "hi", "expects_response": 5})
JSON = {"Content-Type": "application/json"}


class RpcTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.node = self.start_with_tools()
        self.node.wait_for(SMALL_ECHO)

    def ask(self, body=CALL, headers=None, method="POST", path=PATH):
        connection = self.node.connection()
        connection.request(method, path, body, JSON if headers is None else headers)
        response = connection.getresponse()
        out = response.status, response.read().decode()
        connection.close()
        return out

    def raw(self, *parts):
        """Sends bytes; everything that comes back until the node ends the connection."""
        with socket.create_connection(("127.0.0.1", self.node.port), PATIENCE) as connection:
            for part in parts:
                try:
                    connection.sendall(part)
                except OSError:
                    break  # it has closed: what it said is still to be read
            out = b""
            while select.select([connection], [], [], PATIENCE)[0]:
                try:
                    part = connection.recv(65536)
                except ConnectionResetError:
                    break
                if not part:
                    break
                out += part
            return out

    def test_answers_whatever_the_method_is(self):
        for method in ("POST", "PUT", "GET"):
            self.assertEqual(self.ask(method=method)[0], 200, method)

    def test_refuses_strangers_with_a_reason(self):
        for headers, status, why in (
                ({**JSON, "Host": "evil.example"}, 403, "localhost, 127.0.0.1"),
                ({**JSON, "Host": "localhost.evil.example"}, 403, "localhost, 127.0.0.1"),
                ({**JSON, "Origin": "https://evil.example"}, 403, "does not answer web pages"),
                ({**JSON, "Origin": "null"}, 403, "does not answer web pages"),
                ({**JSON, "X-Forwarded-For": "1.2.3.4"}, 403, "through a proxy"),
                ({**JSON, "Forwarded": "for=1.2.3.4"}, 403, "through a proxy"),
                ({"Content-Type": "text/plain"}, 415, "Content-Type: application/json"),
                ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
                ({}, 415, "Content-Type: application/json")):
            with self.subTest(headers):
                got, text = self.ask(headers=headers)
                self.assertEqual(got, status)
                self.assertIn(why, text)
        self.assert_answers(self.node)

    def test_refuses_what_is_no_call(self):
        for body in ("", "{", "[]", "null", "{}", '{"process":"a:b"}', '{"process":7}', "\xff",
                     '{"process":"a:b:c","body":7}', "[" * 100_000):
            self.assertEqual(self.ask(body.encode("latin-1")), (400, ""), body[:40])
        self.assert_answers(self.node)

    def test_says_408_for_a_process_that_is_not_there(self):
        call = json.dumps({"process": "nobody:is:here.os", "expects_response": 5})
        self.assertEqual(self.ask(call), (408, ""))

    def test_says_404_elsewhere(self):
        status, text = self.ask(path="/nothing")
        self.assertEqual(status, 404)
        self.assertIn("Nothing is served at this path", text)

    def test_refuses_a_body_over_the_limit(self):
        answer = self.raw(f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                          f"{10 << 30}\r\n\r\n".encode(), b"x" * 1_000_000)
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:200])
        self.assertIn(b"too large", answer)
        self.assert_answers(self.node)

    def test_refuses_a_header_over_the_limit(self):
        answer = self.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"x" * 100_000,
                          b"\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 431 "), answer[:200])

    def test_refuses_what_is_not_http(self):
        for garbage in (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n", b"hello\r\n\r\n"):
            self.assertTrue(self.raw(garbage).startswith(b"HTTP/1.1 400 "), garbage)
        self.assert_answers(self.node)

    def test_half_requests_are_in_nobodys_way(self):
        halves = []
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\n".encode()
        for part in (b"", b"PO", head, head + b"Content-Length: 9\r\n\r\n{"):
            for _ in range(50):
                half = socket.create_connection(("127.0.0.1", self.node.port), PATIENCE)
                half.sendall(part)
                halves.append(half)
        self.assert_answers(self.node)
        for half in halves:
            half.close()
        self.assert_answers(self.node)


if __name__ == "__main__":
    unittest.main()
