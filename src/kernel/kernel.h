// The kernel: who runs, with which rights, and what happens when somebody ends (kernel.md 3).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/component_files.h"
#include "kernel/process_table.h"
#include "kernel/router.h"
#include "kernel/services.h"
#include "msg/json_kernel.h"
#include "port/module.h"
#include "store/process_store.h"
#include "store/state_store.h"

namespace kinode::kernel {

/// What the kernel is built on. All of it outlives the kernel.
struct KernelParts {
  std::string our_node;
  rt::Executor* executor = nullptr;
  store::OrderedKv* kv = nullptr;
  ComponentFiles* files = nullptr;
  port::PrintSink* print = nullptr;
  Random* random = nullptr;
  Log* log = nullptr;
  /// Slow; called on the blocking pool.
  std::function<Result<std::shared_ptr<const wasm::Program>>(ByteView)> compile;
  /// Directory that a process may use as its own, if any.
  std::function<std::optional<std::string>(const msg::PackageId&)> temp_dir;
  wasm::InstanceLimits instance_limits;
  /// None: the defaults for every package.
  Budgets budgets;
  store::Durability durability = store::Durability::kProcess;
  /// The command Shutdown (kernel.md 3.6). Called on a worker.
  std::function<void()> on_shutdown;
};

/// What is needed to bring a process into being.
struct NewProcess {
  msg::ProcessId id;
  std::string wasm_bytes_handle;
  std::optional<std::uint32_t> wit_version;
  msg::OnExit on_exit;
  msg::SignedCaps caps;
  bool is_public = false;
  Bytes wasm;
  std::shared_ptr<void> place;      // among its parent's children
  std::weak_ptr<Endpoint> spawner;  // pays for its start
};

/// A capability and who is to have it.
struct Grant {
  RecordRef holder;
  msg::SignedCapability cap;
};

/// Order: load, add_module and put_package in any number, boot, then anything, then stop.
/// Thread: those from one thread; everything else from any.
class Kernel final : public Services, public port::Port {
 public:
  explicit Kernel(KernelParts parts);
  ~Kernel() override;

  /// Reads the process table. Nothing runs yet. Notices go to the printouts.
  Status load();

  /// Makes a module reachable. `module` outlives the kernel's traffic.
  Status add_module(port::Module& module);

  /// A process that the node itself brings (kernel.md 4.3): replaces what a stored one of the name
  /// is, adds to what it holds, and removes what an earlier version of the package was given and
  /// this one does not ask for.
  Status put_packaged_process(const NewProcess& process,
                              const std::vector<msg::Capability>& dropped);

  /// A grant to a module or to a stored process, before boot. Nobody of the name: nothing happens.
  Status grant_before_boot(const msg::ProcessId& holder, const msg::Capability& cap);

  /// Starts every process that is known (the start-up sequence of kernel.md 3.2).
  void boot();

  /// Ends every process. Messages to them are refused from now on.
  void stop_processes();

  // --- life of processes: kernel_life.cpp ---
  /// A record that waits for `run`. `grants` are given with it: both are stored, or neither is
  /// there.
  Result<RecordRef> initialize(NewProcess process, const std::vector<Grant>& grants = {});
  void run(ProcessRecord& record);
  enum class Revoke : bool { kNo, kYes };
  enum class Killed : std::uint8_t {
    kGone,
    kNotStored,  // gone, but what is stored of it is still there: the next boot brings it back
    kIsModule,   // nothing has happened
  };
  Killed kill(const RecordRef& record, Revoke revoke);

  /// Event printing and step mode, for the owner's terminal.
  port::EventTap& events() { return router_.tap(); }

  ProcessTable& table() { return table_; }
  bool is_our_address(const msg::Address& address) const;
  void execute(const msg::EnvelopeRef& envelope);  // one kernel command: kernel_commands.cpp

