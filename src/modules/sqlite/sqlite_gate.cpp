#include "modules/sqlite/sqlite_gate.h"

#include <algorithm>
#include <array>

namespace kinode::sqlite {

namespace {

constexpr std::array<std::string_view, 8> kReadWords{"ANALYZE", "ATTACH", "BEGIN",  "EXPLAIN",
                                                     "PRAGMA",  "SELECT", "VALUES", "WITH"};
constexpr std::array<std::string_view, 18> kWriteWords{
    "ALTER",   "ANALYZE",  "COMMIT",    "CREATE",  "DELETE",  "DETACH",
    "DROP",    "END",      "INSERT",    "REINDEX", "RELEASE", "RENAME",
    "REPLACE", "ROLLBACK", "SAVEPOINT", "UPDATE",  "VACUUM",  "WITH"};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view skip_space_and_comments(std::string_view sql) {
  for (;;) {
    if (!sql.empty() && is_space(sql.front())) {
      sql.remove_prefix(1);
    } else if (sql.starts_with("--")) {
      sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
    } else if (sql.starts_with("/*")) {
      const auto end = sql.find("*/", 2);
      sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
    } else {
      return sql;
    }
  }
}

}  // namespace

std::string first_word(std::string_view sql) {
  std::string out;
  for (const char c : skip_space_and_comments(sql)) {
    if (!is_letter(c)) break;
    out.push_back(c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return out;
}

Way way_of_query(std::string_view word) {
  if (word == "PRAGMA" || word == "ANALYZE") return Way::kReadOrWrite;
  if (std::ranges::find(kReadWords, word) != kReadWords.end()) return Way::kRead;
  if (std::ranges::find(kWriteWords, word) != kWriteWords.end()) return Way::kRefused;
  return Way::kUnknown;
}

Way way_of_write(std::string_view word) {
  if (std::ranges::find(kWriteWords, word) != kWriteWords.end()) return Way::kWrite;
  if (std::ranges::find(kReadWords, word) != kReadWords.end()) return Way::kRefused;
  return Way::kUnknown;
}

}  // namespace kinode::sqlite
