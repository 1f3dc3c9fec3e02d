"""A real node for tests: starts the program, talks to it over HTTP, reads what it prints.

KINODE_BUILD_DIR says where the build is; without it the newest of build/ is taken."""

import base64
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# Generous: a sanitizer build on a slow machine with others at work.
PATIENCE = 90


def build_dir():
    named = os.environ.get("KINODE_BUILD_DIR")
    if named:
        return pathlib.Path(named)
    programs = sorted(SOURCE.glob("build/*/src/node/kinode"), key=lambda p: p.stat().st_mtime)
    if not programs:
        raise SystemExit("no build found: run `make test`, or set KINODE_BUILD_DIR")
    return programs[-1].parents[2]


BUILD = build_dir()
KINODE = BUILD / "src/node/kinode"
GUESTS = BUILD / "guests"
SCRATCH = BUILD / "e2e"
COMPILED = SCRATCH / "compiled"


def guest(name):
    return GUESTS / f"{name}.wasm"


def wait_until(condition, what, seconds=PATIENCE):
    """Polls; an assertion error that says what was waited for (text, or a function of it)."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            what = what() if callable(what) else what
            raise AssertionError(f"still not after {seconds} s: {what}")
        pause.wait(0.01)


class Answer:
    """An answer of the RPC endpoint. body and blob are bytes; blob and mime None without one."""

    def __init__(self, status, raw):
        self.status = status
        self.raw = raw
        self.body = self.blob = self.mime = None
        if status == 200 and raw:
            answer = json.loads(raw)
            self.body = bytes(answer["body"])
            if answer["lazy_load_blob"] is not None:
                self.mime = answer["lazy_load_blob"]["mime"]
                self.blob = base64.b64decode(bytes(answer["lazy_load_blob"]["bytes"]))

    @property
    def json(self):
        assert self.status == 200, f"status {self.status}"
        return json.loads(self.body)

    def __repr__(self):
        return f"Answer({self.status}, {self.raw[:200]!r})"


class Output:
    """The lines of a stream, collected by a thread of its own."""

    def __init__(self, stream):
        self._lines = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, args=(stream,), daemon=True)
        self._thread.start()

    def _run(self, stream):
        for line in stream:
            with self._lock:
                self._lines.append(line.decode("utf-8", "replace").rstrip("\n"))
        stream.close()

    def text(self):
        with self._lock:
            return "\n".join(self._lines)

    def finish(self):
        self._thread.join(PATIENCE)
        return self.text()


class Node:
    """One running node. Use start(); whoever made it calls kill() or stop() at the end."""

    def __init__(self, process, name, port, output):
        self.process = process
        self.name = name
        self.port = port
        self.output = output

    @staticmethod
    def start(home, *args, name="e2e.os"):
        """Starts a node and waits until it serves. AssertionError with its output if it ends."""
        read_end, write_end = os.pipe()
        command = [KINODE, home, "--fake-node-name", name, "--port", "0", "--detached",
                   "--control-fd", str(write_end), *map(str, args)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, pass_fds=[write_end])
        os.close(write_end)
        output = Output(process.stdout)
        line = b""
        with os.fdopen(read_end, "rb", buffering=0) as control:
            if select.select([control], [], [], PATIENCE)[0]:
                line = control.read(4096)
        if not line:
            process.kill()
            process.wait()
            raise AssertionError(f"the node did not start: {output.finish()}")
        return Node(process, name, json.loads(line)["http_port"], output)

    def connection(self, timeout=PATIENCE):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def rpc(self, process, body="", expects=15, data=None, mime=None, connection=None, **more):
        """One request to a process; `body` is text, or something that becomes JSON."""
        if not isinstance(body, str):
            body = json.dumps(body)
        call = {"process": process, "body": body, "expects_response": expects, **more}
        if data is not None:
            call["data"] = base64.b64encode(data).decode()
            call["mime"] = mime
        own = connection is None
        connection = connection or self.connection()
        try:
            connection.request("POST", "/rpc:distro:sys/message", json.dumps(call),
                               {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            if own:
                connection.close()

    def wait_for(self, process, body="ready?"):
        """Asks until the process answers: the first start compiles it."""
        return wait_until(lambda: (answer := self.rpc(process, body)).status == 200 and answer,
                          lambda: f"{process} answers; printed so far:\n{self.output.text()}",
                          6 * PATIENCE)

    def kernel(self, command, **more):
        return self.rpc("kernel:distro:sys", command, **more)

    def processes(self, connection=None):
        """The process map: id -> row."""
        answer = self.kernel({"Debug": "ProcessMap"}, connection=connection)
        return answer.json["Debug"]["ProcessMap"]

    def grant(self, process, to, connection=None):
        """Lets a process of this node message another one, for instance whoever asks it."""
        cap = {"issuer": f"{self.name}@{to}", "params": '"messaging"'}
        self.rpc("kernel:distro:sys",
                 {"GrantCapabilities": {"target": process, "capabilities": [cap]}},
                 expects=None, connection=connection)

    def start_process(self, process, component, on_exit="None"):
        """Makes and runs a process of a component's bytes, which may answer requests over HTTP; the
        kernel's answer to the step that went wrong, or to the last."""
        made = self.kernel({"InitializeProcess": {
            "id": process, "wasm_bytes_handle": "", "wit_version": 1, "on_exit": on_exit,
            "initial_capabilities": [], "public": True}}, data=component)
        if made.status != 200 or made.json != "InitializedProcess":
            return made.json if made.status == 200 else made.status
        self.grant(process, "http-server:distro:sys")
        return self.kernel({"RunProcess": process}).json

    def printed(self, pattern, seconds=PATIENCE):
        """Waits until a line that matches has been printed."""
        return wait_until(lambda: re.search(pattern, self.output.text()),
                          lambda: f"the node prints {pattern!r}; it printed:\n{self.output.text()}",
                          seconds)

    def alive(self):
        return self.process.poll() is None

    def end(self, number=signal.SIGTERM):
        """Sends a signal; the exit code and all output."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        code = self.process.wait(PATIENCE)
        return code, self.output.finish()

    def kill(self):
        """At once, however it is; nothing if it has ended already."""
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.output.finish()


def run_kinode(*args, timeout=PATIENCE):
    """Runs the program until it ends by itself: exit code, stdout, stderr."""
    done = subprocess.run([KINODE, *map(str, args)], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=timeout, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


# To answer, a process needs the right to message whoever asks (kernel.md 3.4).
ASKERS = ("http-server:distro:sys", "timer:distro:sys", "kernel:distro:sys")


def manifest_entry(**changes):
    """An entry that is right; None as a value leaves the field out."""
    entry = {"process_name": "main", "process_wasm_path": "/main.wasm", "on_exit": "Restart",
             "request_networking": False, "request_capabilities": list(ASKERS),
             "grant_capabilities": ["http-server:distro:sys"], "public": True}
    entry.update(changes)
    return {key: value for key, value in entry.items() if value is not None}


def metadata(package="app", **changes):
    properties = {"package_name": package, "publisher": "test.os", "current_version": "1.0.0",
                  "mirrors": [], "code_hashes": {"1.0.0": ""}, "wit_version": 1}
    properties.update(changes)
    return {"name": package, "description": "", "properties": properties}


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def make_package(folder, files, manifest=None, package="app", meta=None):
    """A package directory <package>:test.os. `files`: name -> bytes or a path. `manifest` and
    `meta`: text, or something that becomes JSON; by default one process main from main.wasm."""
    folder = pathlib.Path(folder)
    (folder / "pkg").mkdir(parents=True)
    for name, content in files.items():
        if isinstance(content, pathlib.Path):
            content = content.read_bytes()
        (folder / "pkg" / name).write_bytes(content)
    manifest = [manifest_entry()] if manifest is None else manifest
    (folder / "pkg/manifest.json").write_text(as_text(manifest))
    (folder / "metadata.json").write_text(as_text(metadata(package) if meta is None else meta))
    return folder


def make_zip(path, folder):
    """The zip of a package directory's pkg/, with its metadata beside it, as kit does it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((folder / "pkg").iterdir()):
            archive.write(file, file.name)
    shutil.copy(folder / "metadata.json", path.with_suffix(".metadata.json"))
    return path


