#include "store/zip_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

#include "base/limits.h"
#include "store/files.h"

namespace kinode::store {

namespace {

namespace fs = std::filesystem;

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

Result<ByteVector> read_entry(archive* a, const std::string& name, std::size_t total_left) {
  ByteVector out;
  const std::size_t most = std::min<std::size_t>(limits::kZipEntryBytesMax, total_left);
  std::uint8_t chunk[64u << 10];
  for (;;) {
    const la_ssize_t got = archive_read_data(a, chunk, sizeof chunk);
    if (got < 0) return damaged(a);
    if (got == 0) return out;
    if (out.size() + static_cast<std::size_t>(got) > most) {
      return fail(
          Code::kOverloaded,
          fmt::format("the zip entry {} is too large unpacked: {} bytes for one and {} for all are "
                      "allowed",
                      name, limits::kZipEntryBytesMax, limits::kZipTotalBytesMax));
    }
    out.insert(out.end(), chunk, chunk + got);
  }
}

/// A file may not also be the directory of another.
Status check_no_file_is_directory(const ZipFiles& files) {
  for (const auto& [path, content] : files) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      if (files.contains(path.substr(0, slash))) {
        return fail(Code::kInvalid, fmt::format("the zip entry {} is both a file and a directory",
                                                path.substr(0, slash)));
      }
    }
  }
  return {};
}

Status add_entry(archive* a, archive_entry* entry, ZipFiles& files, std::size_t& total) {
  const char* raw = archive_entry_pathname_utf8(entry);
  const std::string name = raw != nullptr ? raw : "";
  auto path = SafePath::parse(name);
  if (!path) return fail_in("zip entry", std::move(path.error()));
  const std::string shown = printable(name);
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} is a link, which packages may not have", shown));
  }
  if (archive_entry_filetype(entry) == AE_IFDIR) return {};
  if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} is neither a file nor a directory", shown));
  }
  if (archive_entry_is_encrypted(entry) != 0) {
    return fail(Code::kUnsupported, fmt::format("the zip entry {} is encrypted", shown));
  }
  auto content = read_entry(a, shown, limits::kZipTotalBytesMax - total);
  if (!content) return std::unexpected(std::move(content.error()));
  total += content->size();
  if (!files.try_emplace(path->text(), Bytes::adopt(std::move(*content))).second) {
    return fail(Code::kInvalid, fmt::format("the zip entry {} occurs twice", shown));
  }
  return {};
}

}  // namespace

Result<ZipFiles> read_zip(ByteView data) {
  const Reader reader(archive_read_new());
  archive* a = reader.get();
  archive_read_support_format_zip(a);
  if (archive_read_open_memory(a, data.data(), data.size()) != ARCHIVE_OK) {
    return fail(Code::kInvalid, "this is not a zip archive");
  }
  ZipFiles files;
  std::size_t total = 0;
  std::size_t entries = 0;
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(a, &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      if (entries == 0) return fail(Code::kInvalid, "this is not a zip archive");
      return damaged(a);
    }
    if (++entries > limits::kZipEntriesMax) {
      return fail(Code::kOverloaded,
                  fmt::format("the zip archive has more than {} entries", limits::kZipEntriesMax));
    }
    if (auto ok = add_entry(a, entry, files, total); !ok)
      return std::unexpected(std::move(ok.error()));
  }
  if (entries == 0) return fail(Code::kInvalid, "the zip archive is empty");
  if (auto ok = check_no_file_is_directory(files); !ok)
    return std::unexpected(std::move(ok.error()));
  return files;
}

Status replace_directory(const std::string& target, const ZipFiles& files) {
  const std::string fresh = target + ".new";
  const std::string old = target + ".old";
  std::error_code error;
  fs::remove_all(fresh, error);
  for (const auto& [path, content] : files) {
    const fs::path file = fs::path(fresh) / path;
    fs::create_directories(file.parent_path(), error);
    if (error) return fail(Code::kIo, fmt::format("cannot create {}: {}", fresh, error.message()));
    if (auto ok = write_file_atomic(file.string(), content.view(), 0644); !ok) return ok;
  }
  fs::create_directories(fresh, error);
  fs::remove_all(old, error);
  if (fs::exists(target)) fs::rename(target, old, error);
  if (!error) fs::rename(fresh, target, error);
  if (error) return fail(Code::kIo, fmt::format("cannot replace {}: {}", target, error.message()));
  fs::remove_all(old, error);
  return {};
}

}  // namespace kinode::store
