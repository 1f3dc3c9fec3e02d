// A real kernel with its real engine, executor and store, driven from outside by a module.
#pragma once

#include <../tests/support/scratch.h>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "kernel/kernel.h"
#include "rt/thread_executor.h"
#include "store/rocks_kv.h"

namespace kinode::bench {

/// One node without HTTP. Everything blocks until it is done. One thread.
class NodeRig {
 public:
  /// `engine` outlives the rig. `workers` as for the executor.
  NodeRig(wasm::Engine& engine, std::size_t workers);
  /// On a home that is kept: what is stored there runs when this returns. `component` is the file
  /// of every stored process.
  NodeRig(wasm::Engine& engine, std::size_t workers, std::string home, ByteView component);
  ~NodeRig();

  /// Starts a public guest under the name. `persistent`: with a durable row (on-exit requests,
  /// none).
  void start_guest(const std::string& name, ByteView component, bool persistent = false);

  /// Sends a request without waiting; finish() waits until all were answered.
  void ask(const std::string& name, const std::string& body);
  void finish();

  std::string address(const std::string& name) const { return "bench.os@" + name + ":bench:sys"; }

  /// Guests that have ended by themselves so far.
  void wait_until_ended(std::uint64_t count);

  kernel::Kernel& kernel() { return *kernel_; }

 private:
  class Driver;
  class Prints;
  class OneFile;

  std::optional<support::Scratch> own_home_;
  OsClock clock_;
  OsRandom random_;
  NullLog log_;
  std::unique_ptr<Prints> prints_;
  std::unique_ptr<OneFile> files_;
  std::unique_ptr<store::OrderedKv> kv_;
  std::unique_ptr<rt::ThreadExecutor> executor_;
  std::unique_ptr<kernel::Kernel> kernel_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace kinode::bench