  // --- Services ---
  Router& router() override { return router_; }
  rt::Executor& executor() override { return *parts_.executor; }
  port::PrintSink& print() override { return *parts_.print; }
  store::StateStore& state() override { return state_; }
  Random& random() override { return *parts_.random; }
  Status set_on_exit(ProcessRecord& record, msg::OnExit on_exit) override;
  Status add_caps(ProcessRecord& record, const msg::SignedCaps& caps) override;
  Status drop_caps(ProcessRecord& record, const std::vector<msg::Capability>& caps) override;
  void read_component(const ProcessRecord& caller, std::string path,
                      std::function<void(Result<Bytes>)> done) override;
  SpawnResult spawn(ProcessRecord& caller, const SpawnOrder& order, Bytes wasm) override;
  void compile(RecordRef record,
               std::function<void(Result<std::shared_ptr<const wasm::Program>>)> done) override;
  wasm::InstanceSetup instance_setup(const ProcessRecord& record) override;
  void ended(RecordRef record, const Endpoint& endpoint, EndReport report) override;

  // --- Port ---
  const std::string& our_node() const override { return parts_.our_node; }
  port::Routed send(msg::EnvelopeRef envelope) override;
  bool is_alive(const msg::ProcessId& id) const override;
  void bill(const msg::ProcessId& who, Instant begun, Nanos used) override;
  bool has_capability(const msg::ProcessId& holder, const msg::Capability& cap) const override;
  Status grant(const msg::ProcessId& holder, const msg::Capability& cap) override;
  void print(std::uint8_t verbosity, const msg::ProcessId& source, std::string content) override;
  Log& log() override { return *parts_.log; }

 private:
  Budget budget_of(const msg::ProcessId& id) const;
  void tell_modules_of_end(const msg::ProcessId& id);
  msg::Address our(msg::ProcessId id) const { return {parts_.our_node, std::move(id)}; }
  void say(std::uint8_t verbosity, std::string content);
  void complain(std::string_view what, const Status& status);

  bool persisted(const ProcessRecord& record) const;
  msg::PersistedProcess row_of(const ProcessRecord& record) const;
  Status persist(const ProcessRecord& record);
  Status give(const std::vector<Grant>& grants, const ProcessRecord* fresh = nullptr);
  std::vector<const Grant*> hand_over(const std::vector<Grant>& grants);
  Status remove(const RecordRef& record, Revoke revoke);
  Status revoke_all(const ProcessRecord& record);
  void filter_on_exit(const ProcessRecord& record, msg::OnExit& on_exit) const;
  void fire_on_exit(ProcessRecord& record, const msg::OnExit& on_exit);
  void restart(const RecordRef& record, Nanos wait);
  void note_killed(const std::shared_ptr<Endpoint>& endpoint);
  void print_end(const ProcessRecord& record, const EndReport& report);
  msg::SignedCaps runtime_caps() const;
  std::string component_drive(std::string_view path) const;
  bool may_read(const ProcessRecord& caller, std::string_view path) const;

  void do_command(const msg::Envelope& envelope, const msg::KernelCommand& command);
  void do_initialize(const msg::Envelope& envelope, const msg::command::InitializeProcess& command);
  void do_kill(const msg::Envelope& envelope, const msg::ProcessId& id);
  void do_run(const msg::Envelope& envelope, const msg::ProcessId& id);
  void do_debug(const msg::Envelope& envelope, const msg::KernelCommand& command);
  static msg::answer::Counters counters_of(const ProcessRecord& record);
  void answer(const msg::Envelope& request, msg::KernelAnswer body);

  KernelParts parts_;
  ProcessTable table_;
  HolderIndex holders_;
  Router router_;
  store::StateStore state_;
  store::ProcessStore rows_;
  msg::ProcessMap loaded_;  // until boot
  RecordRef self_;
  std::vector<port::Module*> modules_;              // before boot; then it does not change
  std::vector<std::shared_ptr<Endpoint>> stopped_;  // by stop_processes; taken apart at the end
  // Each takes itself apart in a slice of its own, unless the node stops before that.
  rt::Mutex killed_mutex_;
  std::vector<std::weak_ptr<Endpoint>> killed_ __attribute__((guarded_by(killed_mutex_)));
};

}  // namespace kinode::kernel
