"""The test guest in Python, on the bindings of componentize-py for world kinode:process@1.0.0.

The guests of every language answer the same requests byte for byte, so one test drives them all.
A request's body is a JSON object with "op"; the answer's body is compact JSON. T is text, A an
address "node@process:package:publisher", C a capability {"issuer":A,"params":T}; what stands in
brackets may be left out or null.

  {"op":"echo","text":T}                      {"ok":T,"lang":"python"} and the request's blob
  {"op":"our"}                                {"ok":A}
  {"op":"print","text":T}                     {"ok":null}; prints at verbosity 0
  {"op":"set_state","text":T}                 {"ok":null}
  {"op":"get_state"}                          {"ok":T}, {"ok":null} without state
  {"op":"clear_state"}                        {"ok":null}
  {"op":"on_exit_get"}                        {"ok":"None"|"Restart"|"Requests"}
  {"op":"on_exit_set","to":"None"|"Restart"}  {"ok":null}
  {"op":"on_exit_set","to":"Requests","target":A,"body":T}   {"ok":null}
  {"op":"caps"}                               {"ok":[C...]}
  {"op":"save_caps"|"drop_caps","caps":[C...]}               {"ok":null}
  {"op":"send","to":A,"body":T[,"expects":seconds][,"context":T]}
                                              {"ok":null}; what comes back goes to the log
  {"op":"send_many","to":A,"bodies":[T...][,"expects":seconds]}
                                              the same for several requests in one call
  {"op":"log"}                                {"ok":[entry...]}, then the log is empty; an entry is
                                              {"kind":"response","body":T,"context":T|null} or
                                              {"kind":"error","error":E,"target":A,"context":T|null}
  {"op":"await","to":A,"body":T,"expects":seconds}
                                              {"ok":T} or {"err":E}, E being "timeout"|"offline"
  {"op":"spawn","path":T[,"name":T][,"caps":[C...]][,"public":bool]
                [,"grants":[{"to":P,"params":T}...]]}
                                              {"ok":P} or {"err":"name-taken"|"no-file-at-path"},
                                              P being "process:package:publisher"
  {"op":"blob"}                               {"has":bool,"get":bytes|null,"last":bytes|null}
  {"op":"vfs","drive":T}                      {"ok":[what was read...]}: writes, reads and removes a
                                              file in a new drive (not in C++)
  {"op":"storage"}                            {"ok":{"kv":[...],"sqlite":[...]}}: what using
                                              databases of its own gave, by steps; not in C++
  {"op":"trap"}                               no answer
  {"op":"exit"}                               {"ok":null}, then init returns

Any other body is echoed behind "python:", with its blob. An object that is none of the above gets
{"err":"bad request","detail":T}; only the detail differs between languages.
"""

import json

import wit_world
from componentize_py_types import Err
from wit_world.imports import standard as kinode

LANG = "python"
# The JSON reader of the Rust guest stops here too; Python's would overflow the stack much deeper.
DEPTH_MAX = 127


class BadRequest(Exception):
    """The request is an object, but not one that the table above allows."""


class Exit(Exception):
    """Ends init after the answer has gone out."""


def field(request, name, kind):
    value = request.get(name)
    # bool is an int in Python, but not in JSON.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadRequest(f"{name} must be of type {kind.__name__}")
    return value


def text(request, name):
    return field(request, name, str)


def optional(request, name, kind):
    return None if request.get(name) is None else field(request, name, kind)


def seconds(request, read=field):
    value = read(request, "expects", int)
    if value is not None and not 0 <= value < 2**64:
        raise BadRequest("expects must be a u64")
    return value


def process_id(written):
    parts = written.split(":")
    if len(parts) != 3 or not all(parts):
        raise BadRequest(f"not a process id: {written}")
    return kinode.ProcessId(*parts)


def address(written):
    node, at, process = written.partition("@")
    if not (node and at) or "@" in process:
        raise BadRequest(f"not an address: {written}")
    return kinode.Address(node, process_id(process))


def process_text(process):
    return f"{process.process_name}:{process.package_name}:{process.publisher_node}"


def address_text(of):
    return f"{of.node}@{process_text(of.process)}"


def lossy(data):
    return None if data is None else data.decode("utf-8", "replace")


def capabilities(request, read=field):
    return [
        kinode.Capability(address(text(cap, "issuer")), text(cap, "params"))
        for cap in objects(request, "caps", read)
    ]


def objects(request, name, read=field):
    values = read(request, name, list) or []
    if not all(isinstance(value, dict) for value in values):
        raise BadRequest(f"{name} must be a list of objects")
    return values


def outgoing(body, expects):
    return kinode.Request(False, expects, body.encode(), None, [])


def size(blob):
    return None if blob is None else len(blob.bytes)


