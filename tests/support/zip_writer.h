// Zip archives, good and bad, made in memory.
#pragma once

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kinode::support {

class ZipWriter {
 public:
  /// `options` as archive_write_set_options takes them.
  explicit ZipWriter(const char* options = nullptr)
      : archive_(archive_write_new()), out_(std::size_t{4} << 20) {
    archive_write_set_format_zip(archive_);
    if (options != nullptr) archive_write_set_options(archive_, options);
    archive_write_set_bytes_per_block(archive_, 0);
    archive_write_open_memory(archive_, out_.data(), out_.size(), &used_);
  }
  ~ZipWriter() { archive_write_free(archive_); }
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  ZipWriter& file(const std::string& name, std::string_view content) {
    return add(name, AE_IFREG, content, "");
  }
  /// A file of so many zeros, which are never all in memory.
  ZipWriter& zeros(const std::string& name, std::size_t size) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    archive_write_header(archive_, entry);
    archive_entry_free(entry);
    const std::string part(1u << 20, '\0');
    for (std::size_t left = size; left > 0;) {
      const std::size_t some = std::min(left, part.size());
      archive_write_data(archive_, part.data(), some);
      left -= some;
    }
    return *this;
  }
  ZipWriter& directory(const std::string& name) { return add(name, AE_IFDIR, "", ""); }
  ZipWriter& link(const std::string& name, const std::string& to) {
    return add(name, AE_IFLNK, "", to);
  }

  /// The archive; the last call.
  ByteVector done() {
    archive_write_close(archive_);
    out_.resize(used_);
    return out_;
  }
  std::string text() { return std::string(as_text(done())); }

 private:
  ZipWriter& add(const std::string& name, mode_t type, std::string_view content,
                 const std::string& to) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    if (!to.empty()) archive_entry_set_symlink(entry, to.c_str());
    EXPECT_GE(archive_write_header(archive_, entry), ARCHIVE_WARN);
    if (!content.empty()) archive_write_data(archive_, content.data(), content.size());
    archive_entry_free(entry);
    return *this;
  }

  archive* archive_;
  ByteVector out_;
  std::size_t used_ = 0;
};

}  // namespace kinode::support
