#include "msg/capability.h"

#include <algorithm>
#include <fmt/format.h>

#include "msg/json.h"
#include "msg/msgpack_writer.h"

namespace kinode::msg {

namespace {

// No JSON text starts with this byte, so text that is not JSON equals no JSON value.
constexpr char kNotJson = '\xff';

/// A JSON string that says what it means: printable ASCII without escapes.
bool is_plain_string(std::string_view params) {
  if (params.size() < 2 || params.front() != '"' || params.back() != '"') return false;
  return std::ranges::all_of(params.substr(1, params.size() - 2),
                             [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

std::string canonical(std::string_view params) {
  if (is_plain_string(params)) return std::string(params);
  const auto value = Json::parse(params);
  if (value) return value->canonical();
  std::string out(1, kNotJson);
  out += params;
  return out;
}

}  // namespace

Capability::Capability(Address issuer, std::string params)
    : issuer_(std::move(issuer)), params_(std::move(params)), canonical_(canonical(params_)) {}

std::string Capability::text() const {
  const bool json = !canonical_.empty() && canonical_.front() != kNotJson;
  return fmt::format("{}({})", issuer_.text(),
                     json ? std::string_view(canonical_) : "\"invalid JSON in capability\"");
}

Capability messaging_cap(const Address& issuer) {
  return Capability(issuer, std::string(kMessagingParams));
}

Capability network_cap(std::string_view our_node) {
  return Capability(Address{std::string(our_node), system_process("kernel")},
                    std::string(kNetworkParams));
}

ByteVector capability_signing_bytes(const Capability& cap) {
  MsgpackWriter out;
  out.array(2);
  out.string(cap.issuer().text());
  out.string(cap.params());
  return out.take();
}

}  // namespace kinode::msg
