// Counts work in flight, refuses new work once closed, and says when the last piece is done.
#pragma once

#include <memory>
#include <utility>

#include "rt/executor.h"
#include "rt/mutex.h"

namespace kinode::rt {

/// Thread: any.
class Gate {
 public:
  /// Held while a piece of work runs. Movable; leaving is by destruction.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      if (this != &other) {
        leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Pass() { leave(); }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) : gate_(gate) {}
    void leave() {
      if (gate_ != nullptr) std::exchange(gate_, nullptr)->left();
    }
    Gate* gate_ = nullptr;
  };

  /// An empty pass when the gate is closed.
  Pass enter() {
    Lock lock(mutex_);
    if (closed_) return Pass();
    ++inside_;
    return Pass(this);
  }

  /// Refuses from now on; `empty` runs once, on the thread of the last to leave, or here when
  /// nobody is inside. Once.
  void close(Work empty) {
    {
      Lock lock(mutex_);
      closed_ = true;
      if (inside_ > 0) {
        empty_ = std::move(empty);
        return;
      }
    }
    empty();
  }

  std::size_t inside() const {
    Lock lock(mutex_);
    return inside_;
  }

 private:
  void left() {
    Work empty;
    {
      Lock lock(mutex_);
      if (--inside_ == 0 && closed_) empty = std::move(empty_);
    }
    if (empty) empty();
  }

  mutable Mutex mutex_;
  std::size_t inside_ __attribute__((guarded_by(mutex_))) = 0;
  bool closed_ __attribute__((guarded_by(mutex_))) = false;
  Work empty_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::rt
