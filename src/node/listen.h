// Which port the node serves.
#pragma once

#include <memory>
#include <optional>

#include "transport/http_listener.h"

namespace kinode::node {

/// The port that is asked for, or without one the first that is free from 8080 on. The error names
/// one that is free.
Result<std::unique_ptr<transport::HttpListener>> listen(rt::ThreadExecutor& executor,
                                                        std::optional<std::uint16_t> port);

}  // namespace kinode::node
