// Where the bytes of components come from.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kinode::kernel {

/// Thread: any; may block.
class ComponentFiles {
 public:
  virtual ~ComponentFiles() = default;

  /// `path` as programs write it: `/package:publisher/drive/...`. At most
  /// limits::kComponentBytesMax.
  virtual Result<Bytes> read(std::string_view path) = 0;
};

}  // namespace kinode::kernel
