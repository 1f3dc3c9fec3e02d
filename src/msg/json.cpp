#include "msg/json.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/limits.h"

namespace kinode::msg {

/// Receives the parser's events and builds the tree on a stack of its own.
class JsonBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(number_integer_t value) {
    // The parser reports whole numbers from zero up as unsigned, so a zero here was "-0": a
    // fraction.
    return value == 0 ? add(Json(-0.0)) : add(Json(static_cast<std::int64_t>(value)));
  }
  bool number_unsigned(number_unsigned_t value) { return add(Json(std::uint64_t{value})); }
  bool number_float(number_float_t value, const string_t&) { return add(Json(value)); }
  bool string(string_t& value) { return add(Json(std::move(value))); }
  bool binary(binary_t&) { return refuse("binary values do not occur in JSON text"); }

  bool start_object(std::size_t) { return open(Json(Json::Members())); }
  bool key(string_t& name) {
    std::get<Json::Members>(stack_.back().value_).emplace_back(std::move(name), Json());
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Json(ByteVector())); }
  bool end_array() { return close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& why) {
    const bool range = why.id == 406;
    return refuse(fmt::format("is not JSON: {} at byte {}",
                              range ? "a number is too large" : "a syntax error", position));
  }

  Result<Json> take(bool parsed) {
    if (!parsed) return fail(Code::kInvalid, error_.empty() ? "is not JSON" : std::move(error_));
    return std::move(root_);
  }

 private:
  bool refuse(std::string why) {
    if (error_.empty()) error_ = std::move(why);
    return false;
  }

  bool count(std::size_t values) {
    values_ += values;
    if (values_ <= limits::kJsonValuesMax) return true;
    return refuse(fmt::format("has more than {} JSON values", limits::kJsonValuesMax));
  }

  bool open(Json container) {
    if (stack_.size() >= limits::kNestingMax) {
      return refuse(fmt::format("is nested deeper than {} levels", limits::kNestingMax));
    }
    stack_.push_back(std::move(container));
    return true;
  }

  bool close() {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    return add(std::move(done));
  }

  bool add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return true;
    }
    auto& top = stack_.back().value_;
    if (auto* members = std::get_if<Json::Members>(&top)) {
      members->back().second = std::move(value);
      return count(1);
    }
    if (auto* bytes = std::get_if<ByteVector>(&top)) {
      if (const auto* n = value.unsigned_integer(); n != nullptr && *n < 256) {
        bytes->push_back(static_cast<std::uint8_t>(*n));
        return true;
      }
      if (!count(bytes->size())) return false;
      Json::Items items;
      items.reserve(bytes->size() + 1);
      for (const std::uint8_t b : *bytes) items.emplace_back(std::uint64_t{b});
      top = std::move(items);
    }
    std::get<Json::Items>(top).push_back(std::move(value));
    return count(1);
  }

  std::vector<Json> stack_;
  Json root_;
  std::size_t values_ = 0;
  std::string error_;
};

Result<Json> Json::parse(std::string_view text) {
  // The parser would skip a byte order mark and take a zero byte for the end; JSON has neither.
  if (text.starts_with("\xef\xbb\xbf")) {
    return fail(Code::kInvalid, "is not JSON: it begins with a byte order mark");
  }
  if (const auto zero = text.find('\0'); zero != text.npos) {
    return fail(Code::kInvalid, fmt::format("is not JSON: a zero byte at byte {}", zero + 1));
  }
  JsonBuilder builder;
  const bool parsed = nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder);
  return builder.take(parsed);
}

std::size_t Json::array_size() const {
  if (const auto* bytes = byte_list()) return bytes->size();
  if (const auto* list = items()) return list->size();
  return 0;
}

Json Json::element(std::size_t position) const {
  KINODE_ASSERT(position < array_size());
  if (const auto* bytes = byte_list()) return Json(std::uint64_t{(*bytes)[position]});
  return (*items())[position];
}

std::string Json::kind_text() const {
  if (is_null()) return "null";
  if (const auto* b = boolean()) return *b ? "true" : "false";
  if (const auto* n = unsigned_integer()) return fmt::format("the number {}", *n);
  if (const auto* n = negative_integer()) return fmt::format("the number {}", *n);
  if (const auto* d = fraction()) {
    std::string out = "the number ";
    append_json_number(out, *d);
    return out;
  }
  if (string() != nullptr) return "a string";
  return is_array() ? "an array" : "an object";
}

}  // namespace kinode::msg
