// Appends compact JSON: the parts that every write_json uses.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "msg/json.h"

namespace kinode::msg {

inline void write_json(std::string& out, std::string_view value) { append_json_string(out, value); }
inline void write_json(std::string& out, const std::string& value) {
  append_json_string(out, value);
}
inline void write_json(std::string& out, const Bytes& value) {
  append_json_bytes(out, value.view());
}
inline void write_json(std::string& out, std::same_as<bool> auto value) {
  out += value ? "true" : "false";
}
inline void write_json(std::string& out, std::unsigned_integral auto value)
  requires(!std::same_as<decltype(value), bool>)
{
  out += std::to_string(value);
}

inline void write_json(std::string& out, std::signed_integral auto value) {
  out += std::to_string(value);
}

/// The rest find their element's overload by argument-dependent lookup.
template <class T>
void write_json(std::string& out, const std::vector<T>& values);

template <class T>
void write_json(std::string& out, const std::optional<T>& value) {
  if (value) {
    write_json(out, *value);
  } else {
    out += "null";
  }
}

template <class T>
void write_json(std::string& out, const std::vector<T>& values) {
  out.push_back('[');
  bool first = true;
  for (const T& value : values) {
    if (!first) out.push_back(',');
    first = false;
    write_json(out, value);
  }
  out.push_back(']');
}

/// Writes one object: fields in the order of the calls, then close().
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(&out) {}

  template <class T>
  JsonObject& field(std::string_view name, const T& value) {
    key(name);
    write_json(*out_, value);
    return *this;
  }

  /// Writes the key; the caller appends the value.
  std::string& key(std::string_view name) {
    out_->push_back(first_ ? '{' : ',');
    first_ = false;
    append_json_string(*out_, name);
    out_->push_back(':');
    return *out_;
  }

  void close() { *out_ += first_ ? "{}" : "}"; }

 private:
  std::string* out_;
  bool first_ = true;
};

/// Wraps `value` as `{"name": value}`.
template <class T>
void write_json_variant(std::string& out, std::string_view name, const T& value) {
  JsonObject(out).field(name, value).close();
}

/// `{"name":{..}}`; `fill(JsonObject&)` writes the fields.
template <class Fill>
void write_json_struct(std::string& out, std::string_view name, Fill fill) {
  JsonObject variant(out);
  JsonObject fields(variant.key(name));
  fill(fields);
  fields.close();
  variant.close();
}

}  // namespace kinode::msg
