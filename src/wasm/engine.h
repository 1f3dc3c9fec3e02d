// The engine that runs guests, and all that the kernel sees of it (design 5).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "wasm/host_calls.h"
#include "wasm/world.h"

namespace kinode::wasm {

/// Told when a suspended instance can go on (a timer of the guest's own, or the end of its time
/// slice). Thread: wake() from any; it must not poll.
class Waker {
 public:
  virtual ~Waker() = default;
  virtual void wake() noexcept = 0;
};

struct InstanceLimits {
  std::size_t memory_bytes_max = limits::kGuestMemoryBytesMax;
  std::size_t table_elements_max = limits::kGuestTableElementsMax;
};

struct InstanceSetup {
  /// The argument of `init`: the process's address as text.
  std::string our;
  InstanceLimits limits;
  /// Directory that the guest may use as its own, mounted at the same path and named in TEMP_DIR.
  std::optional<std::string> temp_dir;
  /// Outlives the instance.
  HostCalls* host = nullptr;
  /// Kept alive as long as anything may still wake it.
  std::shared_ptr<Waker> waker;
};

enum class Polled : std::uint8_t {
  kPending,  // suspended: in a host call that answered kPending, or at the end of its slice (then
             // waked)
  kDone,     // `init` returned
  kTrapped,  // ended by a trap or exit; see failure()
};

/// One running guest. One thread at a time, any thread. Destroying it ends the guest wherever it is
/// suspended; it may not be destroyed while it is polled.
class Instance {
 public:
  virtual ~Instance() = default;

  /// Runs the guest until it waits, ends or its slice is over. The first poll instantiates.
  virtual Polled poll() = 0;

  /// After kTrapped: what happened, in a sentence, with the guest's backtrace when there is one.
  virtual std::string failure() const = 0;

  /// The newest bytes that the guest wrote to stderr, at most limits::kStderrRingBytes.
  virtual std::string stderr_tail() const = 0;

  /// Linear memory in use.
  virtual std::size_t memory_bytes() const = 0;
};

/// A compiled component: immutable, shared by all processes with the same bytes. Thread: any.
class Program {
 public:
  virtual ~Program() = default;

  /// Whose rules its instances expect of their host.
  virtual World world() const = 0;

  virtual Result<std::unique_ptr<Instance>> instantiate(InstanceSetup setup) const = 0;
};

/// Thread: any.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Checks and compiles a component; slow (about one CPU-second per MB of code), so never on a
  /// worker. Errors say what is wrong with the component and what would be right.
  virtual Result<std::shared_ptr<const Program>> compile(ByteView component) = 0;

  /// Ends the slice of every running guest that began before the previous tick. Called about once
  /// per limits::kGuestSlice while any guest runs; async-signal-unsafe, lock-free.
  virtual void tick() noexcept = 0;
};

}  // namespace kinode::wasm
