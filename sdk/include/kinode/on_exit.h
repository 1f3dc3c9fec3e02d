// What the node does when this process ends, however it ends.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kinode/request.h"

namespace kinode {

class OnExit {
 public:
  enum class Kind : uint8_t { kNone, kRestart, kRequests };

  /// The process is gone.
  static OnExit none() { return OnExit(Kind::kNone); }
  /// It starts again from init, with its saved state.
  static OnExit restart() { return OnExit(Kind::kRestart); }
  /// It is gone, and these requests go out in its name; none of them expects an answer.
  static OnExit requests(std::vector<Request> requests) {
    OnExit on_exit(Kind::kRequests);
    on_exit.requests_ = std::move(requests);
    return on_exit;
  }

  /// What is set at present.
  static OnExit get();
  void set() const;

  Kind kind() const { return kind_; }
  const std::vector<Request>& requests() const { return requests_; }

 private:
  explicit OnExit(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::vector<Request> requests_;
  detail::Arena memory_;  // what got requests refer to
};

}  // namespace kinode