SMALL_ECHO = "small-echo:tools:test.os"
COUNTER = "state-counter:tools:test.os"
SPAWNER = "spawner:tools:test.os"


def tools_package(folder):
    """A package tools:test.os of an echo, a counter that keeps its state, and a spawner, which can
    also start the guests beside it."""
    spawned = ("floods", "loops_forever", "eats_memory", "exits")
    names = ("small-echo", "state-counter", "spawner")
    files = {name: f"{name.replace('-', '_')}.wasm" for name in (*names, *spawned)}
    manifest = [manifest_entry(process_name=name, process_wasm_path=f"/{files[name]}")
                for name in names]
    files = {file: GUESTS / file for file in files.values()}
    return make_package(folder, files, manifest, package="tools")


def link_images(source, target):
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for image in source.glob("*.image"):
        try:
            os.link(image, target / image.name)
        except FileExistsError:
            pass
        except OSError:  # another file system
            shutil.copy2(image, target / image.name)


def lend_compiled(home):
    """Gives a home what earlier tests compiled: that takes most of their time otherwise."""
    if COMPILED.exists():
        link_images(COMPILED, home / ".compiled")


def collect_compiled(folder):
    for home in folder.glob("*/.compiled"):
        link_images(home, COMPILED)


class NodeTest(unittest.TestCase):
    """A test with a directory of its own, self.dir, and nodes that end with it."""

    maxDiff = None

    def setUp(self):
        SCRATCH.mkdir(exist_ok=True)
        self.dir = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.addCleanup(collect_compiled, self.dir)

    @property
    def home(self):
        return self.dir / "home"

    def start(self, *args, home=None, **more):
        home = pathlib.Path(home or self.home)
        lend_compiled(home)
        node = Node.start(home, *args, **more)
        self.addCleanup(node.kill)
        return node

    def start_with_tools(self, *args, **more):
        """A node with the package of tools_package."""
        folder = self.dir / "tools"
        if not folder.exists():
            tools_package(folder)
        return self.start("--package", folder, *args, **more)

    def assert_answers(self, node, process=SMALL_ECHO):
        """The node still works: a guest answers."""
        self.assertEqual(node.rpc(process, "still there").body, b"still there")
