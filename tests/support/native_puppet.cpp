#include <../tests/support/native_puppet.h>
#include <fmt/format.h>

#include "msg/json_message.h"
#include "msg/json_writer.h"

namespace kinode::support {

using msg::Json;
using wasm::NativeGuest;
using wasm::NativeMessage;
using wasm::NativeTask;

namespace {

struct Seen {
  std::string got;
  std::optional<std::string> source, target, body, metadata;
  std::optional<std::uint64_t> expects;
  std::optional<std::string> context, error;
  std::vector<msg::Capability> caps;
};

const Json* member(const Json& step, std::string_view name) {
  if (step.members() == nullptr) return nullptr;
  for (const auto& [key, value] : *step.members()) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<std::string> text(const Json& step, std::string_view name) {
  const Json* value = member(step, name);
  if (value == nullptr || value->string() == nullptr) return std::nullopt;
  return *value->string();
}

std::optional<std::uint64_t> number(const Json& step, std::string_view name) {
  const Json* value = member(step, name);
  if (value == nullptr || value->unsigned_integer() == nullptr) return std::nullopt;
  return *value->unsigned_integer();
}

std::vector<msg::Capability> caps(const Json& step) {
  std::vector<msg::Capability> out;
  const Json* list = member(step, "caps");
  for (std::size_t i = 0; list != nullptr && i < list->array_size(); ++i) {
    msg::Capability cap;
    if (msg::read_json(list->element(i), cap)) out.push_back(std::move(cap));
  }
  return out;
}

std::optional<std::string> text(const std::optional<msg::Blob>& blob) {
  if (!blob) return std::nullopt;
  return std::string(blob->bytes.text());
}

void print_seen(NativeGuest guest, const Seen& seen) {
  std::string out;
  msg::JsonObject object(out);
  object.field("got", seen.got).field("source", seen.source).field("target", seen.target);
  object.field("body", seen.body).field("metadata", seen.metadata).field("expects", seen.expects);
  object.field("context", seen.context).field("error", seen.error).field("caps", seen.caps);
  object.field("has_blob", guest.has_blob()).field("get_blob", text(guest.get_blob()));
  object.field("last_blob", text(guest.last_blob())).close();
  guest.print(0, out);
}

void fill(Seen& seen, const auto& of) {
  seen.metadata = of.metadata;
  for (const auto& held : of.capabilities) seen.caps.push_back(held.cap);
}

void print_received(NativeGuest guest, const NativeMessage& got) {
  Seen seen;
  seen.body = std::string(got.body().text());
  if (got.context) seen.context = std::string(got.context->text());
  if (const auto* error = got.send_error()) {
    seen.got = "error";
    seen.target = got.source.text();
    seen.error = error->kind == msg::SendErrorKind::kOffline ? "offline" : "timeout";
    seen.expects = error->request.expects_response;
    fill(seen, error->request);
  } else if (const auto* request = got.request()) {
    seen.got = "request";
    seen.source = got.source.text();
    seen.expects = request->expects_response;
    fill(seen, *request);
  } else {
    seen.got = "response";
    seen.source = got.source.text();
    fill(seen, *got.response());
  }
  print_seen(guest, seen);
}

/// What requests and responses have in common.
void fill_from(const Json& step, auto& into) {
  into.body = Bytes::copy(text(step, "body").value_or(""));
  const Json* inherit = member(step, "inherit");
  into.inherit = inherit != nullptr && inherit->boolean() != nullptr && *inherit->boolean();
  into.metadata = text(step, "metadata");
  for (auto& cap : caps(step)) into.capabilities.push_back({std::move(cap), {}});
}

std::optional<msg::Blob> blob_of(const Json& step) {
  const auto bytes = text(step, "blob");
  if (!bytes) return std::nullopt;
  return msg::Blob{{}, Bytes::copy(*bytes)};
}

wasm::NativeSend send_of(const Json& step, msg::Address to) {
  wasm::NativeSend send;
  send.target = std::move(to);
  fill_from(step, send.request);
  send.request.expects_response = number(step, "expects");
  if (const auto context = text(step, "context")) send.context = Bytes::copy(*context);
  send.blob = blob_of(step);
  return send;
}

NativeTask<bool> perform(NativeGuest guest, Json step);

NativeTask<bool> perform_all(NativeGuest guest, Json steps) {
  for (std::size_t i = 0; i < steps.array_size(); ++i) {
    if (!co_await perform(guest, steps.element(i))) co_return false;
  }
  co_return true;
}

/// Whether the process goes on.
NativeTask<bool> perform(NativeGuest guest, Json step) {
  const std::string what = text(step, "do").value_or("");
  const auto to = msg::Address::parse(text(step, "to").value_or(""));
  if (const auto count = number(step, "receive")) {
    for (std::uint64_t i = 0; i < *count; ++i) print_received(guest, co_await guest.receive());
  } else if (what == "script" && member(step, "steps") != nullptr) {
    co_return co_await perform_all(guest, *member(step, "steps"));
  } else if (what == "send" && to) {
    co_await guest.send_request(send_of(step, *to));
  } else if (what == "await" && to && number(step, "expects")) {
    print_received(guest, co_await guest.send_and_await(send_of(step, *to)));
  } else if (what == "respond") {
    msg::Response response;
    fill_from(step, response);
    co_await guest.send_response(response, blob_of(step));
  } else if (what == "save_caps") {
    guest.save_capabilities(caps(step));
  } else if (what == "drop_caps") {
    guest.drop_capabilities(caps(step));
  } else if (what == "blob") {
    Seen seen;
    seen.got = "blob";
    print_seen(guest, seen);
  } else if (what == "exit") {
    co_return false;
  } else if (what == "trap") {
    guest.trap("trap requested");
  } else {
    guest.print(0, "puppet: this command is unknown or lacks members: " + what);
  }
  co_return true;
}

bool is_command(const NativeMessage& got) {
  return got.request() != nullptr && !got.request()->expects_response &&
         got.body().text().starts_with(R"({"do":)");
}

}  // namespace

NativeTask<> native_puppet(NativeGuest guest) {
  for (;;) {
    const NativeMessage got = co_await guest.receive();
    if (!is_command(got)) {
      print_received(guest, got);
      continue;
    }
    auto command = Json::parse(got.body().text());
    if (!command) {
      guest.print(0, "puppet: " + command.error().detail);
    } else if (!co_await perform(guest, std::move(*command))) {
      co_return;
    }
  }
}

}  // namespace kinode::support
