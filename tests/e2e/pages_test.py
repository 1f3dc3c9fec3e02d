"""Pages of a program in a real node: bound, served, kept for the owner, gone with their program."""

import json
import unittest

from node import NodeTest, guest, wait_until

WEB = "web:web:test.os"


class PagesTest(NodeTest):
    def setUp(self):
        super().setUp()
        self.node = self.start()
        self.assertEqual(self.node.start_process(WEB, guest("web").read_bytes()), "StartedProcess")
        self.node.wait_for(WEB)

    def ask(self, path, method="GET", body=None, headers=None, host=None):
        """The status, the headers with small letters, and the body."""
        connection = self.node.connection()
        connection.putrequest(method, path, skip_host=host is not None)
        headers = dict(headers or {})
        if host is not None:
            headers["Host"] = host
        if body is not None:
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content

    def log_in(self, subdomain=""):
        body = json.dumps({"password_hash": "0x00", "subdomain": subdomain}).encode()
        status, headers, _ = wait_until(
            lambda: (answer := self.ask("/login", "POST", body))[0] != 503 and answer,
            "the node has its keys")
        self.assertEqual(status, 200)
        return {"Cookie": headers["set-cookie"].split(";")[0]}

    def test_a_program_answers(self):
        status, headers, body = self.ask(f"/{WEB}/some/where/?a=1", headers={"X-Some": "thing"})
        self.assertEqual((status, headers["content-type"], headers["x-guest"]),
                         (200, "application/json", "web"))
        event = json.loads(body)["Http"]
        self.assertEqual(event["method"], "GET")
        self.assertEqual(event["url"], f"http://127.0.0.1/{WEB}/some/where")
        self.assertEqual(event["bound_path"], f"/{WEB}")
        self.assertEqual(event["query_params"], {"a": "1"})
        self.assertEqual(event["headers"]["x-some"], "thing")
        self.assertRegex(event["source_socket_addr"], r"^127\.0\.0\.1:\d+$")
        content = bytes(range(256)) * 5000
        self.assertEqual(self.ask(f"/{WEB}/body", "POST", content)[2], content)

    def test_static_content_needs_no_program(self):
        status, headers, body = self.ask(f"/{WEB}/style.css")
        self.assertEqual((status, headers["content-type"], body),
                         (200, "text/css", b"body { color: red }"))
        again = self.ask(f"/{WEB}/style.css", headers={"If-None-Match": headers["etag"]})
        self.assertEqual((again[0], again[2]), (304, b""))
        self.assertNotIn("content-length", again[1])
        head = self.ask(f"/{WEB}/style.css", "HEAD")
        self.assertEqual((head[0], head[1]["content-length"], head[2]), (200, "19", b""))
        part = self.ask(f"/{WEB}/style.css", headers={"Range": "bytes=5-9"})
        self.assertEqual((part[0], part[2]), (206, b"{ col"))

    def test_the_owners_pages_are_for_the_owner(self):
        status, headers, body = self.ask(f"/{WEB}/private")
        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"Log in to e2e.os", body)
        cookie = self.log_in()
        self.assertEqual(self.ask(f"/{WEB}/private", headers=cookie)[1]["x-guest"], "web")
        forged = {"Cookie": cookie["Cookie"][:-2] + "aa"}
        self.assertNotIn("x-guest", self.ask(f"/{WEB}/private", headers=forged)[1])
        self.assertEqual(self.ask(f"/{WEB}/private", "POST", b"")[0], 401)

    def test_a_secure_page_has_a_host_name_of_its_own(self):
        status, headers, _ = self.ask(f"/{WEB}/secure", host="localhost:1234")
        self.assertEqual((status, headers["location"]),
                         (307, f"http://web-test-os.localhost:1234/{WEB}/secure"))
        host = "web-test-os.localhost:1234"
        self.assertIn(b"Log in to", self.ask(f"/{WEB}/secure", host=host, headers=self.log_in())[2])
        cookie = self.log_in(WEB)
        self.assertEqual(self.ask(f"/{WEB}/secure", host=host, headers=cookie)[1]["x-guest"], "web")

    def test_pages_say_when_their_program_has_ended(self):
        self.assertEqual(self.ask(f"/{WEB}/leave")[0], 503)
        wait_until(lambda: self.ask(f"/{WEB}/style.css")[0] == 503, "the program has ended")
        self.assertEqual(self.ask(f"/{WEB}")[1]["retry-after"], "1")
        self.assertEqual(self.node.start_process(WEB, guest("web").read_bytes()), "StartedProcess")
        wait_until(lambda: self.ask(f"/{WEB}/style.css")[0] == 200, "it is back")


if __name__ == "__main__":
    unittest.main()
