#include "msg/json_reader.h"

#include <fmt/format.h>

namespace kinode::msg {

namespace {

/// How much of a name from outside an error repeats.
constexpr std::size_t kQuotedMax = 64;

std::string quoted(std::string_view name) {
  const std::string shown = printable(name.substr(0, kQuotedMax));
  return fmt::format("`{}{}`", shown, name.size() > kQuotedMax ? "..." : "");
}

template <class T>
Status read_unsigned(const Json& value, T& out) {
  constexpr T kMax = std::numeric_limits<T>::max();
  const auto* n = value.unsigned_integer();
  if (n == nullptr || *n > kMax) {
    return json_mismatch(fmt::format("a whole number from 0 to {}", kMax), value);
  }
  out = static_cast<T>(*n);
  return {};
}

}  // namespace

std::unexpected<Error> json_mismatch(std::string_view expected, const Json& found) {
  return fail(Code::kInvalid, fmt::format("expected {}, found {}", expected, found.kind_text()));
}

Status read_json(const Json& value, bool& out) {
  const bool* b = value.boolean();
  if (b == nullptr) return json_mismatch("true or false", value);
  out = *b;
  return {};
}

Status read_json(const Json& value, std::uint8_t& out) { return read_unsigned(value, out); }
Status read_json(const Json& value, std::uint16_t& out) { return read_unsigned(value, out); }
Status read_json(const Json& value, std::uint32_t& out) { return read_unsigned(value, out); }
Status read_json(const Json& value, std::uint64_t& out) { return read_unsigned(value, out); }

Status read_json(const Json& value, std::int64_t& out) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (const auto* n = value.negative_integer()) {
    out = *n;
  } else if (const auto* u = value.unsigned_integer(); u != nullptr && *u <= kMax) {
    out = static_cast<std::int64_t>(*u);
  } else {
    return json_mismatch("a whole number of 64 bits with sign", value);
  }
  return {};
}

Status read_json(const Json& value, std::string& out) {
  const std::string* s = value.string();
  if (s == nullptr) return json_mismatch("a string", value);
  out = *s;
  return {};
}

Status read_json(const Json& value, Bytes& out) {
  const ByteVector* bytes = value.byte_list();
  if (bytes == nullptr) return json_mismatch("an array of numbers from 0 to 255", value);
  out = Bytes::copy(*bytes);
  return {};
}

Status read_json(const Json& value, ByteVector& out) {
  const ByteVector* bytes = value.byte_list();
  if (bytes == nullptr) return json_mismatch("an array of numbers from 0 to 255", value);
  out = *bytes;
  return {};
}

StructReader::StructReader(const Json& value, std::string_view type, std::size_t fields)
    : StructReader(value, type, fields, false) {}

StructReader StructReader::tuple(const Json& value, std::string_view type, std::size_t fields) {
  return StructReader(value, type, fields, true);
}

StructReader::StructReader(const Json& value, std::string_view type, std::size_t fields, bool tuple)
    : type_(type) {
  if (value.is_array()) {
    if (value.array_size() != fields) {
      refuse(fmt::format("expected an array of {} elements, found {}", fields, value.array_size()));
      return;
    }
    items_ = value.items();
    if (items_ == nullptr) {
      for (const std::uint8_t b : *value.byte_list()) expanded_.emplace_back(std::uint64_t{b});
    }
    return;
  }
  members_ = tuple ? nullptr : value.members();
  if (members_ == nullptr) {
    const auto expected = tuple ? fmt::format("an array of {} elements", fields) : "an object";
    refuse(json_mismatch(expected, value).error().detail);
  }
}

const Json* StructReader::next(std::string_view name, Need need) {
  if (!status_) return nullptr;
  if (members_ == nullptr) {
    const auto& items = items_ != nullptr ? *items_ : expanded_;
    return &items[position_++];
  }
  const Json* found = nullptr;
  for (const auto& [key, value] : *members_) {
    if (key != name) continue;
    if (found != nullptr) {
      refuse(fmt::format("field `{}` is given twice", name));
      return nullptr;
    }
    found = &value;
  }
  if (found == nullptr && need == kRequired) refuse(fmt::format("field `{}` is missing", name));
  return found;
}

void StructReader::note(std::string_view name, Status result) {
  if (result) return;
  status_ = fail_in(fmt::format("{}: field `{}`", type_, name), std::move(result.error()));
}

void StructReader::refuse(std::string detail) {
  status_ = fail(Code::kInvalid, fmt::format("{}: {}", type_, detail));
}

Status JsonVariant::unit() const {
  if (value == nullptr || value->is_null()) return {};
  return fail_in(name, json_mismatch("no value", *value).error());
}

Result<const Json*> JsonVariant::data() const {
  if (value != nullptr) return value;
  return fail(Code::kInvalid, fmt::format("`{}` needs a value: {{\"{}\": ...}}", name, name));
}

Result<JsonVariant> read_json_variant(const Json& value, std::string_view type) {
  if (const std::string* s = value.string()) return JsonVariant{*s, nullptr};
  const Json::Members* members = value.members();
  if (members == nullptr) {
    return fail_in(type, json_mismatch("a string or an object with one field", value).error());
  }
  if (members->size() != 1) {
    return fail(Code::kInvalid, fmt::format("{}: expected an object with one field, found {}", type,
                                            members->size()));
  }
  return JsonVariant{members->front().first, &members->front().second};
}

std::unexpected<Error> unknown_variant(const JsonVariant& variant, std::string_view known) {
  return fail(Code::kInvalid,
              fmt::format("unknown variant {}, expected {}", quoted(variant.name), known));
}

}  // namespace kinode::msg
