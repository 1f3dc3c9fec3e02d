// Names of processes, packages and nodes (kernel.md 1.2).
#pragma once

#include <compare>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace kinode::msg {

/// The ways in which the text of an id can be wrong, with the original's display texts.
enum class AddressError : std::uint8_t {
  kTooManyAts,
  kTooManyColons,
  kMissingNodeId,
  kMissingField,
  kProcessNameNotKimapSafe,
  kPackageNameNotKimapSafe,
  kNodeNotKimapSafe,
  kPublisherNodeNotKimapSafe,
};

/// The display text of kernel.md 1.2; `value` is the part that is not Kimap-safe.
std::string describe(AddressError error, std::string_view value = {});

/// `package:publisher`.
struct PackageId {
  std::string package;
  std::string publisher;

  static Result<PackageId> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const PackageId&) const = default;
};

/// `process:package:publisher`. Any non-empty parts; see check_kimap_safe for the narrower rule.
struct ProcessId {
  std::string process;
  std::string package;
  std::string publisher;

  static Result<ProcessId> parse(std::string_view text);
  std::string text() const;
  PackageId package_id() const { return {package, publisher}; }
  auto operator<=>(const ProcessId&) const = default;
};

/// `node@process:package:publisher`.
struct Address {
  std::string node;
  ProcessId process;

  static Result<Address> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const Address&) const = default;
};

/// Names are passed around by pointer: one immutable copy, shared by every message that carries it.
using AddressRef = std::shared_ptr<const Address>;

inline AddressRef share(Address address) {
  return std::make_shared<const Address>(std::move(address));
}

/// Lowercase letters, digits and '-', not empty.
bool is_kimap_safe_name(std::string_view name);
/// As above, and '.'.
bool is_kimap_safe_node(std::string_view name);

/// The rule for ids that may be created here (kernel.md 1.2, "check"). The detail of the Error is
/// the original's display text.
Status check_kimap_safe(const ProcessId& id);
Status check_kimap_safe(const PackageId& id);
Status check_kimap_safe(const Address& address);

/// Names of the well-known processes of package `distro:sys`, plus the terminal.
ProcessId system_process(std::string_view name);
ProcessId terminal_process();
bool is_system_process(const ProcessId& id, std::string_view name);

/// The node part that means "this node" until the router replaces it.
inline constexpr std::string_view kOurNode = "our";

}  // namespace kinode::msg

template <>
struct std::hash<kinode::msg::ProcessId> {
  std::size_t operator()(const kinode::msg::ProcessId& id) const noexcept {
    const std::hash<std::string_view> h;
    std::size_t v = h(id.process);
    v = v * 0x9e3779b97f4a7c15u + h(id.package);
    return v * 0x9e3779b97f4a7c15u + h(id.publisher);
  }
};

template <>
struct std::hash<kinode::msg::Address> {
  std::size_t operator()(const kinode::msg::Address& a) const noexcept {
    return std::hash<std::string_view>()(a.node) * 31 +
           std::hash<kinode::msg::ProcessId>()(a.process);
  }
};
