// A whole kernel in one thread, for tests that tell a story: who is started, who says what to whom,
// how time passes, and that the node goes down and comes back.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "kernel/bootstrap.h"
#include "kernel/kernel.h"
#include "rt/manual_executor.h"
#include "store/mem_kv.h"
#include "wasm/native_engine.h"

namespace kinode::support {

inline constexpr std::string_view kNode = "a.os";

/// `p:k:pub`, or `node@p:k:pub`; without a node it is ours. For texts that a test writes itself.
msg::ProcessId id_of(std::string_view text);
msg::Address at(std::string_view text);
msg::Capability cap(std::string_view issuer, std::string_view params);
msg::Capability messaging(std::string_view issuer);

/// Components by path. Reads are counted.
class MemFiles final : public kernel::ComponentFiles {
 public:
  Result<Bytes> read(std::string_view path) override;
  std::map<std::string, Bytes, std::less<>> files;
  int reads = 0;
};

/// Printouts in order.
class Printouts final : public port::PrintSink {
 public:
  void print(msg::Printout printout) override { lines.push_back(std::move(printout)); }

  bool has(std::uint8_t verbosity, std::string_view part) const;
  std::size_t count(std::string_view part) const;

  /// What the process printed at verbosity 0, without the `package:publisher: ` in front.
  std::vector<std::string> of(std::string_view process) const;

  std::vector<msg::Printout> lines;
};

/// Somebody outside the guests: a runtime module that writes down what it gets.
class Outsider final : public port::Module {
 public:
  explicit Outsider(std::string_view id, bool is_public = true)
      : info_{id_of(id), is_public}, address_(msg::share(at(id))) {}

  port::ModuleInfo info() const override { return info_; }
  Status start(port::Port& port) override {
    port_ = &port;
    return {};
  }
  void handle(msg::EnvelopeRef envelope) noexcept override { got.push_back(std::move(envelope)); }
  void stop() override {}

  const msg::AddressRef& address() const { return address_; }

  /// What became of the message; its id is last_id().
  port::Routed send(const msg::Address& target, msg::Request request, msg::BlobRef blob = nullptr,
                    msg::AddressRef rsvp = nullptr);
  port::Routed respond(const msg::Envelope& request, std::string_view body);
  std::uint64_t last_id() const { return next_id_ - 1; }

  /// The response with this id.
  msg::EnvelopeRef answer(std::uint64_t id) const;

  std::vector<msg::EnvelopeRef> got;

 private:
  const port::ModuleInfo info_;
  const msg::AddressRef address_;
  port::Port* port_ = nullptr;
  std::uint64_t next_id_ = 1;
};

struct StartOptions {
  msg::OnExit on_exit = {};
  bool is_public = true;
  std::vector<msg::Capability> caps = {};  // granted before it runs
};

inline msg::OnExit restarts() { return {msg::OnExit::Kind::kRestart, {}}; }
msg::OnExit says_on_exit(std::string_view target, std::string_view body);

/// Who gives commands here is `owner:distro:sys`, a public module. Everything runs until nothing is
/// ready before a verb returns, unless it says otherwise.
class KernelFixture {
 public:
  /// With a seed, who runs next is drawn.
  explicit KernelFixture(std::optional<std::uint64_t> seed = std::nullopt);
  ~KernelFixture();

  // --- before boot ---
  /// A guest by name; its component is the file `/<name>:test.os/pkg/<name>.wasm`, too.
  void program(std::string name, wasm::NativeMain main, wasm::World world = wasm::World::kKinode10);
  static std::string path_of(std::string_view program);
  /// `compile` instead of the native engine.
  using Compile = std::function<Result<std::shared_ptr<const wasm::Program>>(ByteView)>;
  void compile_with(Compile compile) { compile_ = std::move(compile); }
  /// Another store instead of `kv`.
  void store_in(store::OrderedKv& other) { kv_used_ = &other; }
  Outsider& module(std::string_view id, bool is_public = true);
  /// Comes with the node at each boot from now on; what it needs on disk goes to `drives`.
  void package(kernel::Package package, std::string drives);
  std::vector<kernel::Package>& packages() { return packages_; }
  std::vector<Status> install_results;
  kernel::Budgets budgets;

  // --- life of the node ---
  void boot();
  /// Ordered stop.
  void stop();
  void restart() {
    stop();
    boot();
  }
  /// Without an end, everything stops here: what is not stored is lost.
  void crash() { running_.reset(); }
  void settle();
  void advance(Nanos by);

  // --- what the owner does ---
  /// The kernel's answer, if it gave one.
  std::optional<std::string> command(std::string_view json, std::optional<std::string> blob = {});
  bool initialize(std::string_view id, std::string_view program, const StartOptions& options = {});
  bool run(std::string_view id);
  bool start(std::string_view id, std::string_view program, const StartOptions& options = {});
  void grant(std::string_view id, const msg::Capability& what);
  void kill(std::string_view id);
  void tell(std::string_view target, std::string_view body);
  /// The text of the answer.
  std::optional<std::string> ask(std::string_view target, std::string_view body);
  /// As the kernel's debug command says.
  bool holds(std::string_view id, const msg::Capability& what);
  bool exists(std::string_view id);

  /// What the process has printed since it was asked last.
  std::vector<std::string> said(std::string_view id);

  rt::ManualExecutor& executor() { return running_->executor; }
  kernel::Kernel& kernel() { return *running_->kernel; }
  Outsider& owner() { return *owner_; }

  Printouts printouts;
  MemFiles files;
  store::MemKv kv;
  int shutdowns = 0;

 private:
  struct Running {
    explicit Running(std::optional<std::uint64_t> seed) : executor(seed) {}
    rt::ManualExecutor executor;
    std::unique_ptr<kernel::Kernel> kernel;
  };

  const std::optional<std::uint64_t> seed_;
  store::OrderedKv* kv_used_ = &kv;
  SeededRandom random_{1};
  NullLog log_;
  wasm::NativeEngine engine_;
  Compile compile_;
  std::vector<std::unique_ptr<Outsider>> modules_;
  Outsider* owner_;
  std::vector<kernel::Package> packages_;
  std::string drives_;
  std::map<std::string, std::size_t, std::less<>> read_until_;
  std::unique_ptr<Running> running_;
};

}  // namespace kinode::support
