// From the types of the library to those of the bindings and back, without copies.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kinode/ids.h"
#include "process_v1.h"

namespace kinode::detail {

inline std::string_view text(const process_v1_string_t& from) {
  return {reinterpret_cast<const char*>(from.ptr), from.len};
}
inline std::string_view text(const process_v1_list_u8_t& from) {
  return {reinterpret_cast<const char*>(from.ptr), from.len};
}

// The bindings take pointers to non-const, but do not write.
inline uint8_t* data(std::string_view from) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(from.data()));
}
inline process_v1_string_t raw_text(std::string_view from) { return {data(from), from.size()}; }
inline process_v1_list_u8_t raw_bytes(std::string_view from) { return {data(from), from.size()}; }

inline AddressView address(const kinode_process_standard_address_t& from) {
  return {text(from.node),
          {text(from.process.process_name), text(from.process.package_name),
           text(from.process.publisher_node)}};
}
inline kinode_process_standard_process_id_t raw(const ProcessIdView& from) {
  return {raw_text(from.process), raw_text(from.package), raw_text(from.publisher)};
}
inline kinode_process_standard_address_t raw(const AddressView& from) {
  return {raw_text(from.node), raw(from.process_id())};
}

}  // namespace kinode::detail
