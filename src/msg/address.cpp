#include "msg/address.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::msg {

namespace {

std::unexpected<Error> wrong(AddressError error, std::string_view value = {}) {
  return fail(Code::kInvalid, describe(error, value));
}

Status check_length(std::string_view text) {
  if (text.size() <= limits::kAddressTextBytesMax) return {};
  return fail(Code::kInvalid, fmt::format("a name has {} bytes; at most {} are allowed",
                                          text.size(), limits::kAddressTextBytesMax));
}

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

/// A third of what a format string costs; the node writes addresses all the time.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string out;
  out.reserve(size);
  for (const std::string_view part : parts) out += part;
  return out;
}

}  // namespace

std::string describe(AddressError error, std::string_view value) {
  switch (error) {
    case AddressError::kTooManyAts:
      return "Too many `@` chars: only one allowed";
    case AddressError::kTooManyColons:
      return "Too many colons in ProcessId string";
    case AddressError::kMissingNodeId:
      return "Node ID missing";
    case AddressError::kMissingField:
      return "Missing field in ProcessId string";
    case AddressError::kProcessNameNotKimapSafe:
      return fmt::format("Process name ({}) can only contain a-z, 0-9, `-`", value);
    case AddressError::kPackageNameNotKimapSafe:
      return fmt::format("Package name ({}) can only contain a-z, 0-9, `-`", value);
    case AddressError::kNodeNotKimapSafe:
      return fmt::format("Node ({}) can only contain a-z, 0-9, `-`, `.`", value);
    case AddressError::kPublisherNodeNotKimapSafe:
      return fmt::format("Publisher node ({}) can only contain a-z, 0-9, `-`, `.`", value);
  }
  return "unknown address error";
}

Result<PackageId> PackageId::parse(std::string_view text) {
  if (auto ok = check_length(text); !ok) return std::unexpected(std::move(ok.error()));
  const auto colon = text.find(':');
  if (colon == text.npos) return wrong(AddressError::kMissingField);
  const auto package = text.substr(0, colon);
  const auto publisher = text.substr(colon + 1);
  if (publisher.contains(':')) return wrong(AddressError::kTooManyColons);
  if (package.empty() || publisher.empty()) return wrong(AddressError::kMissingField);
  return PackageId{std::string(package), std::string(publisher)};
}

std::string PackageId::text() const { return joined({package, ":", publisher}); }

Result<ProcessId> ProcessId::parse(std::string_view text) {
  if (auto ok = check_length(text); !ok) return std::unexpected(std::move(ok.error()));
  const auto colons = std::ranges::count(text, ':');
  if (colons < 2) return wrong(AddressError::kMissingField);
  if (colons > 2) return wrong(AddressError::kTooManyColons);
  const auto first = text.find(':');
  const auto second = text.find(':', first + 1);
  const auto process = text.substr(0, first);
  const auto package = text.substr(first + 1, second - first - 1);
  const auto publisher = text.substr(second + 1);
  if (process.empty() || package.empty() || publisher.empty()) {
    return wrong(AddressError::kMissingField);
  }
  return ProcessId{std::string(process), std::string(package), std::string(publisher)};
}

std::string ProcessId::text() const { return joined({process, ":", package, ":", publisher}); }

Result<Address> Address::parse(std::string_view text) {
  if (auto ok = check_length(text); !ok) return std::unexpected(std::move(ok.error()));
  const auto ats = std::ranges::count(text, '@');
  if (ats == 0) return wrong(AddressError::kMissingNodeId);
  if (ats > 1) return wrong(AddressError::kTooManyAts);
  const auto at = text.find('@');
  if (at == 0) return wrong(AddressError::kMissingNodeId);
  auto process = ProcessId::parse(text.substr(at + 1));
  if (!process) return std::unexpected(std::move(process.error()));
  return Address{std::string(text.substr(0, at)), std::move(*process)};
}

std::string Address::text() const {
  return joined({node, "@", process.process, ":", process.package, ":", process.publisher});
}

bool is_kimap_safe_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, is_name_char);
}

bool is_kimap_safe_node(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return is_name_char(c) || c == '.'; });
}

Status check_kimap_safe(const ProcessId& id) {
  if (!is_kimap_safe_name(id.process)) {
    return wrong(AddressError::kProcessNameNotKimapSafe, id.process);
  }
  return check_kimap_safe(id.package_id());
}

Status check_kimap_safe(const PackageId& id) {
  if (!is_kimap_safe_name(id.package)) {
    return wrong(AddressError::kPackageNameNotKimapSafe, id.package);
  }
  if (!is_kimap_safe_node(id.publisher)) {
    return wrong(AddressError::kPublisherNodeNotKimapSafe, id.publisher);
  }
  return {};
}

Status check_kimap_safe(const Address& address) {
  if (!is_kimap_safe_node(address.node)) {
    return wrong(AddressError::kNodeNotKimapSafe, address.node);
  }
  return check_kimap_safe(address.process);
}

ProcessId system_process(std::string_view name) { return {std::string(name), "distro", "sys"}; }

ProcessId terminal_process() { return {"terminal", "terminal", "sys"}; }

bool is_system_process(const ProcessId& id, std::string_view name) {
  return id.process == name && id.package == "distro" && id.publisher == "sys";
}

}  // namespace kinode::msg
