#include "kinode/state.h"

#include "kinode/raw.h"

namespace kinode {

std::optional<Bytes> get_state() {
  process_v1_list_u8_t raw;
  if (!kinode_process_standard_get_state(&raw)) return std::nullopt;
  return Bytes(detail::text(raw), detail::Arena::take());
}

void set_state(std::string_view bytes) {
  auto raw = detail::raw_bytes(bytes);
  kinode_process_standard_set_state(&raw);
}

void clear_state() { kinode_process_standard_clear_state(); }

}  // namespace kinode
