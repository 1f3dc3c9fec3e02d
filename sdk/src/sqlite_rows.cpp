#include "kinode/sqlite_rows.h"

#include <charconv>
#include <limits>

#include "ask.h"
#include "base64.h"
#include "kinode/json.h"

namespace kinode::sqlite {

using kinode::detail::base64_bytes;
using kinode::detail::fail;
using kinode::detail::joined;

namespace {

std::unexpected<Error> bad_rows() {
  return fail(ErrorKind::kBadAnswer, "sqlite:distro:sys gave rows that are not understood");
}

std::optional<Value> whole(std::string_view text) {
  int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  return Value(value);
}

std::optional<Value> number(std::string_view text) {
  if (text.find_first_of(".eE") == text.npos) return whole(text);
  return Value(from_json<double>(text).value_or(0.0));
}

/// `{"$blob":".."}`, `{"$integer":".."}` or `{"$real":".."}`, the reader behind the brace.
std::optional<Value> typed(JsonReader& in) {
  const auto name = in.string();
  if (!name || !in.take(':')) return std::nullopt;
  const auto text = in.string();
  if (!text || !in.take('}')) return std::nullopt;
  if (*name == "$integer") return whole(*text);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (*name == "$real" && *text == "Infinity") return kInfinity;
  if (*name == "$real" && *text == "-Infinity") return -kInfinity;
  if (*name != "$blob") return std::nullopt;
  auto bytes = base64_bytes(*text);
  if (!bytes) return std::nullopt;
  return Binary{*std::move(bytes)};
}

std::optional<Value> value_of(std::string_view cell) {
  JsonReader in(cell);
  const char first = in.peek();
  if (in.take_word("null")) return Value();
  if (first == '"') return in.string().transform([](std::string text) { return Value(text); });
  if (in.take('{')) return typed(in);
  const auto text = in.number();
  if (!text) return std::nullopt;
  return number(*text);
}

}  // namespace

namespace detail {

bool convert(const Value& from, int64_t& to) {
  const auto* whole = std::get_if<int64_t>(&from);
  if (whole != nullptr) to = *whole;
  return whole != nullptr;
}

bool convert(const Value& from, double& to) {
  if (const auto* real = std::get_if<double>(&from)) return to = *real, true;
  int64_t whole = 0;
  if (!convert(from, whole)) return false;
  to = static_cast<double>(whole);
  return true;
}

bool convert(const Value& from, bool& to) {
  int64_t whole = 0;
  if (!convert(from, whole) || whole < 0 || whole > 1) return false;
  to = whole == 1;
  return true;
}

bool convert(Value& from, std::string& to) {
  auto* text = std::get_if<std::string>(&from);
  if (text != nullptr) to = std::move(*text);
  return text != nullptr;
}

bool convert(Value& from, Binary& to) {
  auto* binary = std::get_if<Binary>(&from);
  if (binary != nullptr) to = std::move(*binary);
  return binary != nullptr;
}

Result<Value> decode(std::string_view cell) {
  auto value = value_of(cell);
  if (!value) return bad_rows();
  return *std::move(value);
}

Error wrong_type(std::string_view column, std::string_view cell) {
  constexpr size_t kShown = 50;
  return {ErrorKind::kInvalid,
          joined("column ", column, " has another type: ", lossy_utf8(cell.substr(0, kShown)))};
}

}  // namespace detail

Error Row::no_column(std::string_view which) const {
  return {ErrorKind::kInvalid, joined("the rows have no column ", which)};
}

Error Row::wrong_count(size_t wanted) const {
  return {ErrorKind::kInvalid,
          joined("the rows have ", cells_.size(), " columns, and not ", wanted)};
}

Result<Rows> Rows::parse(Blob json) {
  Rows rows;
  rows.blob_ = std::move(json);
  const auto text = json_value(rows.blob_.bytes());
  if (!text) return bad_rows();
  JsonReader in(rows.blob_.bytes());
  std::string why;
  if (!in.take('{') || in.string() != "columns" || !in.take(':')) return bad_rows();
  if (!kinode::detail::read_json(in, rows.names_, why) || !in.take(',')) return bad_rows();
  if (in.string() != "rows" || !in.take(':') || !in.take('[')) return bad_rows();
  rows.at_ = rows.blob_.bytes().size() - in.rest().size();
  // Every row is looked at once here, so that going through them cannot fail.
  while (in.peek() == '[') {
    size_t count = 0;
    in.take('[');
    if (!in.take(']')) {
      do {
        in.value();
        ++count;
      } while (in.take(','));
      in.take(']');
    }
    if (count != rows.names_.size()) return bad_rows();
    in.take(',');
  }
  if (!in.take(']')) return bad_rows();
  return rows;
}

const Row* Rows::next() {
  JsonReader in(blob_.bytes().substr(at_));
  in.take(',');
  if (!in.take('[')) return nullptr;
  row_.names_ = &names_;
  row_.cells_.clear();
  if (!in.take(']')) {
    do {
      row_.cells_.push_back(in.value().value_or("null"));
    } while (in.take(','));
    in.take(']');
  }
  at_ = blob_.bytes().size() - in.rest().size();
  return &row_;
}

}  // namespace kinode::sqlite
