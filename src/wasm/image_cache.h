// Compiled components on disk, so that a node starts without compiling.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kinode::wasm {

/// A folder of images, one file each, named `<key>-<SHA-256 of the content>.image`. Loading an
/// image trusts it with the process, therefore the folder belongs to its user alone, and an image
/// whose content does not match its name is removed. Several nodes may share a folder. Images are
/// only ever replaced by renaming, never changed, so that a mapped one stays as it is. Nothing here
/// is ever lost: whatever is missing is compiled again. Thread: any.
class ImageCache {
 public:
  /// Makes the folder, or refuses it when others could write there. `bytes_max` bounds all images.
  static Result<ImageCache> open(std::filesystem::path folder, std::uint64_t bytes_max);

  /// Path of the image of this key, verified and marked as used; none when there is none.
  std::optional<std::filesystem::path> find(std::string_view key) const;

  /// Keeps an image, then removes those not used for longest until all fit.
  Status put(std::string_view key, ByteView image) const;

 private:
  ImageCache(std::filesystem::path folder, std::uint64_t bytes_max)
      : folder_(std::move(folder)), bytes_max_(bytes_max) {}

  Status write(const std::string& name, ByteView image) const;
  void remove_older(std::string_view key, const std::string& kept) const;
  void shrink() const;

  std::filesystem::path folder_;
  std::uint64_t bytes_max_;
};

}  // namespace kinode::wasm
