"""A node that has something of everything, and a picture of it: two homes are equal when their
pictures are."""

import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess

from node import ASKERS, KINODE, NodeTest, guest, make_package, manifest_entry

MODULES = ("vfs", "kv", "sqlite", "state")
RELAY = "relay:app:test.os"
PACKAGE = {"package_name": "app", "publisher_node": "test.os"}
DRIVE = "/app:test.os/data"
PHRASE = "a passphrase of the test"


class Size:
    """How much a home has."""

    def __init__(self, files=200, total_bytes=20_000_000, databases=2, rows=300):
        self.files = files
        self.total_bytes = total_bytes
        self.databases = databases
        self.rows = rows


def backup(*args, phrase=PHRASE):
    """`kinode ARGS` with that passphrase: exit code, stdout, stderr."""
    environment = {**os.environ, "KINODE_BACKUP_PASSPHRASE": phrase}
    done = subprocess.run([KINODE, *map(str, args)], stdin=subprocess.DEVNULL, capture_output=True,
                          env=environment, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def folder_bytes(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob("*") if path.is_file())


def tree(folder):
    """Every file, directory and link below it: mode, time, content."""
    out = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        stat = path.lstat()
        content = None
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file():
            with path.open("rb") as file:
                content = digest(file)
        out[str(path.relative_to(folder))] = (stat.st_mode, stat.st_mtime_ns, content)
    return out


def digest(file):
    hashed = hashlib.blake2b()
    while part := file.read(1 << 20):
        hashed.update(part)
    return hashed.hexdigest()


class BackupHomeTest(NodeTest):
    """A derived test has a node with a program that passes requests on to all modules."""

    def boot(self, home=None, package=True):
        folder = self.dir / "app"
        if not folder.exists():
            modules = [f"{module}:distro:sys" for module in MODULES]
            entry = manifest_entry(process_name="relay", request_capabilities=[*ASKERS, *modules],
                                   grant_capabilities=["http-server:distro:sys", *modules])
            make_package(folder, {"main.wasm": guest("relay")}, [entry], package="app")
        node = self.start(*(("--package", folder) if package else ()), home=home)
        node.wait_for(RELAY, "{}")
        return node

    def ask(self, node, module, body, data=None):
        order = {"to": f"e2e.os@{module}:distro:sys", "body": json.dumps(body), "expects": 30}
        answer = node.rpc(RELAY, order, data=data, expects=40)
        self.assertEqual(answer.status, 200, (body, answer))
        self.assertNotIn(b'"Err"', answer.body, body)
        return answer

    def database(self, node, module, number, action, data=None):
        body = {"package_id": PACKAGE, "db": f"db{number}", "action": action}
        return self.ask(node, module, body, data)

    def fill(self, node, size):
        """Files on the drive, keys, rows, a state, and rights."""
        self.ask(node, "vfs", {"path": DRIVE, "action": "CreateDrive"})
        self.write_files(self.home / "vfs/app:test.os/data", size)
        for number in range(size.databases):
            self.database(node, "kv", number, "Open")
            self.database(node, "sqlite", number, "Open")
            statement = "CREATE TABLE t (n INTEGER PRIMARY KEY, x TEXT)"
            self.database(node, "sqlite", number, {"Write": {"statement": statement}})
            for row in range(size.rows):
                self.database(node, "kv", number, {"Set": {"key": [row % 256, row // 256]}},
                              b"value %d " % row * (row % 50 + 1))
                statement = f"INSERT INTO t VALUES ({row}, '{'x' * (row % 300)}')"
                self.database(node, "sqlite", number, {"Write": {"statement": statement}})
        self.ask(node, "state", {"SetState": RELAY}, b"the state of the relay")
        caps = [{"issuer": f"e2e.os@{RELAY}", "params": json.dumps({"right": n})}
                for n in range(20)]
        node.rpc("kernel:distro:sys", {"GrantCapabilities": {"target": RELAY,
                                                             "capabilities": caps}}, expects=None)
        node.processes()  # answered after the grants

    def write_files(self, drive, size):
        """A fifth of the bytes in many small files, the rest in a few large ones."""
        chance = random.Random(7)
        small = max(1, size.total_bytes // 5 // size.files)
        for number in range(size.files):
            folder = drive / f"d{number % 100}"
            folder.mkdir(exist_ok=True)
            (folder / f"f{number}").write_bytes(chance.randbytes(chance.randrange(2 * small)))
        left = size.total_bytes * 4 // 5
        for number in range(8):
            with (drive / f"large{number}").open("wb") as file:
                for _ in range(left // 8 // 1_000_000 + 1):
                    half = chance.randbytes(500_000)
                    file.write(half + bytes(500_000))
        (drive / "link").symlink_to("d0/f0")
        (drive / "empty").mkdir()
        os.chmod(drive / "d0/f0", 0o600)

    def picture(self, node, databases):
        """What the node says of itself: rows, keys, state, processes with their rights."""
        out = {"state": self.ask(node, "state", {"GetState": RELAY}).blob, "keys": [], "rows": []}
        for number in range(databases):
            self.database(node, "kv", number, "Open")
            self.database(node, "sqlite", number, "Open")
            out["keys"].append(json.loads(self.database(node, "kv", number, {"Scan": {}}).blob))
            query = {"Query": "SELECT * FROM t ORDER BY n"}
            out["rows"].append(json.loads(self.database(node, "sqlite", number, query).blob))
        out["processes"] = {
            name: {**row, "capabilities": sorted(row["capabilities"], key=json.dumps)}
            for name, row in node.processes().items()}
        return out

    def check_databases(self, home, databases):
        for number in range(databases):
            with sqlite3.connect(home / f"sqlite/app:test.os/db{number}/db{number}.db") as one:
                self.assertEqual(one.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            one.close()
