#include "port/frozen_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "base/limits.h"

namespace kinode::port {

namespace fs = std::filesystem;

namespace {

/// Larger ones would hold up writers.
constexpr std::uint64_t kReadAtOnceMax = 64u << 10;

std::unexpected<Error> io_failure(std::string_view what, int number) {
  return fail(Code::kIo, fmt::format("{}: {}", what, std::strerror(number)));
}

class FileContent final : public FrozenContent {
 public:
  FileContent(Fd fd, std::string name, std::uint64_t size)
      : fd_(std::move(fd)), name_(std::move(name)), size_(size) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= size_) return 0;
    const std::size_t want = std::min<std::uint64_t>(into.size(), size_ - offset);
    const auto got = read_at(fd_.get(), into.data(), want, offset);
    if (!got) return io_failure(name_, errno);
    return *got;
  }

 private:
  const Fd fd_;
  const std::string name_;
  const std::uint64_t size_;
};

class TextContent final : public FrozenContent {
 public:
  explicit TextContent(std::string text) : text_(std::move(text)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= text_.size()) return 0;
    const std::size_t count = std::min<std::uint64_t>(into.size(), text_.size() - offset);
    std::memcpy(into.data(), text_.data() + offset, count);
    return count;
  }

 private:
  const std::string text_;
};

}  // namespace

FrozenEntry entry_of(const struct stat& info, std::string path) {
  FrozenEntry out;
  out.path = std::move(path);
  out.mode = info.st_mode & 07777;
  out.modified_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  if (S_ISDIR(info.st_mode)) {
    out.kind = FrozenEntry::Kind::kDirectory;
  } else if (S_ISLNK(info.st_mode)) {
    out.kind = FrozenEntry::Kind::kLink;
  } else {
    out.size = static_cast<std::uint64_t>(info.st_size);
    out.version =
        fmt::format("{:x}:{:x}:{:x}:{:x}", info.st_dev, info.st_ino, out.size, out.modified_ns);
  }
  return out;
}

Result<std::unique_ptr<FrozenContent>> open_frozen(const std::string& file, std::uint64_t size) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.ok()) return io_failure(file, errno);
  return std::make_unique<FileContent>(std::move(fd), file, size);
}

std::unique_ptr<FrozenContent> frozen_text(std::string text) {
  return std::make_unique<TextContent>(std::move(text));
}

FrozenFiles::~FrozenFiles() {
  std::error_code ignored;
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

Status FrozenFiles::walk(const Visit& visit) {
  for (const auto& file : files_) {
    if (auto ok = visit(file.entry); !ok) return ok;
  }
  return {};
}

Result<std::unique_ptr<FrozenContent>> FrozenFiles::open(const FrozenEntry& file) {
  const auto it = std::ranges::find(files_, file.path, [](const auto& f) { return f.entry.path; });
  if (it == files_.end()) return fail(Code::kNotFound, file.path + " was not there");
  if (it->handle) {
    Fd again(::fcntl(it->handle->get(), F_DUPFD_CLOEXEC, 0));
    if (!again.ok()) return io_failure(file.path, errno);
    return std::make_unique<FileContent>(std::move(again), file.path, it->entry.size);
  }
  if (it->source.empty()) return frozen_text(it->text);
  return open_frozen(it->source, it->entry.size);
}

Status HomeFiles::add(const std::string& below, std::vector<FrozenFile>& files,
                      std::uint64_t& bytes) const {
  const std::string path = home_ + "/" + below;
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return io_failure(path, errno);
  if (files.size() >= limits::kBackupHomeFilesMax) {
    return fail(Code::kOverloaded,
                fmt::format("more than {} files lie beside the stores in {}: move {} and what does "
                            "not belong there elsewhere",
                            limits::kBackupHomeFilesMax, home_, below));
  }
  FrozenFile file{entry_of(info, below), {}, {}};
  file.entry.version.clear();
  if (S_ISDIR(info.st_mode)) {
    files.push_back(std::move(file));
    std::error_code error;
    for (const auto& child : fs::directory_iterator(path, error)) {
      auto ok = add(below + "/" + child.path().filename().string(), files, bytes);
      if (!ok) return ok;
    }
    return {};
  }
  if (S_ISLNK(info.st_mode)) {
    std::error_code error;
    file.entry.target = fs::read_symlink(path, error).string();
  } else if (S_ISREG(info.st_mode)) {
    if (auto ok = take(path, file, bytes); !ok) return ok;
  } else {
    return {};  // a socket, a pipe
  }
  files.push_back(std::move(file));
  return {};
}

/// The content, or a handle of it.
Status HomeFiles::take(const std::string& path, FrozenFile& file, std::uint64_t& bytes) const {
  if (file.entry.size > kReadAtOnceMax) {
    file.handle =
        std::make_shared<const Fd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.handle->ok()) return io_failure(path, errno);
    bytes += kReadAtOnceMax;  // a handle costs, too
  } else {
    bytes += file.entry.size;
    auto content = open_frozen(path, file.entry.size);
    if (!content) return std::unexpected(std::move(content.error()));
    file.text.resize(file.entry.size);
    auto got = (*content)->read(0, std::as_writable_bytes(std::span(file.text)));
    if (!got) return std::unexpected(std::move(got.error()));
    file.text.resize(*got);
    file.entry.size = *got;
  }
  if (bytes <= limits::kBackupHomeBytesMax) return {};
  return fail(Code::kOverloaded,
              fmt::format("too much lies beside the stores in {}: move {} and what does not belong "
                          "there elsewhere",
                          home_, path));
}

Result<std::unique_ptr<FrozenPart>> HomeFiles::freeze() {
  std::vector<FrozenFile> files;
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& child : fs::directory_iterator(home_, error)) {
    const std::string name = child.path().filename().string();
    if (std::ranges::find(leave_out_, name) != leave_out_.end()) continue;
    if (auto ok = add(name, files, bytes); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (error) return fail(Code::kIo, fmt::format("{}: {}", home_, error.message()));
  return std::make_unique<FrozenFiles>(std::move(files), std::string());
}

}  // namespace kinode::port
