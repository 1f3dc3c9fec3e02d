#include "store/zip_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <utility>

#include "store/files.h"

namespace kinode::store {

namespace {

namespace fs = std::filesystem;

constexpr const char* kEmpty = "the zip archive is empty";
constexpr const char* kNoZip = "this is not a zip archive, or it was cut short";

struct ReadFree {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Reader = std::unique_ptr<archive, ReadFree>;

std::unexpected<Error> damaged(archive* a) {
  const char* text = archive_error_string(a);
  return fail(Code::kInvalid,
              fmt::format("the zip archive is damaged or cut short ({}): build or download "
                          "it again",
                          text != nullptr ? text : "no details"));
}

/// What has been read so far, and what may still come.
struct Unpacking {
  const ZipLimits& limits;
  ZipFiles files;
  std::set<std::string, std::less<>> directories;  // those that have entries of their own
  std::size_t entries = 0;
  std::size_t bytes = 0;
};

std::unexpected<Error> too_large(const std::string& shown, const ZipLimits& limits) {
  return fail(Code::kOverloaded,
              fmt::format("the zip entry {} is too large unpacked: {} bytes for one and {} for all "
                          "are allowed",
                          shown, limits.entry_bytes_max, limits.total_bytes_max));
}

Result<ByteVector> read_entry(archive* a, archive_entry* entry, const std::string& shown,
                              const Unpacking& so_far) {
  const ZipLimits& limits = so_far.limits;
  const std::size_t most = std::min(limits.entry_bytes_max, limits.total_bytes_max - so_far.bytes);
  // What is declared may be a lie, but a large lie can be refused at once.
  if (archive_entry_size_is_set(entry) != 0 && std::cmp_greater(archive_entry_size(entry), most)) {
    return too_large(shown, limits);
  }
  ByteVector out;
  std::vector<std::uint8_t> chunk(64u << 10);
  for (;;) {
    const la_ssize_t got = archive_read_data(a, chunk.data(), chunk.size());
    if (got < 0) return damaged(a);
    if (got == 0) return out;
    if (out.size() + static_cast<std::size_t>(got) > most) return too_large(shown, limits);
    out.insert(out.end(), chunk.begin(), chunk.begin() + got);
  }
}

/// A file may not also be a directory, with an entry of its own or implied by another's path.
Status check_no_file_is_directory(const Unpacking& unpacked) {
  const auto refuse = [](std::string_view path) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} is both a file and a directory", printable(path)));
  };
  const auto check_parents = [&](std::string_view path) -> Status {
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      if (unpacked.files.contains(std::string(path.substr(0, slash)))) {
        return refuse(path.substr(0, slash));
      }
    }
    return {};
  };
  for (const auto& [path, content] : unpacked.files) {
    if (unpacked.directories.contains(path)) return refuse(path);
    if (auto ok = check_parents(path); !ok) return ok;
  }
  for (const auto& path : unpacked.directories) {
    if (auto ok = check_parents(path); !ok) return ok;
  }
  return {};
}

/// The name as UTF-8, whatever the locale of this process is.
std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name != nullptr ? name : "";
}

Status add_entry(archive* a, archive_entry* entry, Unpacking& into) {
  const std::string name = name_of(entry);
  const std::string shown = printable(name);
  if (!is_utf8(as_bytes(name))) {
    return fail(Code::kInvalid, fmt::format("the name of the zip entry {} is not UTF-8", shown));
  }
  auto path = SafePath::parse(name);
  if (!path) return fail_in("zip entry", std::move(path.error()));
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} is a link, which packages may not have", shown));
  }
  if (archive_entry_filetype(entry) == AE_IFDIR) {
    into.directories.insert(path->text());
    return {};
  }
  if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} is neither a file nor a directory", shown));
  }
  if (archive_entry_is_encrypted(entry) != 0) {
    return fail(Code::kUnsupported, fmt::format("the zip entry {} is encrypted", shown));
  }
  if (into.files.contains(path->text())) {
    return fail(Code::kInvalid, fmt::format("the zip entry {} occurs twice", shown));
  }
  auto content = read_entry(a, entry, shown, into);
  if (!content) return std::unexpected(std::move(content.error()));
  into.bytes += content->size();
  into.files.emplace(path->text(), Bytes::adopt(std::move(*content)));
  return {};
}

}  // namespace

Result<ZipFiles> read_zip(ByteView data, const ZipLimits& limits) {
  const Reader reader(archive_read_new());
  archive* a = reader.get();
  // By its directory only: read as a stream, a file that was cut between two entries looks whole.
  archive_read_support_format_zip_seekable(a);
  // libarchive does not know an archive that is nothing but the end of its directory.
  if (as_text(data).starts_with("PK\x05\x06")) return fail(Code::kInvalid, kEmpty);
  if (data.empty() || archive_read_open_memory(a, data.data(), data.size()) != ARCHIVE_OK) {
    return fail(Code::kInvalid, kNoZip);
  }
  Unpacking unpacked{.limits = limits, .files = {}, .directories = {}};
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(a, &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      if (unpacked.entries > 0) return damaged(a);
      return fail(Code::kInvalid, kNoZip);
    }
    if (++unpacked.entries > limits.entries_max) {
      return fail(Code::kOverloaded,
                  fmt::format("the zip archive has more than {} entries", limits.entries_max));
    }
    if (auto ok = add_entry(a, entry, unpacked); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (unpacked.entries == 0) return fail(Code::kInvalid, kEmpty);
  if (auto ok = check_no_file_is_directory(unpacked); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  return std::move(unpacked.files);
}

namespace {

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
