// Makes calls to the node at the command of a test, so that a test can play scenarios with several
// processes.
//
// A command is a request that expects no answer and whose body starts with {"do": (without space).
// Everything else that arrives is printed at verbosity 0, as one line of JSON with these members,
// null where they do not apply:
//   {"got":"request"|"response"|"error","source":A,"target":A,"body":T,"metadata":T,"expects":n,
//    "context":T,"error":"timeout"|"offline","caps":[C...],"has_blob":bool,"get_blob":T,
//    "last_blob":T}
// A is an address, T text, C a capability {"issuer":A,"params":T}. For an error, target and body
// are those of the request that got no answer.
//
// Commands, with members in brackets that may be missing:
//   {"do":"send","to":A,"body":T[,"expects":n][,"context":T]...}
//   {"do":"await","to":A,"body":T,"expects":n...}   prints what it got, as above
//   {"do":"respond","body":T...}
//     each of the three also with [,"inherit":bool][,"blob":T][,"metadata":T][,"caps":[C...]]
//   {"do":"save_caps","caps":[C...]}, {"do":"drop_caps","caps":[C...]}
//   {"do":"blob"}                                   prints {"got":"blob",...} with the blob members
//   {"do":"exit"}, {"do":"trap"}
//   {"do":"script","steps":[...]}                   commands in a row, or {"receive":n}, which
//   takes
//                                                   the next n messages and prints them, commands
//                                                   too
// A command does not replace the request that is being handled (kernel.md 2.4), but it counts as
// the last message when it comes to blobs: where that matters, use a script.
#include <kinode/json.h>

using namespace kinode;

namespace puppet {

struct Cap {
  Address issuer;
  std::string params;
};
KINODE_JSON(Cap, issuer, params)

struct Step {
  std::optional<std::string> do_;
  std::optional<uint64_t> receive;
  std::optional<Address> to;
  std::optional<std::string> body;
  std::optional<uint64_t> expects;
  std::optional<std::string> context;
  std::optional<bool> inherit;
  std::optional<std::string> blob;
  std::optional<std::string> metadata;
  std::optional<std::vector<Cap>> caps;
  std::optional<std::vector<Step>> steps;
};
KINODE_JSON(Step, do_, receive, to, body, expects, context, inherit, blob, metadata, caps, steps)

struct Seen {
  std::string got;
  std::optional<Address> source;
  std::optional<Address> target;
  std::optional<std::string> body;
  std::optional<std::string> metadata;
  std::optional<uint64_t> expects;
  std::optional<std::string> context;
  std::optional<std::string> error;
  std::vector<Cap> caps;
  bool has_blob = false;
  std::optional<std::string> get_blob;
  std::optional<std::string> last_blob;
};
KINODE_JSON(Seen, got, source, target, body, metadata, expects, context, error, caps, has_blob,
            get_blob, last_blob)

static std::optional<std::string> text(const std::optional<Blob>& blob) {
  return blob.transform([](const Blob& b) { return lossy_utf8(b.bytes()); });
}

static void print_seen(Seen seen) {
  seen.has_blob = has_blob();
  seen.get_blob = text(get_blob());
  seen.last_blob = text(last_blob());
  print(to_json(seen));
}

static void print_received(const Received& received) {
  Seen seen;
  const auto content = [&](const auto& of) {
    seen.body = lossy_utf8(of.body());
    seen.metadata = of.metadata();
    seen.expects = of.expects_response();
    seen.context = of.context().transform(lossy_utf8);
    for (const auto cap : of.capabilities()) {
      seen.caps.push_back({cap.issuer, std::string(cap.params)});
    }
  };
  if (received) {
    content(*received);
    seen.got = received->is_request() ? "request" : "response";
    seen.source = Address(received->source());
  } else {
    content(received.error());
    seen.got = "error";
    seen.target = Address(received.error().target());
    seen.error = received.error().name();
  }
  print_seen(std::move(seen));
}

static std::vector<Capability> capabilities(const Step& step) {
  std::vector<Capability> all;
  if (step.caps) {
    for (const auto& cap : *step.caps) all.emplace_back(cap.issuer, cap.params);
  }
  return all;
}

/// What requests and responses have in common.
template <class Builder>
static Builder filled(Builder builder, const Step& step) {
  builder.body(step.body.value_or("")).inherit(step.inherit.value_or(false));
  builder.capabilities(capabilities(step));
  if (step.metadata) builder.metadata(*step.metadata);
  if (step.blob) builder.blob(*step.blob);
  return builder;
}

/// Whether the process goes on.
static bool perform(const Step& step) {
  const auto what = step.do_.value_or("");
  if (step.receive) {
    for (uint64_t i = 0; i < *step.receive; ++i) print_received(receive());
  } else if (what == "script" && step.steps) {
    for (const auto& next : *step.steps) {
      if (!perform(next)) return false;
    }
  } else if (what == "send" && step.to) {
    auto request = filled(Request::to(*step.to), step);
    if (step.expects) request.expects(*step.expects);
    if (step.context) request.context(*step.context);
    request.send();
  } else if (what == "await" && step.to && step.expects) {
    print_received(filled(Request::to(*step.to), step).send_and_await(*step.expects));
  } else if (what == "respond") {
    filled(Response(), step).send();
  } else if (what == "save_caps") {
    save_capabilities(capabilities(step));
  } else if (what == "drop_caps") {
    drop_capabilities(capabilities(step));
  } else if (what == "blob") {
    Seen seen;
    seen.got = "blob";
    print_seen(std::move(seen));
  } else if (what == "exit") {
    return false;
  } else if (what == "trap") {
    panic("trap requested");
  } else {
    print("puppet: this command is unknown or lacks members: ", what);
  }
  return true;
}

static bool is_command(const Message& message) {
  return message.is_request() && !message.expects_response() &&
         message.body().starts_with("{\"do\":");
}

static void init(const Address&) {
  for (;;) {
    const auto received = receive();
    if (!received || !is_command(*received)) {
      print_received(received);
      continue;
    }
    const auto command = json_body<Step>(*received);
    if (!command) {
      print("puppet: ", command.error());
    } else if (!perform(*command)) {
      return;
    }
  }
}

}  // namespace puppet

KINODE_PROCESS(puppet::init)
