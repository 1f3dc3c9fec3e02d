#include "operations.h"

#include "storage.h"

using namespace kinode;

namespace cpp_echo {
namespace {

struct Op {
  std::string op;
};
KINODE_JSON(Op, op)

struct Text {
  std::string text;
};
KINODE_JSON(Text, text)

struct Drive {
  std::string drive;
};
KINODE_JSON(Drive, drive)

struct Echoed {
  std::string ok;
  std::string lang = "cpp";
};
KINODE_JSON(Echoed, ok, lang)

struct Cap {
  Address issuer;
  std::string params;
};
KINODE_JSON(Cap, issuer, params)

struct Caps {
  std::vector<Cap> caps;
};
KINODE_JSON(Caps, caps)

struct OnExitTo {
  std::string to;
};
KINODE_JSON(OnExitTo, to)

struct OnExitRequest {
  Address target;
  std::string body;
};
KINODE_JSON(OnExitRequest, target, body)

struct Send {
  Address to;
  std::string body;
  std::optional<uint64_t> expects;
  std::optional<std::string> context;
};
KINODE_JSON(Send, to, body, expects, context)

struct SendMany {
  Address to;
  std::vector<std::string> bodies;
  std::optional<uint64_t> expects;
};
KINODE_JSON(SendMany, to, bodies, expects)

struct Await {
  Address to;
  std::string body;
  uint64_t expects;
};
KINODE_JSON(Await, to, body, expects)

struct Grant {
  ProcessId to;
  std::string params;
};
KINODE_JSON(Grant, to, params)

struct Child {
  std::string path;
  std::optional<std::string> name;
  std::optional<std::vector<Cap>> caps;
  std::optional<std::vector<Grant>> grants;
  std::optional<bool> public_;
};
KINODE_JSON(Child, path, name, caps, grants, public_)

struct BlobSizes {
  bool has;
  std::optional<size_t> get;
  std::optional<size_t> last;
};
KINODE_JSON(BlobSizes, has, get, last)

/// An answer's body, or why the request is none that the table allows.
using Answer = std::expected<std::string, std::string>;

template <class T>
std::string ok(const T& value) {
  return "{\"ok\":" + to_json(value) + "}";
}
std::string ok() { return "{\"ok\":null}"; }
std::string err(std::string_view what) { return "{\"err\":" + to_json(std::string(what)) + "}"; }

std::vector<Capability> capabilities(const std::vector<Cap>& caps) {
  std::vector<Capability> all;
  all.reserve(caps.size());
  for (const auto& cap : caps) all.emplace_back(cap.issuer, cap.params);
  return all;
}

template <class T>
Request request(const T& op, std::string_view body) {
  auto request = Request::to(op.to).body(body);
  if (op.expects) request.expects(*op.expects);
  return request;
}

std::string print_text(const Text& op) {
  print(op.text);
  return ok();
}

std::string save_text(const Text& op) {
  set_state(op.text);
  return ok();
}

std::string saved_text() {
  const auto state = get_state();
  return ok(state.transform([](const Bytes& bytes) { return lossy_utf8(bytes); }));
}

std::string on_exit_name() {
  constexpr std::string_view kNames[] = {"None", "Restart", "Requests"};
  return ok(std::string(kNames[static_cast<size_t>(OnExit::get().kind())]));
}

Answer set_on_exit(std::string_view body, const OnExitTo& op) {
  if (op.to == "None") {
    OnExit::none().set();
  } else if (op.to == "Restart") {
    OnExit::restart().set();
  } else if (op.to == "Requests") {
    const auto request = from_json<OnExitRequest>(body);
    if (!request) return std::unexpected(request.error());
    std::vector<Request> requests;
    requests.push_back(Request::to(request->target).body(request->body));
    OnExit::requests(std::move(requests)).set();
  } else {
    return std::unexpected("cannot set on-exit to " + op.to);
  }
  return ok();
}

std::string held_capabilities() {
  const auto held = our_capabilities();
  std::vector<Cap> caps;
  for (const auto capability : held) {
    caps.push_back({capability.issuer, std::string(capability.params)});
  }
  return ok(caps);
}

std::string save(const Caps& op) {
  save_capabilities(capabilities(op.caps));
  return ok();
}

std::string drop(const Caps& op) {
  drop_capabilities(capabilities(op.caps));
  return ok();
}

std::string send_one(const Send& op) {
  auto sent = request(op, op.body);
  if (op.context) sent.context(*op.context);
  sent.send();
  return ok();
}

std::string send_many(const SendMany& op) {
  std::vector<Request> requests;
  requests.reserve(op.bodies.size());
  for (const auto& body : op.bodies) requests.push_back(request(op, body));
  send_all(requests);
  return ok();
}

std::string await_one(const Await& op) {
  const auto answer = Request::to(op.to).body(op.body).send_and_await(op.expects);
  return answer ? ok(lossy_utf8(answer->body())) : err(answer.error().name());
}

std::string spawn_one(const Child& op) {
  Spawn spawn(op.path);
  if (op.name) spawn.name(*op.name);
  if (op.caps) {
    for (auto& capability : capabilities(*op.caps)) spawn.request_capability(capability);
  }
  if (op.grants) {
    for (const auto& grant : *op.grants) spawn.grant_capability(grant.to, grant.params);
  }
  const auto child = spawn.make_public(op.public_.value_or(false)).start();
  return child ? ok(*child) : err(describe(child.error()));
}

std::string blob_sizes() {
  constexpr auto kSize = [](const Blob& blob) { return blob.bytes().size(); };
  return to_json(BlobSizes{has_blob(), get_blob().transform(kSize), last_blob().transform(kSize)});
}

/// Reads the request as an Op and does it.
template <class T>
Answer with(std::string_view body, std::string (*act)(const T&)) {
  const auto op = from_json<T>(body);
  if (!op) return std::unexpected(op.error());
  return act(*op);
}

Answer operation(std::string_view name, std::string_view body, Log& log) {
  if (name == "echo") {
    return with<Text>(body, [](const Text& op) { return to_json(Echoed{.ok = op.text}); });
  }
  if (name == "our") return ok(our());
  if (name == "print") return with<Text>(body, print_text);
  if (name == "set_state") return with<Text>(body, save_text);
  if (name == "get_state") return saved_text();
  if (name == "clear_state") return clear_state(), ok();
  if (name == "on_exit_get") return on_exit_name();
  if (name == "on_exit_set") {
    const auto op = from_json<OnExitTo>(body);
    return op ? set_on_exit(body, *op) : std::unexpected(op.error());
  }
  if (name == "caps") return held_capabilities();
  if (name == "save_caps") return with<Caps>(body, save);
  if (name == "drop_caps") return with<Caps>(body, drop);
  if (name == "send") return with<Send>(body, send_one);
  if (name == "send_many") return with<SendMany>(body, send_many);
  if (name == "log") return ok(std::exchange(log, {}));
  if (name == "await") return with<Await>(body, await_one);
  if (name == "spawn") return with<Child>(body, spawn_one);
  if (name == "blob") return blob_sizes();
  if (name == "storage") return ok(JsonText{use_storage()});
  if (name == "vfs") {
    return with<Drive>(body, [](const Drive& op) { return ok(JsonText{use_files(op.drive)}); });
  }
  if (name == "trap") panic("trap requested");
  if (name == "exit") return ok();
  return std::unexpected("unknown op: " + std::string(name));
}

void respond_with(std::string body, std::optional<Blob> blob) {
  Response().body(std::move(body)).blob(std::move(blob)).send();
}

}  // namespace

Next answer(std::string_view body, Log& log) {
  const auto json = json_value(body);
  if (!json || !json->starts_with('{')) {
    respond_with("cpp:" + std::string(body), get_blob());
    return Next::kReceive;
  }
  const auto op = from_json<Op>(body);
  const auto done = op ? operation(op->op, body, log) : Answer(std::unexpected(op.error()));
  if (!done) {
    respond_with("{\"err\":\"bad request\",\"detail\":" + to_json(done.error()) + "}", {});
    return Next::kReceive;
  }
  respond_with(*done, op->op == "echo" ? get_blob() : std::nullopt);
  return op->op == "exit" ? Next::kLeave : Next::kReceive;
}

}  // namespace cpp_echo
