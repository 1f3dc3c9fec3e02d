// Puts the files of an archive in the place of a directory.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>

#include "store/files.h"
#include "store/zip_archive.h"

namespace kinode::store {

namespace {

namespace fs = std::filesystem;

Status write_files(const std::string& directory, const ZipFiles& files) {
  std::error_code error;
  const auto refuse = [&] {
    return fail(Code::kIo, fmt::format("cannot create {}: {}", directory, error.message()));
  };
  fs::create_directories(directory, error);
  if (error) return refuse();
  for (const auto& [path, content] : files) {
    const fs::path file = fs::path(directory) / path;
    fs::create_directories(file.parent_path(), error);
    if (error) return refuse();
    if (auto ok = write_file_atomic(file.string(), content.view(), 0644); !ok) return ok;
  }
  return {};
}

/// Puts `fresh` in the place of `target`; what was there is then under one of the other two names.
/// 0 or errno.
int swap_in(const std::string& fresh, const std::string& target, const std::string& old) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    return 0;
  }
  if (errno != ENOENT) {  // the file system cannot exchange
    if (std::rename(target.c_str(), old.c_str()) != 0) return errno;
  }
  return std::rename(fresh.c_str(), target.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Status replace_directory(const std::string& target, const ZipFiles& files) {
  const std::string fresh = target + ".new";
  const std::string old = target + ".old";
  std::error_code ignored;  // what is in the way shows below
  fs::remove_all(fresh, ignored);
  fs::remove_all(old, ignored);
  if (auto ok = write_files(fresh, files); !ok) return ok;
  if (const int error = swap_in(fresh, target, old); error != 0) {
    return fail(Code::kIo, fmt::format("cannot replace {}: {}", target, std::strerror(error)));
  }
  fs::remove_all(fresh, ignored);
  fs::remove_all(old, ignored);
  return {};
}

}  // namespace kinode::store
