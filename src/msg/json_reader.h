// Reads structs, enums and lists out of a JSON tree with serde's rules (kernel.md 1.1, io.md 1.1):
// unknown fields are ignored, a missing optional is null, a missing or repeated field is an error,
// structs may also be positional arrays, byte vectors are arrays of numbers. Errors are one
// sentence that names the field.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "msg/json.h"

namespace kinode::msg {

/// "expected X, found Y".
std::unexpected<Error> json_mismatch(std::string_view expected, const Json& found);

// One overload per type. They are found by argument-dependent lookup, so a module adds its own
// beside its own types and uses StructReader and the overloads for optionals and lists on top of
// them.
Status read_json(const Json& value, bool& out);
Status read_json(const Json& value, std::uint8_t& out);
Status read_json(const Json& value, std::uint16_t& out);
Status read_json(const Json& value, std::uint32_t& out);
Status read_json(const Json& value, std::uint64_t& out);
Status read_json(const Json& value, std::int64_t& out);
Status read_json(const Json& value, std::string& out);
Status read_json(const Json& value, Bytes& out);
Status read_json(const Json& value, ByteVector& out);

template <class T>
Status read_json(const Json& value, std::optional<T>& out) {
  if (value.is_null()) {
    out.reset();
    return {};
  }
  return read_json(value, out.emplace());
}

/// Reads a list of at most `max` elements.
template <class T>
Status read_json_list(const Json& value, std::vector<T>& out,
                      std::size_t max = std::numeric_limits<std::size_t>::max()) {
  if (!value.is_array()) return json_mismatch("an array", value);
  const std::size_t count = value.array_size();
  if (count > max) {
    return fail(Code::kInvalid, "expected at most " + std::to_string(max) + " elements, found " +
                                    std::to_string(count));
  }
  out.clear();
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* items = value.items();
    auto ok = items != nullptr ? read_json((*items)[i], out.emplace_back())
                               : read_json(value.element(i), out.emplace_back());
    if (!ok) return fail_in("element " + std::to_string(i), std::move(ok.error()));
  }
  return {};
}

template <class T>
Status read_json(const Json& value, std::vector<T>& out) {
  return read_json_list(value, out);
}

/// Reads one struct or tuple, field by field in declaration order. The first error is kept, later
/// calls then do nothing:
///     StructReader in(value, "Blob", 2);
///     in.field("mime", out.mime);
///     in.field("bytes", out.bytes);
///     return in.finish();
class StructReader {
 public:
  /// `value` must outlive the reader. `fields` is how many the type has: a positional array must
  /// have exactly as many elements.
  StructReader(const Json& value, std::string_view type, std::size_t fields);

  /// A tuple: only arrays, and no names.
  static StructReader tuple(const Json& value, std::string_view type, std::size_t fields);

  template <class T>
  void field(std::string_view name, T& out) {
    if (const Json* v = next(name, kRequired)) note(name, read_json(*v, out));
  }
  template <class T>
  void field(std::string_view name, std::optional<T>& out) {
    out.reset();
    if (const Json* v = next(name, kOptional)) note(name, read_json(*v, out));
  }
  /// With a function `Status(const Json&)` for what has no overload.
  template <class Read>
  void field_with(std::string_view name, Read read) {
    if (const Json* v = next(name, kRequired)) note(name, read(*v));
  }

  /// The same for an optional field: missing and null do not call it.
  template <class Read>
  void optional_field_with(std::string_view name, Read read) {
    const Json* v = next(name, kOptional);
    if (v != nullptr && !v->is_null()) note(name, read(*v));
  }

  Status finish() && { return std::move(status_); }

 private:
  enum Need : bool { kOptional, kRequired };

  StructReader(const Json& value, std::string_view type, std::size_t fields, bool tuple);
  const Json* next(std::string_view name, Need need);
  void note(std::string_view name, Status result);
  void refuse(std::string detail);

  std::string_view type_;
  const Json::Members* members_ = nullptr;
  const Json::Items* items_ = nullptr;
  Json::Items expanded_;  // a positional array that happened to be all small numbers
  std::size_t position_ = 0;
  Status status_;
};

/// An externally tagged enum taken apart: `"Name"` (no value) or `{"Name": value}`. Points into the
/// tree.
struct JsonVariant {
  std::string_view name;
  const Json* value = nullptr;

  /// For variants without data: no value, or null.
  Status unit() const;
  /// For variants with data.
  Result<const Json*> data() const;
};

Result<JsonVariant> read_json_variant(const Json& value, std::string_view type);

/// A variant without data, as the T that stands for it.
template <class Out, class T>
Result<Out> read_json_unit(const JsonVariant& variant) {
  if (auto ok = variant.unit(); !ok) return std::unexpected(std::move(ok.error()));
  return T{};
}

/// A variant with `fields` named fields; `fill(StructReader&, T&)` reads them.
template <class T, class Fill>
Result<T> read_json_struct(const JsonVariant& variant, std::size_t fields, Fill fill) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  T out;
  StructReader in(**data, variant.name, fields);
  fill(in, out);
  if (auto ok = std::move(in).finish(); !ok) return fail_in(variant.name, std::move(ok.error()));
  return out;
}

/// The error for a variant name that the type does not have; `known` lists them for the reader.
std::unexpected<Error> unknown_variant(const JsonVariant& variant, std::string_view known);

/// Parses `text` and has `read` make a T of it; the error starts with `what`.
template <class T>
Result<T> decode_json(ByteView text, std::string_view what, Result<T> (*read)(const Json&)) {
  auto tree = Json::parse(text);
  if (!tree) return fail_in(what, std::move(tree.error()));
  auto out = read(*tree);
  if (!out) return fail_in(what, std::move(out.error()));
  return out;
}

/// The same for a type that has an overload of read_json.
template <class T>
Result<T> decode_json(ByteView text, std::string_view what) {
  return decode_json<T>(text, what, [](const Json& value) -> Result<T> {
    T out{};
    if (auto ok = read_json(value, out); !ok) return std::unexpected(std::move(ok.error()));
    return out;
  });
}

}  // namespace kinode::msg
