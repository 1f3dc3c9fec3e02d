// A mutex that clang's thread-safety analysis understands. Locks live in rt/ only, or where a
// comment says which data they guard; none is held across I/O or a callback.
#pragma once

#include <mutex>

namespace kinode::rt {

class __attribute__((capability("mutex"))) Mutex {
 public:
  void lock() __attribute__((acquire_capability())) { mutex_.lock(); }
  void unlock() __attribute__((release_capability())) { mutex_.unlock(); }

  /// For condition variables, which need the standard type; see `UniqueLock`.
  std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

class __attribute__((scoped_lockable)) Lock {
 public:
  explicit Lock(Mutex& mutex) __attribute__((acquire_capability(mutex))) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Lock() __attribute__((release_capability())) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace kinode::rt
