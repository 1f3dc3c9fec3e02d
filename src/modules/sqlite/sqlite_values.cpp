#include "modules/sqlite/sqlite_values.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <optional>
#include <sqlite3.h>
#include <string_view>

#include "base/limits.h"
#include "msg/json.h"

namespace kinode::sqlite {

namespace {

using msg::Json;

constexpr std::int64_t kExactInJavaScript = std::int64_t{1} << 53;

/// A whole number of JSON, or its text.
std::optional<std::int64_t> integer_of(const Json& value) {
  if (const auto* u = value.unsigned_integer()) {
    if (*u > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
    return static_cast<std::int64_t>(*u);
  }
  if (const auto* n = value.negative_integer()) return *n;
  if (const auto* s = value.string()) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(s->data(), s->data() + s->size(), out);
    if (error == std::errc() && end == s->data() + s->size()) return out;
  }
  return std::nullopt;
}

std::optional<double> real_of(const Json& value) {
  if (const auto* f = value.fraction()) return *f;
  if (const auto* u = value.unsigned_integer()) return static_cast<double>(*u);
  if (const auto* n = value.negative_integer()) return static_cast<double>(*n);
  if (const auto* s = value.string()) {
    if (*s == "Infinity") return std::numeric_limits<double>::infinity();
    if (*s == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  return std::nullopt;
}

template <class T>
std::optional<SqlValue> value_of(std::optional<T> value) {
  if (!value) return std::nullopt;
  return SqlValue(std::move(*value));
}

std::optional<SqlValue> blob_of(const Json& value) {
  if (const auto* list = value.byte_list()) return SqlValue(*list);
  const auto* text = value.string();
  if (text == nullptr) return std::nullopt;
  auto bytes = base64_decode(*text);
  if (!bytes) return std::nullopt;
  return SqlValue(std::move(*bytes));
}

/// `{"$blob":".."}` and its like; none: it is no value.
std::optional<SqlValue> typed(const Json::Members& members) {
  if (members.size() != 1) return std::nullopt;
  const auto& [name, value] = members.front();
  if (name == "$text" || name == "Text") {
    if (const auto* s = value.string()) return SqlValue(Text{*s});
    return std::nullopt;
  }
  if (name == "$blob" || name == "Blob") return blob_of(value);
  if (name == "$integer" || name == "Integer") return value_of(integer_of(value));
  if (name == "$real" || name == "Real") return value_of(real_of(value));
  if (name == "Boolean" && value.boolean() != nullptr) {
    return SqlValue(std::int64_t{*value.boolean()});
  }
  if (name == "Null" && value.is_null()) return SqlValue();
  return std::nullopt;
}

std::optional<SqlValue> parameter(const Json& value) {
  if (value.is_null()) return SqlValue();
  if (const auto* b = value.boolean()) return SqlValue(std::int64_t{*b});
  if (const auto* s = value.string()) {
    if (auto bytes = base64_decode(*s)) return SqlValue(std::move(*bytes));
    return SqlValue(Text{*s});
  }
  if (const auto* members = value.members()) return typed(*members);
  if (value.is_array()) return std::nullopt;
  if (const auto integer = integer_of(value)) return SqlValue(*integer);
  return value_of(real_of(value));
}

std::string_view text_of(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

ByteView bytes_of(sqlite3_stmt* statement, int column) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

SqliteResult<Parameters> decode_parameters(ByteView json) {
  const auto tree = Json::parse(json);
  if (!tree || !tree->is_array()) return refuse(SqliteError::Kind::kInvalidParameters);
  Parameters out;
  if (const auto* numbers = tree->byte_list()) {
    for (const std::uint8_t number : *numbers) out.emplace_back(std::int64_t{number});
    return out;
  }
  for (const Json& item : *tree->items()) {
    auto value = parameter(item);
    if (!value) return refuse(SqliteError::Kind::kInvalidParameters);
    out.push_back(std::move(*value));
  }
  return out;
}

RowsWriter::RowsWriter(sqlite3_stmt* statement, RowsForm form)
    : statement_(statement), form_(form) {
  const int count = sqlite3_column_count(statement);
  const auto name = [&](int i) {
    const char* text = sqlite3_column_name(statement, i);
    return std::string(text == nullptr ? "" : text);
  };
  if (form == RowsForm::kColumns) {
    out_ = "{\"columns\":[";
    for (int i = 0; i < count; ++i) {
      if (i > 0) out_.push_back(',');
      msg::append_json_string(out_, name(i));
      columns_.push_back({i, {}});
    }
    out_ += "],\"rows\":[";
    return;
  }
  out_ = "[";
  std::map<std::string, int> last;
  for (int i = 0; i < count; ++i) last.insert_or_assign(name(i), i);
  for (const auto& [text, index] : last) {
    std::string key;
    msg::append_json_string(key, text);
    columns_.push_back({index, key + ":"});
  }
}

SqliteStatus RowsWriter::add_value(int column) {
  const bool typed = form_ == RowsForm::kColumns;
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: {
      const std::int64_t value = sqlite3_column_int64(statement_, column);
      const bool exact = value <= kExactInJavaScript && value >= -kExactInJavaScript;
      out_ +=
          typed && !exact ? fmt::format("{{\"$integer\":\"{}\"}}", value) : std::to_string(value);
      return {};
    }
    case SQLITE_FLOAT: {
      const double value = sqlite3_column_double(statement_, column);
      if (typed && !std::isfinite(value)) {
        out_ += value > 0 ? R"({"$real":"Infinity"})" : R"({"$real":"-Infinity"})";
      } else {
        msg::append_json_number(out_, value);
      }
      return {};
    }
    case SQLITE_TEXT: {
      const std::string_view text = text_of(statement_, column);
      if (!is_utf8(as_bytes(text))) {
        return std::unexpected(SqliteError::rusqlite(
            fmt::format("invalid UTF-8 in column {} ({}): select it as a BLOB", column,
                        sqlite3_column_name(statement_, column)),
            "Invalid"));
      }
      msg::append_json_string(out_, text);
      return {};
    }
    case SQLITE_BLOB:
      out_ += typed ? "{\"$blob\":\"" : "\"";
      out_ += base64_encode(bytes_of(statement_, column));
      out_ += typed ? "\"}" : "\"";
      return {};
    default:
      out_ += "null";
      return {};
  }
}

SqliteStatus RowsWriter::add_row() {
  if (!first_) out_.push_back(',');
  first_ = false;
  out_.push_back(form_ == RowsForm::kColumns ? '[' : '{');
  bool first = true;
  for (const Column& column : columns_) {
    if (!first) out_.push_back(',');
    first = false;
    out_ += column.key;
    if (auto ok = add_value(column.index); !ok) return ok;
    if (out_.size() > limits::kSqliteResultBytesMax) {
      return std::unexpected(SqliteError::rusqlite(
          fmt::format("the result is larger than {} bytes: ask for fewer rows or columns",
                      limits::kSqliteResultBytesMax),
          "TooBig"));
    }
  }
  out_.push_back(form_ == RowsForm::kColumns ? ']' : '}');
  return {};
}

std::string RowsWriter::finish() && {
  out_ += form_ == RowsForm::kColumns ? "]}" : "]";
  return std::move(out_);
}

}  // namespace kinode::sqlite
