// One node per home directory (fault 31).
#pragma once

#include <memory>
#include <string>

#include "base/error.h"

namespace kinode::store {

/// Held for as long as it lives; the operating system lets go of it when the process ends, however.
class HomeLock {
 public:
  /// The error names the process that holds it.
  static Result<std::unique_ptr<HomeLock>> take(const std::string& home);
  ~HomeLock();
  HomeLock(const HomeLock&) = delete;
  HomeLock& operator=(const HomeLock&) = delete;

 private:
  explicit HomeLock(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace kinode::store
