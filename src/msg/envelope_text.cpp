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

/// The start of bytes that are too many: as text if all but a sequence that was cut is text.
std::string start_of(ByteView bytes, std::size_t bytes_max) {
  std::size_t shown = bytes_max;
  while (shown > 0 && bytes_max - shown < 4 && !is_utf8(bytes.first(shown))) --shown;
  if (!is_utf8(bytes.first(shown))) shown = bytes_max;
  return fmt::format("{}... and {} more bytes", text_or_bytes(bytes.first(shown)),
                     bytes.size() - shown);
}

std::string text_or_bytes(ByteView bytes, std::size_t bytes_max) {
  return bytes.size() > bytes_max ? start_of(bytes, bytes_max) : text_or_bytes(bytes);
}

std::string json_or_bytes(ByteView bytes, std::size_t bytes_max) {
  if (bytes.size() > bytes_max) return start_of(bytes, bytes_max);
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

std::string describe_message(const Request& r, std::size_t bytes_max) {
  return fmt::format(
      "Request(\n"
      "        inherit: {},\n"
      "        expects_response: {},\n"
      "        body: {},\n"
      "        metadata: {},\n"
      "        capabilities: {},\n"
      "    )",
      r.inherit, r.expects_response ? fmt::format("Some({})", *r.expects_response) : "None",
      text_or_bytes(r.body.view(), bytes_max), or_none(r.metadata), describe_caps(r.capabilities));
}

std::string describe_message(const Response& r, std::size_t bytes_max) {
  return fmt::format(
      "Response(\n"
      "        inherit: {},\n"
      "        body: {},\n"
      "        metadata: {},\n"
      "        context: {},\n"
      "        capabilities: {},\n"
      "    )",
      r.inherit, json_or_bytes(r.body.view(), bytes_max), or_none(r.metadata),
      r.context ? json_or_bytes(r.context->view(), bytes_max) : "None",
      describe_caps(r.capabilities));
}

std::string describe_message(const SendError& e, std::size_t) {
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

std::string describe(const Envelope& envelope, std::size_t bytes_max) {
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
      std::visit([&](const auto& m) { return describe_message(m, bytes_max); }, envelope.message),
      envelope.blob != nullptr);
}

}  // namespace kinode::msg
