#include "store/rocks_link.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <limits>
#include <rocksdb/db.h>
#include <tuple>
#include <unistd.h>

namespace kinode::store {

namespace fs = std::filesystem;

namespace {

Status link_one(const std::string& from, const std::string& to) {
  for (int tries = 0; tries < 2; ++tries) {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    if (errno != EEXIST) break;
    std::error_code error;
    if (fs::equivalent(from, to, error)) return {};
    ::unlink(to.c_str());  // of a database that was there before this one
  }
  const bool no_links = errno == EXDEV || errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK;
  return fail(no_links ? Code::kUnsupported : Code::kIo,
              fmt::format("cannot give {} a second name: {}: a backup of a running node needs a "
                          "home on one file system with links; stop the node for a backup",
                          from, std::strerror(errno)));
}

Status make_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(Code::kIo, fmt::format("cannot make {}: {}", path, error.message()));
  return {};
}

/// Nothing of the database is deleted meanwhile.
class KeepFiles {
 public:
  explicit KeepFiles(rocksdb::DB& db) : db_(db) {
    db_.DisableFileDeletions().PermitUncheckedError();
  }
  ~KeepFiles() { db_.EnableFileDeletions(false).PermitUncheckedError(); }
  KeepFiles(const KeepFiles&) = delete;
  KeepFiles& operator=(const KeepFiles&) = delete;

 private:
  rocksdb::DB& db_;
};

}  // namespace

void link_tables(rocksdb::DB& db, const std::string& directory, const std::string& into) {
  if (!make_directory(into)) return;
  std::vector<rocksdb::LiveFileMetaData> tables;
  db.GetLiveFilesMetaData(&tables);
  for (const auto& table : tables) {
    // What a compaction has taken away since belongs to no later state.
    std::ignore = link_one(directory + table.name, into + table.name);
  }
}

Result<std::vector<LinkedFile>> link_open_database(rocksdb::DB& db, const std::string& directory,
                                                   const std::string& into) {
  if (auto ok = make_directory(into); !ok) return std::unexpected(std::move(ok.error()));
  const KeepFiles keep(db);
  rocksdb::LiveFilesStorageInfoOptions options;
  options.wal_size_for_flush = std::numeric_limits<std::uint64_t>::max();
  std::vector<rocksdb::LiveFileStorageInfo> files;
  if (const auto status = db.GetLiveFilesStorageInfo(options, &files); !status.ok()) {
    return fail(Code::kIo, fmt::format("{}: {}", directory, status.ToString()));
  }
  std::vector<LinkedFile> out;
  for (auto& file : files) {
    LinkedFile linked{file.relative_filename, file.size, std::nullopt};
    if (!file.replacement_contents.empty()) {
      linked.text = std::move(file.replacement_contents);
      linked.size = linked.text->size();
    } else if (auto ok = link_one(directory + "/" + linked.name, into + "/" + linked.name); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    out.push_back(std::move(linked));
  }
  return out;
}

Result<std::vector<LinkedFile>> link_files(const std::string& directory, const std::string& into) {
  if (auto ok = make_directory(into); !ok) return std::unexpected(std::move(ok.error()));
  std::vector<LinkedFile> out;
  std::error_code error;
  for (const auto& child : fs::directory_iterator(directory, error)) {
    if (!child.is_regular_file(error) || child.is_symlink(error)) continue;
    LinkedFile linked{child.path().filename().string(), 0, std::nullopt};
    // Nothing is in it, and it would keep a database locked that is opened by its second name.
    if (linked.name == "LOCK") continue;
    const std::string to = into + "/" + linked.name;
    if (auto ok = link_one(child.path(), to); !ok) return std::unexpected(std::move(ok.error()));
    linked.size = fs::file_size(to, error);
    if (error) break;
    out.push_back(std::move(linked));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(Code::kIo, fmt::format("{}: {}", directory, error.message()));
  }
  return out;
}

}  // namespace kinode::store
