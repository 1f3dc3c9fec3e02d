// Where all writes of a home pass, so that a backup can stand between two of them.
#pragma once

#include <condition_variable>
#include <cstdint>

#include "base/clock.h"
#include "rt/mutex.h"

namespace kinode::store {

/// Who changes something that is kept in the home holds a pass while it does so: around one system
/// call, one write of a database or one statement, never while it waits for anybody else. While the
/// gate is closed nothing that is kept changes, and `enter` waits.
///
/// Thread: any. Lifetime: outlives its passes.
class WriteGate {
 public:
  class [[nodiscard]] Pass {
   public:
    Pass() = default;  // of no gate
    Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    friend class WriteGate;
    explicit Pass(WriteGate* gate) : gate_(gate) {}
    WriteGate* gate_ = nullptr;
  };

  WriteGate() = default;
  WriteGate(const WriteGate&) = delete;
  WriteGate& operator=(const WriteGate&) = delete;

  /// Waits while the gate is closed. A thread that holds a pass must not ask for another: it could
  /// wait for itself.
  Pass enter();

  /// Lets nobody in any more and waits until all are out. True: it is closed, and the caller must
  /// `open` it. False: somebody was still within after `patience` of real time; it is open again.
  /// One caller at a time.
  bool close(Nanos patience);
  void open();

 private:
  void leave();

  rt::Mutex mutex_;
  std::condition_variable_any changed_;
  bool closed_ __attribute__((guarded_by(mutex_))) = false;
  std::uint64_t within_ __attribute__((guarded_by(mutex_))) = 0;
};

/// For parts that also run where nobody makes backups: no gate, no waiting.
inline WriteGate::Pass pass(WriteGate* gate) {
  return gate != nullptr ? gate->enter() : WriteGate::Pass();
}

}  // namespace kinode::store
