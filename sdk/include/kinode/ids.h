// Names of things on the network: packages, processes, addresses.
//
// Each comes twice: a View refers to text that somebody else keeps, and is what functions take; the
// owner (Address, ProcessId, PackageId) keeps its text and turns into the view by itself.
// Written forms: "package:publisher", "process:package:publisher",
// "node@process:package:publisher".
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kinode {

enum class IdError : uint8_t {
  kMissingField,   // a part is empty, or there are too few of them
  kTooManyColons,  // more parts than the form has
  kMissingNode,    // an address without "node@"
  kTooManyAts,     // more than one '@'
};

/// A sentence that says what was wrong.
std::string_view describe(IdError error);

struct PackageIdView {
  std::string_view package;
  std::string_view publisher;

  static constexpr std::expected<PackageIdView, IdError> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const PackageIdView&) const = default;

  constexpr std::array<std::string_view, 2> parts() const { return {package, publisher}; }
  static constexpr PackageIdView of(std::array<std::string_view, 2> p) { return {p[0], p[1]}; }
  static constexpr std::string_view kSeparators = ":";
};

struct ProcessIdView {
  std::string_view process;
  std::string_view package;
  std::string_view publisher;

  static constexpr std::expected<ProcessIdView, IdError> parse(std::string_view text);
  constexpr PackageIdView package_id() const { return {package, publisher}; }
  std::string text() const;
  auto operator<=>(const ProcessIdView&) const = default;

  constexpr std::array<std::string_view, 3> parts() const { return {process, package, publisher}; }
  static constexpr ProcessIdView of(std::array<std::string_view, 3> p) {
    return {p[0], p[1], p[2]};
  }
  static constexpr std::string_view kSeparators = "::";
};

struct AddressView {
  std::string_view node;
  std::string_view process;
  std::string_view package;
  std::string_view publisher;

  constexpr AddressView() = default;
  constexpr AddressView(std::string_view at, ProcessIdView id)
      : node(at), process(id.process), package(id.package), publisher(id.publisher) {}

  static constexpr std::expected<AddressView, IdError> parse(std::string_view text);
  constexpr ProcessIdView process_id() const { return {process, package, publisher}; }
  constexpr PackageIdView package_id() const { return {package, publisher}; }
  std::string text() const;
  auto operator<=>(const AddressView&) const = default;

  constexpr std::array<std::string_view, 4> parts() const {
    return {node, process, package, publisher};
  }
  static constexpr AddressView of(std::array<std::string_view, 4> p) {
    return {p[0], {p[1], p[2], p[3]}};
  }
  static constexpr std::string_view kSeparators = "@::";
};

namespace detail {

/// Keeps the written form of a View, which refers to it: moving it does not move the text.
template <class View>
class OwnedId {
 public:
  OwnedId() = default;
  OwnedId(View view) { copy(view); }  // NOLINT: a view becomes an owner by itself
  OwnedId(const OwnedId& other) {
    if (other.text_ != nullptr) copy(other.view_);
  }
  OwnedId(OwnedId&& other) noexcept { swap(other); }
  OwnedId& operator=(OwnedId other) noexcept {
    swap(other);
    return *this;
  }
  ~OwnedId() = default;

  static std::expected<OwnedId, IdError> parse(std::string_view text) {
    const auto view = View::parse(text);
    if (!view) return std::unexpected(view.error());
    return OwnedId(*view);
  }

  operator View() const [[clang::lifetimebound]] { return view_; }  // NOLINT: see above
  const View& view() const [[clang::lifetimebound]] { return view_; }
  const View* operator->() const [[clang::lifetimebound]] { return &view_; }
  std::string_view text() const [[clang::lifetimebound]] { return {text_.get(), size_}; }

  friend bool operator==(const OwnedId& a, const OwnedId& b) { return a.view_ == b.view_; }
  friend bool operator==(const OwnedId& a, const View& b) { return a.view_ == b; }
  friend auto operator<=>(const OwnedId& a, const OwnedId& b) { return a.view_ <=> b.view_; }

 private:
  void swap(OwnedId& other) noexcept {
    std::swap(text_, other.text_);
    std::swap(size_, other.size_);
    std::swap(view_, other.view_);
  }

  void copy(View from) {
    auto parts = from.parts();
    size_ = View::kSeparators.size();
    for (const auto part : parts) size_ += part.size();
    text_.reset(new char[size_]);
    char* to = text_.get();
    for (size_t i = 0; i < parts.size(); ++i) {
      std::copy_n(parts[i].data(), parts[i].size(), to);
      parts[i] = {to, parts[i].size()};
      to += parts[i].size();
      if (i < View::kSeparators.size()) *to++ = View::kSeparators[i];
    }
    view_ = View::of(parts);
  }

  std::unique_ptr<char[]> text_;
  size_t size_ = 0;
  View view_;
};

constexpr size_t count(std::string_view text, char c) {
  return static_cast<size_t>(std::ranges::count(text, c));
}

}  // namespace detail

using PackageId = detail::OwnedId<PackageIdView>;
using ProcessId = detail::OwnedId<ProcessIdView>;
using Address = detail::OwnedId<AddressView>;

constexpr std::expected<PackageIdView, IdError> PackageIdView::parse(std::string_view text) {
  if (detail::count(text, ':') > 1) return std::unexpected(IdError::kTooManyColons);
  const size_t colon = text.find(':');
  if (colon == 0 || colon == text.npos || colon + 1 == text.size()) {
    return std::unexpected(IdError::kMissingField);
  }
  return PackageIdView{text.substr(0, colon), text.substr(colon + 1)};
}

constexpr std::expected<ProcessIdView, IdError> ProcessIdView::parse(std::string_view text) {
  if (detail::count(text, ':') > 2) return std::unexpected(IdError::kTooManyColons);
  const size_t colon = text.find(':');
  if (colon == 0 || colon == text.npos) return std::unexpected(IdError::kMissingField);
  const auto rest = PackageIdView::parse(text.substr(colon + 1));
  if (!rest) return std::unexpected(rest.error());
  return ProcessIdView{text.substr(0, colon), rest->package, rest->publisher};
}

constexpr std::expected<AddressView, IdError> AddressView::parse(std::string_view text) {
  const size_t at = text.find('@');
  if (at == text.npos) return std::unexpected(IdError::kMissingNode);
  if (detail::count(text, '@') > 1) return std::unexpected(IdError::kTooManyAts);
  if (at == 0) return std::unexpected(IdError::kMissingNode);
  const auto id = ProcessIdView::parse(text.substr(at + 1));
  if (!id) return std::unexpected(id.error());
  return AddressView(text.substr(0, at), *id);
}

namespace literals {

/// "our@vfs:distro:sys"_address: what is no address does not compile.
consteval AddressView operator""_address(const char* text, size_t size) {
  return AddressView::parse({text, size}).value();
}
consteval ProcessIdView operator""_process(const char* text, size_t size) {
  return ProcessIdView::parse({text, size}).value();
}

}  // namespace literals
}  // namespace kinode
