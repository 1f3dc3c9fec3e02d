// Parameters and rows: JSON on the outside, SQLite's five types on the inside (io.md 10.4, 10.5).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "modules/sqlite/sqlite_messages.h"

struct sqlite3_stmt;

namespace kinode::sqlite {

struct Text {
  std::string text;
  bool operator==(const Text&) const = default;
};
using SqlValue = std::variant<std::monostate, std::int64_t, double, Text, ByteVector>;
using Parameters = std::vector<SqlValue>;

/// The parameters in a blob. As the original: a string that is well-formed base64 is a BLOB,
/// another one TEXT. Ours: an object with one of the keys `$text`, `$blob` (base64 or a list of
/// bytes),
/// `$integer`, `$real`, or `Text`, `Blob`, `Integer`, `Real`, `Boolean`, `Null` says which it is
/// (Q1). Errors: InvalidParameters.
SqliteResult<Parameters> decode_parameters(ByteView json);

/// How rows are written.
enum class RowsForm : std::uint8_t {
  kObjects,  // `[{"a":1,"b":"x"}]`, keys sorted, of equal names the last column (io.md 10.5)
  kColumns,  // `{"columns":["b","a"],"rows":[["x",1]]}`, ours
};

/// Collects the rows of one statement as JSON. In the form kColumns a value whose type JSON does
/// not show is an object: `{"$blob":"base64"}`, `{"$integer":"9007199254740993"}` beyond 2^53, and
/// `{"$real":"Infinity"}`; in the form kObjects an infinity is null (Q2).
class RowsWriter {
 public:
  RowsWriter(sqlite3_stmt* statement, RowsForm form);

  /// The row that the statement stands on. Errors: text that is not UTF-8, more bytes than
  /// limits::kSqliteResultBytesMax in all.
  SqliteStatus add_row();

  std::string finish() &&;
  /// The bytes so far.
  std::size_t size() const { return out_.size(); }

 private:
  SqliteStatus add_value(int column);

  sqlite3_stmt* const statement_;
  const RowsForm form_;
  struct Column {
    int index;
    std::string key;  // as JSON, with the colon behind it
  };
  std::vector<Column> columns_;
  std::string out_;
  bool first_ = true;
};

}  // namespace kinode::sqlite
