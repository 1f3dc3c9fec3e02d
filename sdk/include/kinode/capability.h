// Capabilities: rights that a process holds and may pass on. `params` is JSON text.
#pragma once

#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kinode/arena.h"
#include "kinode/ids.h"
#include "kinode/raw.h"

namespace kinode {

/// A capability whose text somebody else keeps.
struct CapabilityView {
  AddressView issuer;
  std::string_view params;
};

struct Capability {
  Capability() = default;
  Capability(Address by, std::string json) : issuer(std::move(by)), params(std::move(json)) {}
  explicit Capability(const CapabilityView& view) : issuer(view.issuer), params(view.params) {}

  /// The right to send messages to the process `to`.
  static Capability messaging(const AddressView& to) { return {to, "\"messaging\""}; }

  operator CapabilityView() const { return {issuer, params}; }  // NOLINT: is one

  Address issuer;
  std::string params;
};

/// The same issuer, and params that are the same JSON value (json_equal).
bool operator==(const CapabilityView& a, const CapabilityView& b);
inline bool operator==(const Capability& a, const Capability& b) {
  return CapabilityView(a) == CapabilityView(b);
}

/// Whether two texts are the same JSON value: white space, the order of members and escapes do not
/// matter, 1 and 1.0 differ. Texts that are not JSON are equal only if their bytes are.
bool json_equal(std::string_view a, std::string_view b);

/// The capabilities that came with a message; a range of CapabilityView into its memory.
class CapabilityRange : public std::ranges::view_interface<CapabilityRange> {
 public:
  class Iterator {
   public:
    using value_type = CapabilityView;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(const kinode_process_standard_capability_t* at) : at_(at) {}
    CapabilityView operator*() const { return {detail::address(at_->issuer), text(at_->params)}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    Iterator& operator--() {
      --at_;
      return *this;
    }
    Iterator operator--(int) { return Iterator(at_--); }
    bool operator==(const Iterator&) const = default;

   private:
    static std::string_view text(const process_v1_string_t& from) { return detail::text(from); }
    const kinode_process_standard_capability_t* at_ = nullptr;
  };

  CapabilityRange() = default;
  explicit CapabilityRange(const kinode_process_standard_list_capability_t& list) : list_(list) {}

  Iterator begin() const { return Iterator(list_.ptr); }
  Iterator end() const { return Iterator(list_.ptr + list_.len); }
  size_t size() const { return list_.len; }
  CapabilityView operator[](size_t i) const { return *Iterator(list_.ptr + i); }

  const kinode_process_standard_list_capability_t& raw() const { return list_; }

  /// The first that equals `wanted`.
  std::optional<Capability> find(const CapabilityView& wanted) const;

 private:
  kinode_process_standard_list_capability_t list_ = {};
};

/// The same with its memory, for lists that came by themselves.
class Capabilities : public CapabilityRange {
 public:
  Capabilities() = default;
  Capabilities(const kinode_process_standard_list_capability_t& list, detail::Arena memory)
      : CapabilityRange(list), memory_(std::move(memory)) {}

 private:
  detail::Arena memory_;
};

/// All that this process holds, in no particular order.
Capabilities our_capabilities();

/// Keeps capabilities that came with a message: they may be attached later, and survive a restart.
void save_capabilities(std::span<const Capability> capabilities);
void save_capabilities(const CapabilityRange& capabilities);
void drop_capabilities(std::span<const Capability> capabilities);

/// Whether this process holds the right to send messages to `to`.
bool can_message(const AddressView& to);

/// The capability of this issuer with these params (compared by json_equal), if we hold it.
std::optional<Capability> get_capability(const AddressView& issuer, std::string_view params);

namespace detail {

/// A list of capabilities as the bindings take it; refers to the given ones.
class RawCapabilities {
 public:
  explicit RawCapabilities(std::span<const Capability> from);
  kinode_process_standard_list_capability_t list() { return {list_.get(), size_}; }

 private:
  std::unique_ptr<kinode_process_standard_capability_t[]> list_;
  size_t size_;
};

}  // namespace detail
}  // namespace kinode
