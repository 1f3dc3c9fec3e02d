"""The key-value store of a real node, asked by a program in C++ that passes requests on."""

import json
import resource
import signal
import unittest

from database import ECHO, DatabaseTest


class KvTest(DatabaseTest):
    MODULE = "kv:distro:sys"
    DB = "birthdays"

    def test_a_program_uses_its_databases_and_they_outlive_a_crash(self):
        node = self.boot()
        self.assertEqual(self.ask(node, {"Get": [1]}), '{"Err":"NoReadCap"}')
        self.assertEqual(self.ask(node, "Open"), '"Ok"')
        self.assertEqual(self.ask(node, {"Get": [1]}), '{"Err":"KeyNotFound"}')
        # Without a blob of its own the request has none, and a value is a blob.
        self.assertEqual(self.ask(node, {"Set": {"key": [1], "tx_id": None}}),
                         '{"Err":"MalformedRequest"}')
        begun = json.loads(self.ask(node, "BeginTx"))["BeginTx"]["tx_id"]
        self.assertEqual(self.ask(node, {"Delete": {"key": [1], "tx_id": begun}}), '"Ok"')
        self.assertEqual(self.ask(node, {"Commit": {"tx_id": begun}}), '"Ok"')
        self.assertEqual(self.ask(node, {"Scan": {}}), '{"Scan":{"next":null}}')
        code, _ = node.end(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        node = self.boot()
        # The right to it is stored, too.
        self.assertEqual(self.ask(node, {"Get": [1]}), '{"Err":"KeyNotFound"}')
        self.assertEqual(self.ask(node, "RemoveDb"), '"Ok"')
        code, _ = node.end()
        self.assertEqual(code, 0)

    def test_sixty_four_descriptors_are_enough_for_any_number_of_databases(self):
        node = self.boot()
        resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, (64, 64))
        for number in [*range(20), *range(20)]:
            self.assertEqual(self.ask(node, "Open", db=f"db{number}"), '"Ok"')
        self.assertEqual(node.rpc(ECHO, "still there").body, b"cpp:still there")
        code, _ = node.end()
        self.assertEqual(code, 0)

    def test_whoever_asks_over_http_has_no_rights_of_others(self):
        node = self.boot()
        self.ask(node, "Open")
        answer = node.rpc(self.MODULE, self.message("Open"))
        self.assertEqual(answer.json, {"Err": "MismatchingPackageId"})
        answer = node.rpc(self.MODULE, self.message({"Get": [1]}))
        self.assertEqual(answer.json, {"Err": "NoReadCap"})


if __name__ == "__main__":
    unittest.main()
