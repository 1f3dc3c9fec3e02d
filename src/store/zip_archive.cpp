#include "store/zip_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace kinode::store {

namespace {

constexpr const char* kEmpty = "the zip archive is empty";
constexpr const char* kNoZip = "this is not a zip archive, or it was cut short";

struct ReadFree {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Reader = std::unique_ptr<archive, ReadFree>;

std::unexpected<Error> damaged(archive* a) {
  const char* text = archive_error_string(a);
  return fail(Code::kCorrupt,
              fmt::format("the zip archive is damaged or cut short ({}): build or download "
                          "it again",
                          text != nullptr ? text : "no details"));
}

/// The name as UTF-8, whatever the locale of this process is.
std::string name_of(archive_entry* entry) {
  const char* name = archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = archive_entry_pathname(entry);
  return name != nullptr ? name : "";
}

/// A path that may be passed on, or what is wrong with the entry.
Result<SafePath> checked_path(archive_entry* entry) {
  const std::string name = name_of(entry);
  const std::string shown = printable(name);
  if (!is_utf8(as_bytes(name))) {
    return fail(Code::kInvalid, fmt::format("the name of the zip entry {} is not UTF-8", shown));
  }
  auto path = SafePath::parse(name);
  if (!path) return fail_in("zip entry", std::move(path.error()));
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK) {
    return fail(Code::kUnsupported,
                fmt::format("the zip entry {} is a link, which packages may not have", shown));
  }
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFDIR) return path;
  if (type != AE_IFREG && type != 0) {
    return fail(Code::kUnsupported,
                fmt::format("the zip entry {} is neither a file nor a directory", shown));
  }
  if (archive_entry_is_encrypted(entry) != 0) {
    return fail(Code::kUnsupported, fmt::format("the zip entry {} is encrypted", shown));
  }
  return path;
}

}  // namespace

/// What has been read so far, and what may still come.
struct ZipReader::State {
  Reader reader;
  ZipLimits limits;
  std::set<std::string, std::less<>> files;
  std::set<std::string, std::less<>> directories;  // those that have entries of their own
  std::size_t entries = 0;
  std::size_t bytes = 0;
  bool is_empty = false;
  std::vector<std::uint8_t> chunk = std::vector<std::uint8_t>(64u << 10);

  std::unexpected<Error> too_large(const SafePath& path) const {
    return fail(
        Code::kOverloaded,
        fmt::format("the zip entry {} is too large unpacked: {} bytes for one and {} for "
                    "all are allowed",
                    printable(path.text()), limits.entry_bytes_max, limits.total_bytes_max));
  }

  Status pass_file(archive_entry* entry, const SafePath& path, ZipSink& sink);
  Status check_no_file_is_directory() const;
};

Status ZipReader::State::pass_file(archive_entry* entry, const SafePath& path, ZipSink& sink) {
  const std::size_t most = std::min(limits.entry_bytes_max, limits.total_bytes_max - bytes);
  // What is declared may be a lie, but a large lie can be refused at once.
  if (archive_entry_size_is_set(entry) != 0 && std::cmp_greater(archive_entry_size(entry), most)) {
    return too_large(path);
  }
  if (auto ok = sink.begin_file(path); !ok) return ok;
  std::size_t done = 0;
  for (;;) {
    const la_ssize_t got = archive_read_data(reader.get(), chunk.data(), chunk.size());
    if (got < 0) return damaged(reader.get());
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (done > most) return too_large(path);
    if (auto ok = sink.data({chunk.data(), static_cast<std::size_t>(got)}); !ok) return ok;
  }
  bytes += done;
  return sink.end_file();
}

/// A file may not also be a directory, with an entry of its own or implied by another's path.
Status ZipReader::State::check_no_file_is_directory() const {
  const auto refuse = [](std::string_view path) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} is both a file and a directory", printable(path)));
  };
  const auto check_parents = [&](std::string_view path) -> Status {
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      if (files.contains(path.substr(0, slash))) return refuse(path.substr(0, slash));
    }
    return {};
  };
  for (const auto& path : files) {
    if (directories.contains(path)) return refuse(path);
    if (auto ok = check_parents(path); !ok) return ok;
  }
  for (const auto& path : directories) {
    if (auto ok = check_parents(path); !ok) return ok;
  }
  return {};
}

ZipReader::ZipReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipReader::~ZipReader() = default;
ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&&) noexcept = default;

Result<ZipReader> ZipReader::open(ByteView data, const ZipLimits& limits) {
  auto state = std::make_unique<State>();
  state->reader.reset(archive_read_new());
  state->limits = limits;
  // By its directory only: read as a stream, a file that was cut between two entries looks whole.
  archive_read_support_format_zip_seekable(state->reader.get());
  // libarchive does not know an archive that is nothing but the end of its directory.
  state->is_empty = as_text(data).starts_with("PK\x05\x06");
  if (!state->is_empty &&
      (data.empty() ||
       archive_read_open_memory(state->reader.get(), data.data(), data.size()) != ARCHIVE_OK)) {
    return fail(Code::kInvalid, kNoZip);
  }
  return ZipReader(std::move(state));
}

Result<bool> ZipReader::next(ZipSink& sink) {
  State& at = *state_;
  if (at.is_empty) return false;
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(at.reader.get(), &entry);
  if (status == ARCHIVE_EOF) {
    if (auto ok = at.check_no_file_is_directory(); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    return false;
  }
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
    if (at.entries > 0) return damaged(at.reader.get());
    return fail(Code::kInvalid, kNoZip);
  }
  if (++at.entries > at.limits.entries_max) {
    return fail(Code::kOverloaded,
                fmt::format("the zip archive has more than {} entries", at.limits.entries_max));
  }
  auto path = checked_path(entry);
  if (!path) return std::unexpected(std::move(path.error()));
  Status passed;
  if (archive_entry_filetype(entry) == AE_IFDIR) {
    at.directories.insert(path->text());
    passed = sink.directory(*path);
  } else if (!at.files.insert(path->text()).second) {
    return fail(Code::kInvalid,
                fmt::format("the zip entry {} occurs twice", printable(path->text())));
  } else {
    passed = at.pass_file(entry, *path, sink);
  }
  if (!passed) return std::unexpected(std::move(passed.error()));
  return true;
}

namespace {

/// Keeps the files.
class MemorySink final : public ZipSink {
 public:
  Status directory(const SafePath&) override { return {}; }
  Status begin_file(const SafePath& path) override {
    path_ = path.text();
    return {};
  }
  Status data(ByteView part) override {
    content_.insert(content_.end(), part.begin(), part.end());
    return {};
  }
  Status end_file() override {
    files.emplace(std::move(path_), Bytes::adopt(std::exchange(content_, {})));
    return {};
  }

  ZipFiles files;

 private:
  std::string path_;
  ByteVector content_;
};

}  // namespace

Result<ZipFiles> read_zip(ByteView data, const ZipLimits& limits) {
  auto reader = ZipReader::open(data, limits);
  if (!reader) return std::unexpected(std::move(reader.error()));
  MemorySink sink;
  for (std::size_t entries = 0;; ++entries) {
    auto more = reader->next(sink);
    if (!more) return std::unexpected(std::move(more.error()));
    if (*more) continue;
    if (entries == 0) return fail(Code::kInvalid, kEmpty);
    return std::move(sink.files);
  }
}

}  // namespace kinode::store
