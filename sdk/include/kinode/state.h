// The state that the node keeps for this process: bytes that outlive it, restarts and updates.
#pragma once

#include <optional>
#include <string_view>

#include "kinode/bytes.h"

namespace kinode {

/// None if nothing was saved, or was cleared.
std::optional<Bytes> get_state();

/// Has reached the disk when it returns; if that fails, the node ends this process.
void set_state(std::string_view bytes);

void clear_state();

}  // namespace kinode