def nesting(body):
    """How deep brackets nest in the body, at most; those inside of strings count as well."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return 0
    depth = deepest = 0
    for byte in body:
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
    return deepest


def as_object(body):
    """The body as a JSON object, None if it is none. Text that is not Unicode counts as none."""
    if nesting(body) > DEPTH_MAX:
        return None
    try:
        # parse_constant=int refuses NaN and Infinity, which Python reads but JSON does not have.
        value = json.loads(body.decode("utf-8"), parse_constant=int)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def respond(body, blob=None):
    kinode.send_response(kinode.Response(False, body, None, []), blob)


class Database:
    """A database of this package: `ask` gives the answer, and the blob beside it."""

    def __init__(self, module, db):
        our = kinode.our()
        self.to = kinode.Address(our.node, kinode.ProcessId(module, "distro", "sys"))
        self.head = {
            "package_id": {"package_name": our.process.package_name,
                           "publisher_node": our.process.publisher_node},
            "db": db,
        }

    def ask(self, action, blob=None):
        body = json.dumps({**self.head, "action": action})
        sent = None if blob is None else kinode.LazyLoadBlob(None, blob)
        _, message = kinode.send_and_await_response(self.to, outgoing(body, 10), sent)
        response, _ = message.value
        got = kinode.get_blob()
        return json.loads(response.body), None if got is None else got.bytes

    def result(self, action, blob=None):
        """The answer as the Rust library tells it."""
        answer, got = self.ask(action, blob)
        if isinstance(answer, dict) and "Err" in answer:
            return {"err": answer["Err"]}
        if got is not None and answer != "Ok":
            return {"ok": json.loads(got)}
        return {"ok": None}


def storage_pairs():
    db = Database("kv", "numbers")
    db.ask("Open")
    # Keys and values as the Rust library writes them: JSON.
    one, two = list(b'"one"'), list(b'"two"')
    def put(key, value, tx=None):
        return db.result({"Set": {"key": key, "tx_id": tx}}, value)
    out = [put(one, b"1"), db.result({"Get": one})]
    tx = db.ask("BeginTx")[0]["BeginTx"]["tx_id"]
    out += [put(two, b"2", tx), "err" in db.result({"Get": two})]
    out += [db.result({"Commit": {"tx_id": tx}}), db.result({"Get": two})]
    out += [db.result({"Delete": {"key": one, "tx_id": None}}), "err" in db.result({"Get": one})]
    return [*out, db.result("RemoveDb")]


def storage_rows():
    db = Database("sqlite", "people")
    db.ask("Open")
    def write(statement, parameters, tx=None):
        blob = json.dumps(parameters).encode()
        return db.result({"Write": {"statement": statement, "tx_id": tx}}, blob)
    insert = "INSERT INTO people (name) VALUES (?)"
    out = [write("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)", []),
           write(insert, ["Bob"])]
    tx = db.ask("BeginTx")[0]["BeginTx"]["tx_id"]
    out += [write(insert, ["Ann"], tx), db.result({"Commit": {"tx_id": tx}})]
    read = "SELECT name FROM people WHERE id < ? ORDER BY id"
    out += [db.result({"Query": read}, b"[3]"),
            "err" in db.result({"Query": "DELETE FROM people"})]
    return [*out, db.result("RemoveDb")]


class Guest:
    """One op_<name> per operation; each returns the answer or raises BadRequest."""

    def __init__(self):
        self.log = []

    def serve(self):
        while True:
            try:
                _, message = kinode.receive()
            except Err as err:
                error, context = err.value
                self.log.append({
                    "kind": "error",
                    "error": error.kind.name.lower(),
                    "target": address_text(error.target),
                    "context": lossy(context),
                })
                continue
            if isinstance(message, kinode.Message_Request):
                self.answer(message.value.body)
            else:
                response, context = message.value
                self.log.append({
                    "kind": "response",
                    "body": lossy(response.body),
                    "context": lossy(context),
                })

    def answer(self, body):
        request = as_object(body)
        if request is None:
            respond(LANG.encode() + b":" + body, kinode.get_blob())
            return
        blob = kinode.get_blob() if request.get("op") == "echo" else None
        leave = False
        try:
            reply = self.operation(request)
        except BadRequest as err:
            reply, blob = {"err": "bad request", "detail": str(err)}, None
        except Exit:
            reply, leave = {"ok": None}, True
        respond(json.dumps(reply, ensure_ascii=False, separators=(",", ":")).encode(), blob)
        if leave:
            raise Exit

    def operation(self, request):
        name = text(request, "op")
        operation = getattr(self, "op_" + name, None)
        if operation is None:
            raise BadRequest(f"unknown op: {name}")
        return operation(request)

    def op_echo(self, request):
        return {"ok": text(request, "text"), "lang": LANG}

    def op_our(self, _):
        return {"ok": address_text(kinode.our())}

    def op_print(self, request):
        kinode.print_to_terminal(0, text(request, "text"))
        return {"ok": None}

    def op_set_state(self, request):
        kinode.set_state(text(request, "text").encode())
        return {"ok": None}

    def op_get_state(self, _):
        return {"ok": lossy(kinode.get_state())}

    def op_clear_state(self, _):
        kinode.clear_state()
        return {"ok": None}

    def op_on_exit_get(self, _):
        names = {
            kinode.OnExit_None_: "None",
            kinode.OnExit_Restart: "Restart",
            kinode.OnExit_Requests: "Requests",
        }
        return {"ok": names[type(kinode.get_on_exit())]}

    def op_on_exit_set(self, request):
        to = text(request, "to")
        if to == "None":
            on_exit = kinode.OnExit_None_()
        elif to == "Restart":
            on_exit = kinode.OnExit_Restart()
        elif to == "Requests":
            target, body = address(text(request, "target")), text(request, "body")
            on_exit = kinode.OnExit_Requests([(target, outgoing(body, None), None)])
        else:
            raise BadRequest(f"cannot set on-exit to {to}")
        kinode.set_on_exit(on_exit)
        return {"ok": None}

    def op_caps(self, _):
        return {"ok": [
            {"issuer": address_text(cap.issuer), "params": cap.params}
            for cap in kinode.our_capabilities()
        ]}

    def op_save_caps(self, request):
        kinode.save_capabilities(capabilities(request))
        return {"ok": None}

    def op_drop_caps(self, request):
        kinode.drop_capabilities(capabilities(request))
        return {"ok": None}

    def op_send(self, request):
        context = optional(request, "context", str)
        kinode.send_request(
            address(text(request, "to")),
            outgoing(text(request, "body"), seconds(request, optional)),
            None if context is None else context.encode(),
            None,
        )
        return {"ok": None}

    def op_send_many(self, request):
        to, expects = address(text(request, "to")), seconds(request, optional)
        bodies = field(request, "bodies", list)
        if not all(isinstance(body, str) for body in bodies):
            raise BadRequest("bodies must be a list of str")
        kinode.send_requests([(to, outgoing(body, expects), None, None) for body in bodies])
        return {"ok": None}

    def op_log(self, _):
        taken, self.log = self.log, []
        return {"ok": taken}

    def op_await(self, request):
        to = address(text(request, "to"))
        sent = outgoing(text(request, "body"), seconds(request))
        try:
            _, message = kinode.send_and_await_response(to, sent, None)
        except Err as err:
            return {"err": err.value.kind.name.lower()}
        response, _ = message.value
        return {"ok": lossy(response.body)}

    def op_spawn(self, request):
        grants = [
            (process_id(text(grant, "to")), text(grant, "params"))
            for grant in objects(request, "grants", optional)
        ]
        try:
            child = kinode.spawn(
                optional(request, "name", str),
                text(request, "path"),
                kinode.OnExit_None_(),
                capabilities(request, optional),
                grants,
                optional(request, "public", bool) or False,
            )
        except Err as err:
            return {"err": err.value.name.lower().replace("_", "-")}
        return {"ok": process_text(child)}

    def op_blob(self, _):
        return {
            "has": kinode.has_blob(),
            "get": size(kinode.get_blob()),
            "last": size(kinode.last_blob()),
        }

    def op_vfs(self, request):
        def ask(path, action, data=None):
            blob = None if data is None else kinode.LazyLoadBlob(None, data)
            body = json.dumps({"path": path, "action": action})
            to = kinode.Address("our", kinode.ProcessId("vfs", "distro", "sys"))
            _, message = kinode.send_and_await_response(to, outgoing(body, 5), blob)
            return json.loads(message.value[0].body)

        def read(action):
            answer = ask(path, action)
            return kinode.get_blob().bytes.decode() if answer == "Read" else answer

        process = kinode.our().process
        drive = f"/{process.package_name}:{process.publisher_node}/{text(request, 'drive')}"
        path = f"{drive}/a.txt"
        ask(drive, "CreateDrive")
        ask(path, "CreateFile")
        ask(path, "WriteAll", b"hello ")
        ask(path, "WriteAll", b"world")
        ask(path, "Append", b"!")
        seen = [read("Read")]
        ask(path, {"Seek": {"Start": 6}})
        seen.append(ask(path, "ReadToString")["ReadToString"])
        seen.append(ask(path, "Metadata")["Metadata"]["len"])
        ask(path, {"SetLen": 5})
        seen.append(read("Read"))
        seen += [entry["path"] for entry in ask(drive, "ReadDir")["ReadDir"]]
        ask(path, "RemoveFile")
        seen.append(ask(path, {"OpenFile": {"create": False}})["Err"]["IOError"])
        return {"ok": seen}

    def op_storage(self, _):
        return {"ok": {"kv": storage_pairs(), "sqlite": storage_rows()}}

    def op_trap(self, _):
        raise RuntimeError("trap requested")

    def op_exit(self, _):
        raise Exit


class WitWorld(wit_world.WitWorld):
    def init(self, our: str) -> None:
        try:
            Guest().serve()
        except Exit:
            pass
