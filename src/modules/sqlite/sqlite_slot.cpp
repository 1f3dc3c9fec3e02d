#include "modules/sqlite/sqlite_slot.h"

#include <filesystem>
#include <fmt/format.h>

#include "store/database_path.h"
#include "store/files.h"

namespace kinode::sqlite {

namespace fs = std::filesystem;

namespace {

constexpr const char* kParts[] = {"-wal", ""};  // the file last: it is what says that all is there

/// Kinode 0.9.10 made the database's directory, and its file in the working directory. Only into a
/// directory that is there and empty a file is brought: a program that asks for a new database gets
/// nobody else's.
SqliteStatus bring_home(const std::string& old_directory, const std::string& directory,
                        const std::string& file, const std::string& db) {
  std::error_code error;
  if (old_directory.empty() || !fs::is_directory(directory, error)) return {};
  if (!fs::is_empty(directory, error)) return {};
  const std::string old = old_directory + "/" + db + ".db";
  if (!fs::is_regular_file(fs::symlink_status(old, error))) return {};
  for (const char* part : kParts) {
    if (!fs::exists(old + part, error)) continue;
    fs::copy_file(old + part, file + part, fs::copy_options::overwrite_existing, error);
    if (error) return std::unexpected(SqliteError::io(error.message(), "Io"));
  }
  for (const char* part : kParts) fs::rename(old + part, old + part + ".moved", error);
  return {};
}

}  // namespace

bool Slot::exists() const {
  std::error_code error;
  return fs::exists(file(), error) || fs::is_directory(directory, error);
}

SqliteStatus Slot::open(const std::string& old_directory, Random& random,
                        const Preserve& preserve) {
  const auto pass = store::pass(gate);
  preserve(*this);
  if (auto ok = bring_home(old_directory, directory, file(), key.db); !ok) return ok;
  std::error_code error;
  const bool made = !fs::exists(directory, error);
  // As SQLite syncs each commit, so the way to it is.
  error = store::make_directories(directory, store::Durability::kPower);
  if (error) {
    return std::unexpected(
        SqliteError::io(fmt::format("cannot create {}: {}", key.text(), error.message()), "Io"));
  }
  auto opened = SqliteConnection::open(file(), SqliteConnection::Mode::kWriter, key.text(), gate);
  if (!opened) {
    if (made) fs::remove(directory, error);
    return std::unexpected(std::move(opened.error()));
  }
  writer = std::move(*opened);
  transactions = std::make_unique<Transactions>(random);
  has_temporaries.store(false);
  opening.fetch_add(1);
  is_open.store(true);
  return {};
}

void Slot::close() {
  const auto pass = store::pass(gate);
  transactions.reset();
  for (auto& connection : readers) connection.reset();
  writer.reset();  // last: it brings the log into the file
  is_open.store(false);
  has_transactions.store(false);
  has_temporaries.store(false);
}

SqliteStatus Slot::remove(const Preserve& preserve) {
  close();
  const auto pass = store::pass(gate);
  preserve(*this);
  auto removed = store::remove_database_directory(directory, store::Durability::kPower);
  if (!removed) return std::unexpected(SqliteError::io(removed.error().detail, "Io"));
  return {};
}

SqliteResult<SqliteConnection*> Slot::reader(std::size_t index) {
  if (!readers[index]) {
    auto opened = SqliteConnection::open(file(), SqliteConnection::Mode::kReader, key.text());
    if (!opened) return std::unexpected(std::move(opened.error()));
    readers[index] = std::move(*opened);
  }
  return readers[index].get();
}

}  // namespace kinode::sqlite
