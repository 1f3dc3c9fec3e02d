#include "modules/sqlite/sqlite_snapshot.h"

#include <cstring>
#include <fmt/format.h>
#include <sqlite3.h>

namespace kinode::sqlite {

namespace {

// The shared index of the log, as https://sqlite.org/walformat.html has it.
constexpr int kIndexRegionBytes = 32'768;
constexpr std::size_t kPageSizeAt = 14;    // 16 bits; 1 means 65,536
constexpr std::size_t kFramesAt = 16;      // 32 bits: valid frames in the log
constexpr std::size_t kBackfilledAt = 96;  // 32 bits: frames that are in the file, too
constexpr std::uint64_t kLogHeaderBytes = 32;
constexpr std::uint64_t kFrameHeaderBytes = 24;

template <class T>
T number_at(const volatile void* region, std::size_t offset) {
  T out = 0;
  std::memcpy(&out, static_cast<const char*>(const_cast<const void*>(region)) + offset, sizeof out);
  return out;
}

}  // namespace

Result<std::unique_ptr<SqliteSnapshot>> SqliteSnapshot::open(const std::string& file) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_READWRITE;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  std::unique_ptr<SqliteSnapshot> out(new SqliteSnapshot(raw, file));
  if (code != SQLITE_OK) {
    return fail(Code::kIo, fmt::format("cannot open {}: {}", file, sqlite3_errstr(code)));
  }
  // Its end changes nothing on disk: the path may belong to another database by then.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  int keep_log = 1;
  sqlite3_file_control(raw, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
  sqlite3_busy_timeout(raw, 100);
  // As the module does at each opening; nothing happens where it has.
  if (auto ok = out->execute("PRAGMA journal_mode=WAL"); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  return out;
}

SqliteSnapshot::~SqliteSnapshot() {
  if (db_ != nullptr) sqlite3_close_v2(db_);
}

Status SqliteSnapshot::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  const bool damaged = (sqlite3_errcode(db_) & 0xff) == SQLITE_CORRUPT ||
                       (sqlite3_errcode(db_) & 0xff) == SQLITE_NOTADB;
  return fail(damaged ? Code::kCorrupt : Code::kIo,
              fmt::format("{}: {}", file_, sqlite3_errmsg(db_)));
}

Status SqliteSnapshot::begin() {
  if (auto ok = execute("BEGIN; SELECT 1 FROM sqlite_master LIMIT 1"); !ok) return ok;
  return look();
}

Status SqliteSnapshot::look() {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  sqlite3_int64 size = 0;
  void volatile* index = nullptr;
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2 ||
      file->pMethods->xFileSize(file, &size) != SQLITE_OK ||
      file->pMethods->xShmMap(file, 0, kIndexRegionBytes, 0, &index) != SQLITE_OK ||
      index == nullptr) {
    return fail(Code::kIo, fmt::format("{}: SQLite does not show its log", file_));
  }
  file_size_ = static_cast<std::uint64_t>(size);
  const auto frames = number_at<std::uint32_t>(index, kFramesAt);
  // All of the log is in the file: then the read transaction is about the file alone.
  if (number_at<std::uint32_t>(index, kBackfilledAt) == frames) return {};
  const auto page_size = number_at<std::uint16_t>(index, kPageSizeAt);
  const std::uint64_t page_bytes = page_size == 1 ? 65'536 : page_size;
  log_size_ = kLogHeaderBytes + frames * (kFrameHeaderBytes + page_bytes);
  return {};
}

Status SqliteSnapshot::read(Which which, std::uint64_t offset, std::span<std::byte> into) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(
      db_, "main", which == Which::kFile ? SQLITE_FCNTL_FILE_POINTER : SQLITE_FCNTL_JOURNAL_POINTER,
      static_cast<void*>(&file));
  if (file == nullptr || file->pMethods == nullptr) {
    return fail(Code::kIo, fmt::format("{}: SQLite does not show its files", file_));
  }
  const int code = file->pMethods->xRead(file, into.data(), static_cast<int>(into.size()),
                                         static_cast<sqlite3_int64>(offset));
  // A checkpoint has made the file shorter, after what the log says: the rest is nothing (zeros).
  if (code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ) return {};
  return fail(Code::kIo, fmt::format("{}: {}", file_, sqlite3_errstr(code)));
}

}  // namespace kinode::sqlite
