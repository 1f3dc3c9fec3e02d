// What a running process needs of the kernel around it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kernel/process_record.h"
#include "kernel/router.h"
#include "port/print.h"
#include "store/state_store.h"

namespace kinode::kernel {

/// How a process ended.
struct EndReport {
  bool failed = false;
  std::string detail;  // stderr or the trap's text; empty for a normal return
  Nanos uptime{0};
};

struct SpawnOrder {
  std::string name;
  std::string wasm_path;
  msg::OnExit on_exit;
  std::vector<msg::Capability> request_capabilities;
  std::vector<std::pair<msg::ProcessId, std::string>> grants;  // params
  bool is_public = false;
};

enum class SpawnResult : std::uint8_t { kOk, kNameTaken, kNoFileAtPath };

/// Implemented by the Kernel; tests may bring their own. Thread: any. Outlives every process.
class Services {
 public:
  virtual ~Services() = default;

  virtual Router& router() = 0;
  virtual rt::Executor& executor() = 0;
  virtual port::PrintSink& print() = 0;
  virtual store::StateStore& state() = 0;
  virtual Random& random() = 0;

  /// The record's on-exit behaviour, persisted when it returns. Attached capabilities that the
  /// process may not pass on are removed (fault 4). An error: nothing has changed.
  virtual Status set_on_exit(ProcessRecord& record, msg::OnExit on_exit) = 0;

  /// Gives what is not held yet, and stores it if the process is stored. An error: none was given.
  virtual Status add_caps(ProcessRecord& record, const msg::SignedCaps& caps) = 0;

  /// Takes away what is held. An error: they are gone until the node starts again, which finds them
  /// in its store.
  virtual Status drop_caps(ProcessRecord& record, const std::vector<msg::Capability>& caps) = 0;

  /// Reads the component for a spawn, checking the caller's rights as the file module would; `done`
  /// runs on some thread with the bytes, or with why there are none.
  virtual void read_component(const ProcessRecord& caller, std::string path,
                              std::function<void(Result<Bytes>)> done) = 0;

  /// Steps 3 to 7 of kernel.md 2.5 spawn.
  virtual SpawnResult spawn(ProcessRecord& caller, const SpawnOrder& order, Bytes wasm) = 0;

  /// Makes a program of the record's bytes; `done` runs on some thread.
  virtual void compile(RecordRef record,
                       std::function<void(Result<std::shared_ptr<const wasm::Program>>)> done) = 0;

  /// What an instance of this record may use.
  virtual wasm::InstanceSetup instance_setup(const ProcessRecord& record) = 0;

  /// The process of this endpoint has ended by itself: on-exit behaviour (kernel.md 3.8).
  virtual void ended(RecordRef record, const Endpoint& endpoint, EndReport report) = 0;
};

}  // namespace kinode::kernel
