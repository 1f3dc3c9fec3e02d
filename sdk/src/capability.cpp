#include "kinode/capability.h"

namespace kinode {

bool operator==(const CapabilityView& a, const CapabilityView& b) {
  return a.issuer == b.issuer && json_equal(a.params, b.params);
}

std::optional<Capability> CapabilityRange::find(const CapabilityView& wanted) const {
  for (const auto capability : *this) {
    if (capability == wanted) return Capability(capability);
  }
  return std::nullopt;
}

Capabilities our_capabilities() {
  kinode_process_standard_list_capability_t list;
  kinode_process_standard_our_capabilities(&list);
  return {list, detail::Arena::take()};
}

void save_capabilities(std::span<const Capability> capabilities) {
  auto list = detail::RawCapabilities(capabilities);
  auto raw = list.list();
  kinode_process_standard_save_capabilities(&raw);
}

void save_capabilities(const CapabilityRange& capabilities) {
  auto raw = capabilities.raw();
  kinode_process_standard_save_capabilities(&raw);
}

void drop_capabilities(std::span<const Capability> capabilities) {
  auto list = detail::RawCapabilities(capabilities);
  auto raw = list.list();
  kinode_process_standard_drop_capabilities(&raw);
}

bool can_message(const AddressView& to) { return get_capability(to, "\"messaging\"").has_value(); }

std::optional<Capability> get_capability(const AddressView& issuer, std::string_view params) {
  return our_capabilities().find({issuer, params});
}

namespace detail {

RawCapabilities::RawCapabilities(std::span<const Capability> from) : size_(from.size()) {
  if (from.empty()) return;
  list_.reset(new kinode_process_standard_capability_t[size_]);
  for (size_t i = 0; i < size_; ++i) {
    list_[i] = {raw(from[i].issuer.view()), raw_text(from[i].params)};
  }
}

}  // namespace detail
}  // namespace kinode
