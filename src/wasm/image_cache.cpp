#include "wasm/image_cache.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "wasm/content_hash.h"

namespace kinode::wasm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".image";
/// Of files that are being written; a crash leaves them, and the bound removes them in the end.
constexpr std::string_view kNewSuffix = ".new";

struct File {
  fs::path path;
  fs::file_time_type used;
  std::uint64_t size;
};

/// Our files in a folder, in no order. Files vanish meanwhile when another node works here.
std::vector<File> files(const fs::path& folder) {
  std::vector<File> out;
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    const auto extension = at->path().extension();
    if (extension != kSuffix && extension != kNewSuffix) continue;
    std::error_code gone;
    const File file{at->path(), at->last_write_time(gone), at->file_size(gone)};
    if (!gone) out.push_back(file);
  }
  return out;
}

Status refuse(const fs::path& folder, std::string_view why) {
  return fail(Code::kDenied,
              fmt::format("the cache of compiled programs {} {}; programs loaded "
                          "from it could be anybody's. Remove it, or run: chmod 700 {}",
                          folder.string(), why, folder.string()));
}

Status check_private(const fs::path& folder) {
  struct stat info{};
  if (::lstat(folder.c_str(), &info) != 0) {
    return fail(Code::kIo, fmt::format("{} cannot be read: {}", folder.string(),
                                       std::generic_category().message(errno)));
  }
  if (!S_ISDIR(info.st_mode)) return refuse(folder, "is not a folder");
  if (info.st_uid != ::geteuid()) return refuse(folder, "belongs to another user");
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return refuse(folder, "can be written by others");
  return {};
}

std::optional<ByteVector> read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return std::nullopt;
  ByteVector out(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (!in) return std::nullopt;
  return out;
}

std::string name_of(std::string_view key, ByteView image) {
  return fmt::format("{}-{}{}", key, content_hash({image}), kSuffix);
}

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Result<ImageCache> ImageCache::open(fs::path folder, std::uint64_t bytes_max) {
  std::error_code failed;
  fs::create_directories(folder.parent_path(), failed);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(Code::kIo, fmt::format("the cache of compiled programs {} cannot be made: {}",
                                       folder.string(), std::generic_category().message(errno)));
  }
  if (auto ok = check_private(folder); !ok) return std::unexpected(ok.error());
  return ImageCache(std::move(folder), bytes_max);
}

std::optional<fs::path> ImageCache::find(std::string_view key) const {
  for (const auto& file : files(folder_)) {
    const auto name = file.path.filename().string();
    if (!name.starts_with(key) || file.path.extension() != kSuffix) continue;
    const auto image = read(file.path);
    if (image && name_of(key, *image) == name) {
      ::utimensat(AT_FDCWD, file.path.c_str(), nullptr, 0);
      return file.path;
    }
    std::error_code ignored;
    fs::remove(file.path, ignored);
  }
  return std::nullopt;
}

Status ImageCache::put(std::string_view key, ByteView image) const {
  const auto name = name_of(key, image);
  if (auto written = write(name, image); !written) return written;
  remove_older(key, name);
  shrink();
  return {};
}

Status ImageCache::write(const std::string& name, ByteView image) const {
  const auto failed = [&] {
    return fail(Code::kIo, fmt::format("{} cannot be written: {}", (folder_ / name).string(),
                                       std::generic_category().message(errno)));
  };
  auto unfinished = (folder_ / "XXXXXX").string().append(kNewSuffix);
  const int file = ::mkostemps(unfinished.data(), static_cast<int>(kNewSuffix.size()), O_CLOEXEC);
  if (file < 0) return failed();
  Status status;
  if (!write_all(file, image)) status = failed();
  if (::close(file) != 0 && status) status = failed();
  if (status && ::rename(unfinished.c_str(), (folder_ / name).c_str()) != 0) status = failed();
  if (!status) ::unlink(unfinished.c_str());
  return status;
}

void ImageCache::remove_older(std::string_view key, const std::string& kept) const {
  for (const auto& file : files(folder_)) {
    const auto name = file.path.filename().string();
    std::error_code ignored;
    if (name.starts_with(key) && name != kept) fs::remove(file.path, ignored);
  }
}

void ImageCache::shrink() const {
  auto all = files(folder_);
  std::ranges::sort(all, std::greater(), &File::used);
  std::uint64_t sum = 0;
  for (const auto& file : all) {
    sum += file.size;
    std::error_code ignored;
    if (sum > bytes_max_) fs::remove(file.path, ignored);
  }
}

}  // namespace kinode::wasm
