// SQL databases (sqlite:distro:sys, io.md 10).
//
//   const auto db = sqlite::Database::open("users");  // Result<sqlite::Database>
//   db->write("CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT)");
//   db->write("INSERT INTO users (name) VALUES (?)", {"Ann"});
//
//   auto rows = db->query("SELECT id, name FROM users WHERE id < ?", {10});
//   for (const auto& row : *rows) {  // after a look at whether there are rows
//     const auto user = row.as<int64_t, std::string>();  // Result<std::tuple<..>>
//   }
//   struct User { int64_t id; std::string name; };      // or as described structs, which work
//   KINODE_JSON(User, id, name)                         // on a node of Kinode 1.0, too
//   const auto users = db->query_as<User>("SELECT id, name FROM users");
//
// The manifest has to name sqlite:distro:sys in request_capabilities, and in grant_capabilities
// unless the process is public. What is marked as an addition gives kUnsupported on a node of
// Kinode 1.0.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "kinode/database.h"
#include "kinode/json.h"
#include "kinode/sqlite_rows.h"

namespace kinode::sqlite {

using Options = DatabaseOptions;

/// A text as Kinode 1.0 sends it: if it happens to look like base64 ("Dave", "test", ""), it is
/// stored as the bytes that this stands for. Only for nodes that know no better.
struct Untyped {
  std::string_view text;
};

/// One value for a `?`. It refers to its text until the statement is sent.
class Parameter {
 public:
  // NOLINTBEGIN(google-explicit-constructor): it stands for each of these in lists of parameters.
  Parameter(std::nullptr_t) {}
  Parameter(std::nullopt_t) {}
  template <std::same_as<bool> Bool>
  Parameter(Bool value) : value_(int64_t{value}) {}
  template <std::integral Number>
    requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
  Parameter(Number value) {
    // SQLite has no whole numbers beyond: near is not equal, so it is refused when it is sent.
    if (std::in_range<int64_t>(value)) {
      value_ = static_cast<int64_t>(value);
    } else {
      value_ = TooLarge{};
    }
  }
  template <std::floating_point Real>
  Parameter(Real value) : value_(double{value}) {}
  Parameter(const char* text) : value_(std::string_view(text)) {}
  Parameter(std::string_view text) : value_(text) {}
  Parameter(const std::string& text) : value_(std::string_view(text)) {}
  Parameter(const Binary& binary) : value_(Bytes{binary.bytes}) {}
  Parameter(Untyped text) : value_(text) {}
  template <class T>
  Parameter(const std::optional<T>& value) {
    if (value) *this = Parameter(*value);
  }
  // NOLINTEND(google-explicit-constructor)

 private:
  friend class Parameters;
  struct Bytes {
    std::string_view bytes;
  };
  struct TooLarge {};
  std::variant<std::monostate, int64_t, double, std::string_view, Bytes, Untyped, TooLarge> value_;
};

/// The values for a statement's `?`, in their order. Whole numbers, fractions, texts and bytes
/// arrive as what they are. They take the form that Kinode 1.0 reads; what has none there, infinity
/// and texts that look like base64, gives kInvalid on such a node, and no wrong data.
class Parameters {
 public:
  Parameters() = default;
  Parameters(std::initializer_list<Parameter> all) {  // NOLINT: `{1, "a"}` in calls
    for (const auto& one : all) add(one);
  }
  /// Copies the value.
  Parameters& add(const Parameter& value);

  /// The JSON that is sent. Errors: kInvalid, for texts that are not UTF-8 and numbers beyond 64
  /// bits.
  Result<std::string> json() const;

 private:
  void add_text(std::string_view text);
  void add_real(double value);

  std::string json_;  // without brackets
  Status valid_;
  size_t count_ = 0;
};

/// An open transaction. What it writes happens at its commit; until then, queries do not see it,
/// and statements that cannot work fail there (Error::statement says which).
class Transaction : public kinode::detail::Transaction {
 public:
  Status write(std::string_view statement, const Parameters& parameters = {});

 private:
  friend class Database;
  using kinode::detail::Transaction::Transaction;
};

/// One database. It is a name: copies are the same database, and nothing has to be closed.
class Database {
 public:
  /// Opens it, and creates it if it is not there; gives this process the rights to read and write
  /// it. Only for databases of the own package.
  static Result<Database> open(std::string_view name, const Options& options = {});
  /// One that was opened before, or to which somebody has given the right. Asks nothing.
  explicit Database(std::string_view name, const Options& options = {});

  /// Addition: the rows of one statement that reads, with the values' types. Errors: kInvalid, also
  /// for statements that write.
  Result<Rows> query(std::string_view statement, const Parameters& parameters = {}) const;

  /// The rows as described structs (KINODE_JSON), a member for each column; columns that the struct
  /// does not have are skipped. Bytes are read into a Binary. Errors: also kBadAnswer, with the
  /// place, if a row is no T.
  template <class T>
  Result<std::vector<T>> query_as(std::string_view statement,
                                  const Parameters& parameters = {}) const {
    const auto json = query_json(statement, parameters);
    if (!json) return std::unexpected(json.error());
    auto rows = from_json<std::vector<T>>(json->bytes());
    if (rows) return *std::move(rows);
    return std::unexpected(
        Error{ErrorKind::kBadAnswer, "the rows are not as expected: " + rows.error()});
  }
  /// The rows as the JSON that Kinode 1.0 gives, `[{"column":value}]`: bytes are base64.
  Result<Blob> query_json(std::string_view statement, const Parameters& parameters = {}) const;

  /// Runs one statement that writes.
  Status write(std::string_view statement, const Parameters& parameters = {}) const;

  /// Addition: the same with the rows of its RETURNING clause, as the JSON of query_json(). On a
  /// node of Kinode 1.0 such a statement takes effect and is an error nevertheless.
  Result<Blob> write_returning(std::string_view statement, const Parameters& parameters = {}) const;

  Result<Transaction> begin() const;
  /// A transaction as a scope: `body(Transaction&)` gives a Status, and commits by itself, usually
  /// as its last step. If it returns without, the transaction is aborted; returning success without
  /// commit or abort is kInvalid, so that a forgotten commit does not go unseen.
  template <class Body>
  Status transaction(Body&& body) const {
    auto transaction = begin();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    return kinode::detail::end_scope(*transaction, body(*transaction));
  }

  /// What was written so far is in the one file. Kinode 0.9 and this node.
  Status sync() const;

 private:
  kinode::detail::DatabaseRef ref_;
};

/// Removes a database of the own package with all that is in it.
Status remove(std::string_view name, const Options& options = {});

}  // namespace kinode::sqlite

/// Bytes among the members of described structs: base64 in the JSON.
template <>
struct kinode::detail::Json<kinode::sqlite::Binary> {
  static bool read(JsonReader& from, sqlite::Binary& value, std::string& why);
  static void write(std::string& to, const sqlite::Binary& value);
};
