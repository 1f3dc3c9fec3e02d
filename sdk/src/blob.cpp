#include "kinode/blob.h"

#include "kinode/raw.h"

namespace kinode {

Blob::Blob(const kinode_process_standard_lazy_load_blob_t& raw, detail::Arena memory)
    : bytes_(detail::text(raw.bytes)), memory_(std::move(memory)) {
  if (raw.mime.is_some) mime_ = BytesArg(detail::text(raw.mime.val));
}

kinode_process_standard_lazy_load_blob_t Blob::raw() const {
  kinode_process_standard_lazy_load_blob_t raw = {};
  raw.bytes = detail::raw_bytes(bytes());
  if (mime_) raw.mime = {true, detail::raw_text(mime_->view())};
  return raw;
}

bool has_blob() { return kinode_process_standard_has_blob(); }

std::optional<Blob> get_blob() {
  kinode_process_standard_lazy_load_blob_t raw;
  if (!kinode_process_standard_get_blob(&raw)) return std::nullopt;
  return Blob(raw, detail::Arena::take());
}

std::optional<Blob> last_blob() {
  kinode_process_standard_lazy_load_blob_t raw;
  if (!kinode_process_standard_last_blob(&raw)) return std::nullopt;
  return Blob(raw, detail::Arena::take());
}

}  // namespace kinode
