// Arguments of host calls laid out in a test guest's memory, as the canonical ABI wants them.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace kinode::wasm {

/// Text of the WebAssembly that prints the string whose pointer and length are at this address.
inline std::string print_text_at(std::uint32_t at) {
  return fmt::format(
      "(call $print-to-terminal (i32.const 0) (i32.load (i32.const {})) (i32.load (i32.const {})))",
      at, at + 4);
}

/// ... that prints the byte at this address as a verbosity, with no text.
inline std::string print_byte_at(std::uint32_t at) {
  return fmt::format(
      "(call $print-to-terminal (i32.load8_u (i32.const {})) (i32.const 0) (i32.const 0))", at);
}

/// A block of guest memory that grows; every value is aligned to eight bytes.
class GuestData {
 public:
  /// Addresses are below the allocator's (test_component.h).
  explicit GuestData(std::uint32_t base = 4096) : base_(base) {}

  /// Appends a value and returns its address.
  std::uint32_t put(std::string_view bytes) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    const auto at = base_ + static_cast<std::uint32_t>(bytes_.size());
    bytes_ += bytes;
    return at;
  }

  /// Data segment for TestComponent::data.
  std::string segment() const {
    std::string out = fmt::format("(data (i32.const {}) \"", base_);
    for (const char c : bytes_) out += fmt::format("\\{:02x}", static_cast<unsigned char>(c));
    return out + "\")";
  }

  static std::string u32(std::uint32_t v) { return {reinterpret_cast<const char*>(&v), sizeof v}; }
  static std::string u64(std::uint64_t v) { return {reinterpret_cast<const char*>(&v), sizeof v}; }

  /// `string` and `list<u8>`.
  std::string text(std::string_view value) {
    const auto at = put(value);
    return u32(at) + u32(static_cast<std::uint32_t>(value.size()));
  }
  std::string some(std::string_view value) { return u32(1) + text(value); }
  static std::string none() { return std::string(12, '\0'); }
  static std::string no_blob() { return std::string(24, '\0'); }

  std::string list(std::string_view elements, std::uint32_t count) {
    return u32(put(elements)) + u32(count);
  }

  std::string process_id(std::string_view a, std::string_view b, std::string_view c) {
    return text(a) + text(b) + text(c);
  }
  std::string address() { return text("m.os") + process_id("a", "b", "c"); }
  std::string capability() { return address() + text("\"cap\""); }
  std::string blob() { return u32(1) + some("text/plain") + text("blob"); }

  /// inherit, expects 9, body "body", metadata "meta", one capability.
  std::string full_request() {
    return u64(1) + u64(1) + u64(9) + text("body") + some("meta") + list(capability(), 1) + u32(0);
  }
  std::string plain_request() {
    return u64(0) + u64(0) + u64(0) + text("plain") + none() + u64(0) + u32(0);
  }

 private:
  std::uint32_t base_;
  std::string bytes_;
};

}  // namespace kinode::wasm
