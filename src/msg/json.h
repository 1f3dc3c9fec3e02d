// A parsed JSON text, kept the way serde_json sees it (kernel.md 1.1): integers are exact up to 64
// bits and differ from fractions, and repeated keys stay visible, because a repeated struct field
// is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace kinode::msg {

/// One JSON value. Lists of small numbers (bodies, blobs, signatures) take one byte per number.
class Json {
 public:
  using Items = std::vector<Json>;
  using Members = std::vector<std::pair<std::string, Json>>;  // in the order of the text

  /// Parses one complete value. Refuses anything that is not RFC 8259 JSON in UTF-8, nesting deeper
  /// than limits::kNestingMax and more than limits::kJsonValuesMax values; never recurses on input.
  static Result<Json> parse(std::string_view text);
  static Result<Json> parse(ByteView text) { return parse(as_text(text)); }

  Json() = default;
  explicit Json(bool value) : value_(value) {}
  explicit Json(std::uint64_t value) : value_(value) {}
  /// A negative whole number; others are unsigned.
  explicit Json(std::int64_t negative) : value_(negative) {}
  explicit Json(double value) : value_(value) {}
  explicit Json(std::string value) : value_(std::move(value)) {}
  explicit Json(ByteVector numbers) : value_(std::move(numbers)) {}
  explicit Json(Items items) : value_(std::move(items)) {}
  explicit Json(Members members) : value_(std::move(members)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_array() const { return byte_list() != nullptr || items() != nullptr; }
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::uint64_t* unsigned_integer() const { return std::get_if<std::uint64_t>(&value_); }
  const std::int64_t* negative_integer() const { return std::get_if<std::int64_t>(&value_); }
  const double* fraction() const { return std::get_if<double>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Members* members() const { return std::get_if<Members>(&value_); }

  /// An array whose elements are all whole numbers below 256 (also the empty array).
  const ByteVector* byte_list() const { return std::get_if<ByteVector>(&value_); }
  /// Any other array.
  const Items* items() const { return std::get_if<Items>(&value_); }

  /// Element count of either kind of array, 0 for other values.
  std::size_t array_size() const;
  /// Element of either kind of array; the position must be below array_size().
  Json element(std::size_t position) const;

  /// What the value is, for error sentences: "a string", "null", "the number 1.5", ...
  std::string kind_text() const;

  /// Compact text with sorted keys; of a repeated key the last value counts. Numbers as serde_json
  /// prints them. Two values are equal exactly when these texts are.
  std::string canonical() const;

 private:
  friend class JsonBuilder;
  std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, ByteVector,
               Items, Members>
      value_;
};

/// Appends `text` as a JSON string with its quotes; malformed UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends bytes as JSON array of numbers.
void append_json_bytes(std::string& out, ByteView bytes);

/// Appends a fraction in the shortest form that reads back the same, laid out as serde_json does.
void append_json_number(std::string& out, double value);

}  // namespace kinode::msg
