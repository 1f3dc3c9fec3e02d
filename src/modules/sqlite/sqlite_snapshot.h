// The files of one database as they stand at one moment, while others go on writing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"

struct sqlite3;

namespace kinode::sqlite {

/// A connection whose read transaction holds the moment: what it needs of the database's file is
/// not overwritten, and the log is not begun anew. The bytes are read through SQLite, which would
/// lose its locks if somebody else opened and closed the file.
///
/// Thread: one at a time; blocks. It outlives the removal of the database.
class SqliteSnapshot {
 public:
  /// Of a database that is there. Reads nothing yet.
  static Result<std::unique_ptr<SqliteSnapshot>> open(const std::string& file);
  ~SqliteSnapshot();
  SqliteSnapshot(const SqliteSnapshot&) = delete;
  SqliteSnapshot& operator=(const SqliteSnapshot&) = delete;

  /// From now on it is the moment. Nobody commits or checkpoints meanwhile. Takes some 20 us.
  Status begin();

  /// Of the file, and of the log as far as it belongs to the moment (0: not at all).
  std::uint64_t file_size() const { return file_size_; }
  std::uint64_t log_size() const { return log_size_; }

  enum class Which : bool { kFile, kLog };
  /// Fills `into`, which ends at the size at the latest.
  Status read(Which which, std::uint64_t offset, std::span<std::byte> into);

 private:
  explicit SqliteSnapshot(sqlite3* db, std::string file) : db_(db), file_(std::move(file)) {}
  Status execute(const char* sql);
  Status look();

  sqlite3* const db_;
  const std::string file_;
  std::uint64_t file_size_ = 0;
  std::uint64_t log_size_ = 0;
};

}  // namespace kinode::sqlite
