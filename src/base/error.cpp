#include "base/error.h"

namespace kinode {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "invalid";
    case Code::kNotFound:
      return "not-found";
    case Code::kExists:
      return "exists";
    case Code::kDenied:
      return "denied";
    case Code::kOverloaded:
      return "overloaded";
    case Code::kTimeout:
      return "timeout";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kIo:
      return "io";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kInternal:
      return "internal";
  }
  return "unknown";
}

Remedy default_remedy(Code code) {
  switch (code) {
    case Code::kOverloaded:
    case Code::kTimeout:
    case Code::kUnavailable:
      return Remedy::kRetryLater;
    case Code::kIo:
    case Code::kCorrupt:
      return Remedy::kFixSystem;
    case Code::kInternal:
      return Remedy::kReportBug;
    default:
      return Remedy::kFixRequest;
  }
}

}  // namespace kinode
