// Bytes that go to the node, and bytes that came from it. Bodies, states and blobs are bytes; all
// of them are seen as std::string_view, whether they are text or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kinode/arena.h"

namespace kinode {

/// An argument that is sent soon: refers to what you keep (a literal, a named string), without a
/// copy, and takes over what you do not (a temporary std::string). What it refers to has to live
/// until the message is sent.
class BytesArg {
 public:
  BytesArg() = default;
  // NOLINTBEGIN(google-explicit-constructor): it stands for each of these types in parameter lists.
  BytesArg(const char* text [[clang::lifetimebound]]) : refers_to_(text) {}
  BytesArg(std::string_view text [[clang::lifetimebound]]) : refers_to_(text) {}
  BytesArg(const std::string& text [[clang::lifetimebound]]) : refers_to_(text) {}
  BytesArg(std::string&& text) : own_(std::move(text)), owns_(true) {}
  BytesArg(const std::string&& text) : own_(text), owns_(true) {}  // such as of `a ? b : c + d`
  BytesArg(std::span<const uint8_t> bytes [[clang::lifetimebound]])
      : refers_to_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}
  // NOLINTEND(google-explicit-constructor)

  std::string_view view() const [[clang::lifetimebound]] { return owns_ ? own_ : refers_to_; }

 private:
  std::string own_;
  std::string_view refers_to_;
  bool owns_ = false;
};

/// Bytes that the node gave, in the memory where it put them.
class Bytes {
 public:
  Bytes() = default;
  Bytes(std::string_view view, detail::Arena memory) : view_(view), memory_(std::move(memory)) {}

  std::string_view view() const [[clang::lifetimebound]] { return view_; }
  operator std::string_view() const [[clang::lifetimebound]] { return view_; }  // NOLINT
  size_t size() const { return view_.size(); }

 private:
  std::string_view view_;
  detail::Arena memory_;
};

}  // namespace kinode
