"""Databases of a real node, asked by a program in C++ that passes requests on."""

import json

from node import ASKERS, NodeTest, guest, make_package, manifest_entry

ECHO = "echo:app:test.os"
PACKAGE = {"package_name": "app", "publisher_node": "test.os"}


class DatabaseTest(NodeTest):
    """A derived test names the module and the database that is meant when none is named."""

    MODULE = DB = None

    def boot(self):
        folder = self.dir / "app"
        if not folder.exists():
            entry = manifest_entry(process_name="echo",
                                   request_capabilities=[*ASKERS, self.MODULE],
                                   grant_capabilities=["http-server:distro:sys", self.MODULE])
            make_package(folder, {"main.wasm": guest("cpp_echo")}, [entry], package="app")
        node = self.start("--package", folder)
        node.wait_for(ECHO)
        return node

    def message(self, action, db=None):
        return {"package_id": PACKAGE, "db": db or self.DB, "action": action}

    def ask(self, node, action, db=None):
        """What the program is answered when it asks; text."""
        asked = {"op": "await", "to": f"e2e.os@{self.MODULE}",
                 "body": json.dumps(self.message(action, db)), "expects": 10}
        return node.rpc(ECHO, asked).json["ok"]
