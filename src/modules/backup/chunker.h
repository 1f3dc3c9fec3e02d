// Cuts large files where their content says so, so that an insertion moves no later cut (FastCDC:
// Xia et al. 2016).
#pragma once

#include <array>

#include "modules/backup/keys.h"

namespace kinode::backup {

/// The table comes from the repository's key: nobody else can tell contents from the sizes of their
/// pieces. Thread: any.
class Chunker {
 public:
  explicit Chunker(const crypto::SecretBytes& gear);

  /// Length of the first piece of `window`, which has at least limits::kBackupChunkBytesMax bytes
  /// or ends where the file ends. 0 when it is empty.
  std::size_t cut(ByteView window) const;

 private:
  std::array<std::uint64_t, 256> gear_{};
};

}  // namespace kinode::backup
