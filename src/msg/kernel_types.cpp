#include "msg/kernel_types.h"

namespace kinode::msg {

std::string_view OnExit::name() const {
  switch (kind) {
    case Kind::kNone:
      return "None";
    case Kind::kRestart:
      return "Restart";
    case Kind::kRequests:
      return "Requests";
  }
  return "None";
}

}  // namespace kinode::msg
