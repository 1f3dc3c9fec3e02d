#include "kinode/sqlite.h"

#include <cmath>

#include "ask.h"
#include "base64.h"

namespace kinode::sqlite {

using namespace kinode::literals;
using kinode::detail::Answer;
using kinode::detail::base64;
using kinode::detail::base64_bytes;
using kinode::detail::check_text;
using kinode::detail::DatabaseRef;
using kinode::detail::joined;
using kinode::detail::quoted;

namespace {

constexpr auto kModule = "sqlite:distro:sys"_process;

/// Sends a statement with its parameters as the blob.
Result<Answer> run(const DatabaseRef& database, std::string_view statement, std::string_view action,
                   const Parameters& parameters, std::string_view addition = {}) {
  if (auto text = check_text("the statement", statement); !text) {
    return std::unexpected(text.error());
  }
  auto json = parameters.json();
  if (!json) return std::unexpected(std::move(json.error()));
  return database.ask(action, std::optional<BytesArg>(*std::move(json)), addition);
}

std::string write_action(std::string_view statement, std::string_view tx_id) {
  return joined(R"({"Write":{"statement":)", quoted(statement), R"(,"tx_id":)", tx_id, "}}");
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

}  // namespace

Parameters& Parameters::add(const Parameter& value) {
  if (count_++ > 0) json_ += ',';
  const auto invalid = [&](std::string_view why) {
    if (valid_) {
      valid_ = kinode::detail::fail(ErrorKind::kInvalid, joined("parameter ", count_, " ", why));
    }
  };
  std::visit(
      Overloaded{
          [&](std::monostate) { json_ += "null"; },
          [&](int64_t whole) { kinode::detail::append(json_, whole); },
          [&](double real) { add_real(real); },
          [&](std::string_view text) {
            if (!is_utf8(text)) invalid("is not UTF-8: give bytes as a Binary");
            add_text(text);
          },
          [&](Untyped untyped) {
            if (!is_utf8(untyped.text)) invalid("is not UTF-8");
            json_ += quoted(untyped.text);
          },
          [&](const Parameter::Bytes& bytes) { json_ += joined("\"", base64(bytes.bytes), "\""); },
          [&](Parameter::TooLarge) {
            invalid("is larger than a whole number of SQLite can be: give it as text");
          }},
      value.value_);
  return *this;
}

/// What looks like base64 would be stored as bytes.
void Parameters::add_text(std::string_view text) {
  json_ += base64_bytes(text) ? joined(R"({"$text":)", quoted(text), "}") : quoted(text);
}

/// With a point or an exponent: without, it would be stored as a whole number.
void Parameters::add_real(double value) {
  if (std::isinf(value)) {
    json_ += value > 0 ? R"({"$real":"Infinity"})" : R"({"$real":"-Infinity"})";
    return;
  }
  std::string text;
  kinode::detail::write_json_double(text, value);  // NaN is null, as it is in SQLite
  if (text.find_first_of(".enul") == text.npos) text += ".0";
  json_ += text;
}

Result<std::string> Parameters::json() const {
  if (!valid_) return std::unexpected(valid_.error());
  return joined("[", json_, "]");
}

Status Transaction::write(std::string_view statement, const Parameters& parameters) {
  if (auto open = check_open(); !open) return open;
  return kinode::detail::done(
      run(database(), statement, write_action(statement, id()), parameters));
}

Result<Database> Database::open(std::string_view name, const Options& options) {
  Database database(name, options);
  if (auto opened = database.ref_.act("\"Open\""); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Database::Database(std::string_view name, const Options& options) : ref_(kModule, name, options) {}

Result<Rows> Database::query(std::string_view statement, const Parameters& parameters) const {
  const auto action = joined(R"({"QueryColumns":)", quoted(statement), "}");
  auto blob =
      kinode::detail::content(run(ref_, statement, action, parameters, "QueryColumns"), "Read");
  if (!blob) return std::unexpected(std::move(blob.error()));
  return Rows::parse(*std::move(blob));
}

Result<Blob> Database::query_json(std::string_view statement, const Parameters& parameters) const {
  const auto action = joined(R"({"Query":)", quoted(statement), "}");
  return kinode::detail::content(run(ref_, statement, action, parameters), "Read");
}

Status Database::write(std::string_view statement, const Parameters& parameters) const {
  return kinode::detail::done(run(ref_, statement, write_action(statement, "null"), parameters));
}

Result<Blob> Database::write_returning(std::string_view statement,
                                       const Parameters& parameters) const {
  return kinode::detail::content(run(ref_, statement, write_action(statement, "null"), parameters),
                                 "Ok");
}

Result<Transaction> Database::begin() const {
  const auto id = ref_.begin();
  if (!id) return std::unexpected(id.error());
  return Transaction(ref_, *id);
}

Status Database::sync() const { return ref_.act("\"Backup\"", {}, "Backup"); }

Status remove(std::string_view name, const Options& options) {
  return DatabaseRef(kModule, name, options).act("\"RemoveDb\"");
}

}  // namespace kinode::sqlite

namespace kinode::detail {

bool Json<sqlite::Binary>::read(JsonReader& from, sqlite::Binary& value, std::string& why) {
  std::string text;
  if (!read_json_string(from, text, why)) return false;
  auto bytes = base64_bytes(text);
  if (!bytes) return why = "expected base64", false;
  value.bytes = *std::move(bytes);
  return true;
}

void Json<sqlite::Binary>::write(std::string& to, const sqlite::Binary& value) {
  write_json_string(to, base64(value.bytes));
}

}  // namespace kinode::detail
