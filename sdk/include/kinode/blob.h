// Blobs: bulk bytes that travel beside a message's body, loaded into this process only on demand.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "kinode/arena.h"
#include "kinode/bytes.h"
#include "process_v1.h"

namespace kinode {

/// Bytes and what they are. Made by an author, it refers to or owns them like any BytesArg; got
/// from the node, it owns the memory where the node put them.
class Blob {
 public:
  Blob() = default;
  explicit Blob(BytesArg bytes [[clang::lifetimebound]]) : bytes_(std::move(bytes)) {}
  Blob(BytesArg bytes [[clang::lifetimebound]], BytesArg mime [[clang::lifetimebound]])
      : bytes_(std::move(bytes)), mime_(std::move(mime)) {}
  /// Takes over what a host call gave.
  Blob(const kinode_process_standard_lazy_load_blob_t& raw, detail::Arena memory);

  std::string_view bytes() const [[clang::lifetimebound]] { return bytes_.view(); }
  std::optional<std::string_view> mime() const [[clang::lifetimebound]] {
    return mime_.transform([](const BytesArg& mime) { return mime.view(); });
  }

  kinode_process_standard_lazy_load_blob_t raw() const;

 private:
  BytesArg bytes_;
  std::optional<BytesArg> mime_;
  detail::Arena memory_;
};

/// Whether the message that was received last (also by awaiting) had a blob.
bool has_blob();

/// The blob of the message that was received last. Each call loads it anew.
std::optional<Blob> get_blob();

/// The newest blob that any message brought, whether or not the last message had one.
std::optional<Blob> last_blob();

}  // namespace kinode
