// How a message looks in event printouts (kernel.md 1.4).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "msg/envelope.h"
#include "msg/json.h"

namespace kinode::msg {

namespace {

std::string byte_list(ByteView bytes) { return fmt::format("[{}]", fmt::join(bytes, ", ")); }

std::string text_or_bytes(ByteView bytes) {
  return is_utf8(bytes) ? std::string(as_text(bytes)) : byte_list(bytes);
}

std::string json_or_bytes(ByteView bytes) {
  const auto value = Json::parse(bytes);
  return value ? value->canonical() : byte_list(bytes);
}

std::string or_none(const std::optional<std::string>& text) { return text.value_or("None"); }

std::string describe_caps(const SignedCaps& caps) {
  if (caps.empty()) return "[]";
  std::string out = "[\n";
  for (const SignedCapability& c : caps) out += fmt::format("            {},\n", c.cap.text());
  return out + "        ]";
}

std::string describe_message(const Request& r) {
  return fmt::format(
      "Request(\n"
      "        inherit: {},\n"
      "        expects_response: {},\n"
      "        body: {},\n"
      "        metadata: {},\n"
      "        capabilities: {},\n"
      "    )",
      r.inherit, r.expects_response ? fmt::format("Some({})", *r.expects_response) : "None",
      text_or_bytes(r.body.view()), or_none(r.metadata), describe_caps(r.capabilities));
}

std::string describe_message(const Response& r) {
  return fmt::format(
      "Response(\n"
      "        inherit: {},\n"
      "        body: {},\n"
      "        metadata: {},\n"
      "        context: {},\n"
      "        capabilities: {},\n"
      "    )",
      r.inherit, json_or_bytes(r.body.view()), or_none(r.metadata),
      r.context ? json_or_bytes(r.context->view()) : "None", describe_caps(r.capabilities));
}

std::string describe_message(const SendError& e) {
  const bool known = e.original && e.original->target;
  return fmt::format(
      "SendError(\n"
      "        kind: {},\n"
      "        target: {},\n"
      "    )",
      e.kind == SendErrorKind::kOffline ? "Offline" : "Timeout",
      known ? e.original->target->text() : "None");
}

std::string describe(const AddressRef& address) { return address ? address->text() : "None"; }

}  // namespace

std::string describe(const Envelope& envelope) {
  return fmt::format(
      "{{\n"
      "    id: {},\n"
      "    source: {},\n"
      "    target: {},\n"
      "    rsvp: {},\n"
      "    message: {},\n"
      "    blob: {},\n"
      "}}",
      envelope.id, describe(envelope.source), describe(envelope.target), describe(envelope.rsvp),
      std::visit([](const auto& m) { return describe_message(m); }, envelope.message),
      envelope.blob != nullptr);
}

}  // namespace kinode::msg
