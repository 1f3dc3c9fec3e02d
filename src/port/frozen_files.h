// Building blocks of frozen parts: files that stay as they are under a name of their own, and
// texts.
#pragma once

#include <sys/stat.h>
#include <vector>

#include "base/fd.h"
#include "port/frozen.h"

namespace kinode::port {

/// What the system says of `path`. Of files the version is set: it is the content's unless the
/// content changes without its size and time, which nothing does that this is meant for.
FrozenEntry entry_of(const struct stat& info, std::string path);

/// Reads a file, no more than its first `size` bytes. Errors: kIo.
Result<std::unique_ptr<FrozenContent>> open_frozen(const std::string& file, std::uint64_t size);
std::unique_ptr<FrozenContent> frozen_text(std::string text);

struct FrozenFile {
  FrozenEntry entry;
  std::string source;  // a file on disk; empty: `text`, or it is no file
  std::string text;
  std::shared_ptr<const Fd> handle = nullptr;  // of a file that only grows, instead of both
};

/// Entries that are all known. What is in the directory `scratch` goes with it.
class FrozenFiles final : public FrozenPart {
 public:
  FrozenFiles(std::vector<FrozenFile> files, std::string scratch)
      : files_(std::move(files)), scratch_(std::move(scratch)) {}
  ~FrozenFiles() override;

  Status walk(const Visit& visit) override;
  Result<std::unique_ptr<FrozenContent>> open(const FrozenEntry& file) override;

 private:
  const std::vector<FrozenFile> files_;
  const std::string scratch_;
};

/// Small files that lie beside the stores: read at once, however they change later. A few of more
/// than 64 KB are logs, which only grow: they are opened at once. The stores' directories are left
/// out, and what only means something while a node runs.
///
/// Error kOverloaded: more or longer files than limits.h allows, with the longest one's name.
class HomeFiles final : public Freezable {
 public:
  /// `leave_out`: names in the home.
  HomeFiles(std::string home, std::vector<std::string> leave_out)
      : home_(std::move(home)), leave_out_(std::move(leave_out)) {}

  Result<std::unique_ptr<FrozenPart>> freeze() override;

 private:
  Status add(const std::string& below, std::vector<FrozenFile>& files, std::uint64_t& bytes) const;
  Status take(const std::string& path, FrozenFile& file, std::uint64_t& bytes) const;

  const std::string home_;
  const std::vector<std::string> leave_out_;
};

}  // namespace kinode::port
