"""Programs of every world that the node runs, side by side on one node: they talk to each other,
and each finds the rules and the names that it was built for (kernel.md 2.9, 10)."""

import unittest

from node import GUESTS, NodeTest, make_package, manifest_entry, metadata

# Name that a program answers with -> its guest and the wit_version of its package.
WORLDS = {"0.7": ("world_0_7", None), "0.8": ("world_0_8", 0), "1.0": ("world_1_0", 1),
          "hyperware": ("world_hyperware", 1)}
OLD = ("0.7", "0.8")
NEW = ("1.0", "hyperware")


def package(world):
    return "in-" + world.replace(".", "-")


def process(world, name="main"):
    return f"{name}:{package(world)}:test.os"


def address(world):
    return f"e2e.os@{process(world)}"


def http_server(world):
    """The module as programs of a world call it."""
    return "http_server:distro:sys" if world in OLD else "http-server:distro:sys"


class WorldsTest(NodeTest):
    def make_package(self, world):
        """As its authors wrote it, with the names of their time. Beside it lies a program of
        another world, for a child."""
        guest, version = WORLDS[world]
        child = WORLDS["1.0" if world in OLD else "0.7"][0]
        entry = manifest_entry(
            request_capabilities=[http_server(world), "kernel:distro:sys", "vfs:distro:sys"],
            grant_capabilities=[http_server(world)])
        files = {"main.wasm": GUESTS / f"{guest}.wasm", "child.wasm": GUESTS / f"{child}.wasm"}
        return make_package(self.dir / package(world), files, [entry],
                            meta=metadata(package(world), wit_version=version))

    def start_with_worlds(self):
        args = []
        for world in WORLDS:
            args += ["--package", self.make_package(world)]
        node = self.start(*args)
        self.wait(node)
        return node

    @staticmethod
    def wait(node):
        for world in WORLDS:
            node.wait_for(process(world))

    def assert_says(self, node, world, request, answer, **more):
        got = node.rpc(process(world), request, **more)
        self.assertEqual(got.status, 200, request)
        self.assertEqual(got.body.decode(), f"{world} {answer}")
        return got

    def test_each_asks_each_other(self):
        node = self.start_with_worlds()
        for one in WORLDS:
            for other in WORLDS:
                if one == other:
                    continue
                with self.subTest(f"{one} asks {other}"):
                    answer = f"{address(other)} {other} {address(one)}"
                    self.assert_says(node, one, f"ask {address(other)} who", answer)
                    self.assert_says(node, one, f"call {address(other)} who", answer + " ctx")
                    # The other one answers in its place.
                    passed = node.rpc(process(one), f"pass {address(other)} who")
                    self.assertEqual(passed.body.decode(), f"{other} {address(one)}")

    def test_each_passes_blobs(self):
        node = self.start_with_worlds()
        blob = bytes(range(256)) * 100
        for world in WORLDS:
            with self.subTest(world):
                got = self.assert_says(node, world, "say é", "é", data=blob, mime="a/b")
                self.assertEqual((got.blob, got.mime), (blob, "a/b"))
                self.assertIsNone(self.assert_says(node, world, "say x", "x").blob)

    def test_the_nodes_own_processes_have_the_names_of_the_programs_time(self):
        node = self.start_with_worlds()
        # The kernel is told the old name, and the process has the current one.
        program = (GUESTS / "world_1_0.wasm").read_bytes()
        self.assertEqual(node.start_process("probe:app_store:sys", program), "StartedProcess")
        node.wait_for("probe:app-store:sys")
        old, current = "e2e.os@probe:app_store:sys", "e2e.os@probe:app-store:sys"
        for world in WORLDS:
            with self.subTest(world):
                self.assert_says(node, world, "who", f"e2e.os@{http_server(world)}")
                name = old if world in OLD else current
                self.assert_says(node, world, f"ask {current} who",
                                 f"{name} 1.0 {address(world)}")
                # Packages of then used both spellings, those of today know one.
                self.assert_says(node, world, f"ask {old} who", f"{old} 1.0 {address(world)}"
                                 if world in OLD else f"timeout {old}")

    def test_a_manifest_grants_by_the_names_of_its_time(self):
        node = self.start_with_worlds()
        rows = node.processes()
        for world in WORLDS:
            with self.subTest(world):
                asked = {"issuer": "e2e.os@http-server:distro:sys", "params": '"messaging"'}
                self.assertIn(asked, rows[process(world)]["capabilities"])
                granted = {"issuer": address(world), "params": '"messaging"'}
                self.assertIn(granted, rows["http-server:distro:sys"]["capabilities"])
                held = node.rpc(process(world), "held").body.decode().splitlines()
                self.assertIn(f'e2e.os@{http_server(world)}("messaging")', held)
                self.assertEqual(sum("http" in line for line in held), 1)

    def test_a_send_error_has_the_shape_of_the_world(self):
        node = self.start_with_worlds()
        nobody = "e2e.os@nobody:no:body"
        for world in WORLDS:
            with self.subTest(world):
                error = "timeout -" if world == "0.7" else f"timeout {nobody}"
                self.assert_says(node, world, f"ask {nobody} x", error)
                self.assert_says(node, world, f"call {nobody} x", error + " ctx")

    def test_blobs_follow_the_rules_of_the_world(self):
        node = self.start_with_worlds()
        for world in WORLDS:
            with self.subTest(world):
                now = world in NEW
                self.assert_says(node, world, "blob", "get b1" + " has 1 last b1" * now, data=b"b1")
                self.assert_says(node, world, "blob", "get none" + " has 0 last b1" * now)
                # A send error has none since 1.0, and before left that of the request.
                self.assert_says(node, world, "blob-after e2e.os@nobody:no:body x",
                                 "get none has 0 last b2" if now else "get b2", data=b"b2")

    def test_a_child_may_be_of_another_world(self):
        node = self.start_with_worlds()
        for world, (_, version) in WORLDS.items():
            with self.subTest(world):
                path = f"/{package(world)}:test.os/pkg/child.wasm"
                child = process(world, "child")
                self.assert_says(node, world, f"spawn child {path} {http_server(world)}", child)
                other = "1.0" if world in OLD else "0.7"
                self.assert_says(node, world, f"ask e2e.os@{child} who",
                                 f"e2e.os@{child} {other} {address(world)}")
                rows = node.processes()
                self.assertEqual(rows[child]["wit_version"], version)
                self.assertIn({"issuer": f"e2e.os@{child}", "params": '"messaging"'},
                              rows["http-server:distro:sys"]["capabilities"])
                self.assert_says(node, world, f"spawn child {path} {http_server(world)}", "error 0")

    def test_on_exit_requests_keep_their_names(self):
        node = self.start_with_worlds()
        for world in WORLDS:
            with self.subTest(world):
                target = f"e2e.os@{http_server(world)}"
                self.assert_says(node, world, f"farewell {target}", target)
                row = node.processes()[process(world)]
                self.assertEqual(row["on_exit"]["Requests"][0][0], "e2e.os@http-server:distro:sys")

    def test_commands_to_the_kernel_take_either_name(self):
        node = self.start_with_worlds()
        for name in ("http_client", "http-client"):
            self.assertEqual(node.kernel({"Debug": {"HasCap": {
                "on": process("0.8"), "cap": {"issuer": f"e2e.os@{name}:distro:sys",
                                              "params": '"messaging"'}}}}).json,
                {"Debug": {"HasCap": False}})
        node.grant(process("0.8"), "http_client:distro:sys")
        for name in ("http_client", "http-client"):
            self.assertEqual(node.kernel({"Debug": {"HasCap": {
                "on": process("0.8"), "cap": {"issuer": f"e2e.os@{name}:distro:sys",
                                              "params": '"messaging"'}}}}).json,
                {"Debug": {"HasCap": True}})

    def test_all_come_back_with_the_node(self):
        node = self.start_with_worlds()
        code, _ = node.end()
        self.assertEqual(code, 0)
        node = self.start()
        self.wait(node)
        for world in WORLDS:
            other = "1.0" if world == "0.8" else "0.8"
            self.assert_says(node, world, f"ask {address(other)} who",
                             f"{address(other)} {other} {address(world)}")


if __name__ == "__main__":
    unittest.main()
