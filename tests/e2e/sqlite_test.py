"""SQL databases of a real node, asked by a program in C++ that passes requests on."""

import json
import resource
import signal
import unittest

from database import ECHO, DatabaseTest
from node import ASKERS, guest, make_package, manifest_entry


class SqliteTest(DatabaseTest):
    MODULE = "sqlite:distro:sys"
    DB = "users"

    def write(self, node, statement, tx=None):
        return self.ask(node, {"Write": {"statement": statement, "tx_id": tx}})

    def test_a_program_uses_its_databases_and_they_outlive_a_crash(self):
        node = self.boot()
        self.assertEqual(self.ask(node, {"Query": "SELECT 1"}), '{"Err":"NoReadCap"}')
        self.assertEqual(self.ask(node, "Open"), '"Ok"')
        self.assertEqual(self.write(node, "CREATE TABLE t (x UNIQUE)"), '"Ok"')
        self.assertEqual(self.write(node, "INSERT INTO t VALUES (1)"), '"Ok"')
        begun = json.loads(self.ask(node, "BeginTx"))["BeginTx"]["tx_id"]
        self.assertEqual(self.write(node, "INSERT INTO t VALUES (2)", begun), '"Ok"')
        self.assertEqual(self.ask(node, {"Commit": {"tx_id": begun}}), '"Ok"')
        self.assertEqual(self.ask(node, {"Query": "SELECT x FROM t"}), '"Read"')
        code, _ = node.end(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        node = self.boot()
        # The right to it is stored, too, and both rows are there.
        for row in (1, 2):
            self.assertEqual(self.write(node, f"INSERT INTO t VALUES ({row})"),
                             '{"Err":{"RusqliteError":"UNIQUE constraint failed: t.x"}}')
        code, _ = node.end()
        self.assertEqual(code, 0)

    def test_the_node_stops_although_a_statement_never_ends(self):
        node = self.boot()
        self.ask(node, "Open")
        endless = ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
                   "SELECT count(*) FROM r")
        body = json.dumps(self.message({"Query": endless}))
        asked = {"op": "send", "to": f"e2e.os@{self.MODULE}", "body": body, "expects": 60}
        for _ in range(8):
            node.rpc(ECHO, asked)
        # Others are served meanwhile.
        self.assertEqual(node.rpc(ECHO, "still there").body, b"cpp:still there")
        code, said = node.end()
        self.assertEqual(code, 0, said)

    def test_one_process_does_not_take_all_threads(self):
        node = self.boot()
        other = self.dir / "other"
        entry = manifest_entry(request_capabilities=[*ASKERS, self.MODULE],
                               grant_capabilities=["http-server:distro:sys", self.MODULE])
        make_package(other, {"main.wasm": guest("relay")}, [entry], package="other")
        node.end()
        node = self.start("--package", self.dir / "app", "--package", other)
        node.wait_for(ECHO)
        endless = ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
                   "SELECT count(*) FROM r")
        for number in range(6):
            self.assertEqual(self.ask(node, "Open", db=f"db{number}"), '"Ok"')
        for number in range(6):
            body = json.dumps(self.message({"Query": endless}, db=f"db{number}"))
            node.rpc(ECHO, {"op": "send", "to": f"e2e.os@{self.MODULE}", "body": body,
                            "expects": 60})
        mine = {"package_id": {"package_name": "other", "publisher_node": "test.os"}, "db": "mine"}
        for action in ("Open", {"Write": {"statement": "CREATE TABLE t (x)", "tx_id": None}}):
            order = {"to": f"e2e.os@{self.MODULE}", "expects": 10,
                     "body": json.dumps({**mine, "action": action})}
            node.wait_for("main:other:test.os", "{}")
            self.assertEqual(node.rpc("main:other:test.os", order).body, b'"Ok"')
        code, said = node.end()
        self.assertEqual(code, 0, said)

    def test_few_descriptors_are_enough_for_any_number_of_databases(self):
        node = self.boot()
        resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, (96, 96))
        for number in range(20):
            self.ask(node, "Open", db=f"db{number}")
        self.assertEqual(node.rpc(ECHO, "still there").body, b"cpp:still there")
        code, _ = node.end()
        self.assertEqual(code, 0)

    def test_whoever_asks_over_http_has_no_rights_of_others(self):
        node = self.boot()
        self.ask(node, "Open")
        answer = node.rpc(self.MODULE, self.message("Open"))
        self.assertEqual(answer.json, {"Err": "MismatchingPackageId"})
        answer = node.rpc(self.MODULE, self.message({"Query": "SELECT 1"}))
        self.assertEqual(answer.json, {"Err": "NoReadCap"})


if __name__ == "__main__":
    unittest.main()
