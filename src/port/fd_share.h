// How a module that holds many descriptors gets its share of the node's (kernel.md 8, io.md 11).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "port/notice.h"

namespace kinode::port {

/// To the descriptor manager.
constexpr std::string_view kRequestFdsLimit = R"("RequestFdsLimit")";
constexpr std::string_view kFdsLimitHit = R"("FdsLimitHit")";
inline void tell_fd_manager(Port& port, const msg::AddressRef& self, std::string_view body) {
  send_notice(port, self, msg::system_process("fd-manager"), body);
}

/// Its `{"FdsLimit":60}`: how many the module may have open from now on.
Result<std::uint64_t> decode_fds_limit(ByteView body);

}  // namespace kinode::port
