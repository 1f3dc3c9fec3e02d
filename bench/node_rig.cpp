#include "node_rig.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace kinode::bench {

namespace {

const msg::ProcessId kDriver{"driver", "bench", "sys"};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

/// Counts ends and passes complaints on.
class NodeRig::Prints final : public port::PrintSink {
 public:
  void print(msg::Printout printout) override {
    if (printout.verbosity == 0) std::fprintf(stderr, "%s\n", printout.content.c_str());
    if (!printout.content.ends_with("returned without error")) return;
    {
      const std::lock_guard lock(mutex);
      ++ended;
    }
    changed.notify_all();
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t ended = 0;
};

class NodeRig::OneFile final : public kernel::ComponentFiles {
 public:
  explicit OneFile(ByteView content) : content_(Bytes::copy(content)) {}
  Result<Bytes> read(std::string_view) override {
    if (content_.empty()) return fail(Code::kNotFound, "no files in this rig");
    return content_;
  }

 private:
  const Bytes content_;
};

class NodeRig::Driver final : public port::Module {
 public:
  port::ModuleInfo info() const override { return {kDriver, true}; }
  Status start(port::Port& port) override {
    port_ = &port;
    self_ = msg::share({port.our_node(), kDriver});
    return {};
  }
  void stop() override {}

  void handle(msg::EnvelopeRef envelope) noexcept override {
    const msg::Response* response = envelope->response();
    if (response == nullptr || response->body.text() != "done") give_up("a guest answered badly");
    {
      const std::lock_guard lock(mutex_);
      --open_;
    }
    changed_.notify_all();
  }

  void ask(const std::string& address, const std::string& body) {
    {
      const std::lock_guard lock(mutex_);
      ++open_;
    }
    auto e = std::make_shared<msg::Envelope>();
    e->id = port_->random().next_u64();
    e->source = e->rsvp = self_;
    e->target = msg::share(msg::Address::parse(address).value());
    msg::Request request;
    request.expects_response = 600;
    request.body = Bytes::copy(body);
    e->message = std::move(request);
    if (port_->send(std::move(e)) != port::Routed::kDelivered) give_up("cannot reach " + address);
  }

  void finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_ == 0; });
  }

 private:
  port::Port* port_ = nullptr;
  msg::AddressRef self_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;
};

NodeRig::NodeRig(wasm::Engine& engine, std::size_t workers) : NodeRig(engine, workers, {}, {}) {}

NodeRig::NodeRig(wasm::Engine& engine, std::size_t workers, std::string home, ByteView component)
    : prints_(std::make_unique<Prints>()), files_(std::make_unique<OneFile>(component)) {
  if (home.empty()) home = own_home_.emplace().path();
  auto kv = store::open_rocks_kv(home + "/kernel");
  if (!kv) give_up(kv.error().detail);
  kv_ = std::move(*kv);
  rt::ThreadExecutorOptions options;
  options.workers = workers;
  options.tick = [&engine] { engine.tick(); };
  executor_ = std::make_unique<rt::ThreadExecutor>(clock_, std::move(options));
  kernel::KernelParts parts;
  parts.our_node = "bench.os";
  parts.executor = executor_.get();
  parts.kv = kv_.get();
  parts.files = files_.get();
  parts.print = prints_.get();
  parts.random = &random_;
  parts.log = &log_;
  parts.compile = [&engine](ByteView component) { return engine.compile(component); };
  kernel_ = std::make_unique<kernel::Kernel>(std::move(parts));
  if (auto ok = kernel_->load(); !ok) give_up(ok.error().detail);
  driver_ = std::make_unique<Driver>();
  if (auto ok = kernel_->add_module(*driver_); !ok) give_up(ok.error().detail);
  executor_->start();
  kernel_->boot();
}

NodeRig::~NodeRig() {
  kernel_->stop_processes();
  executor_->stop();
  kernel_.reset();
  kv_.reset();
}

void NodeRig::start_guest(const std::string& name, ByteView component, bool persistent) {
  kernel::NewProcess process;
  process.id = {name, "bench", "sys"};
  process.is_public = true;
  process.wasm_bytes_handle = "/bench:sys/pkg/guest.wasm";
  if (persistent) process.on_exit.kind = msg::OnExit::Kind::kRequests;
  process.wasm = Bytes::copy(component);
  auto record = kernel_->initialize(std::move(process));
  if (!record) give_up(record.error().detail);
  kernel_->run(**record);
}

void NodeRig::ask(const std::string& name, const std::string& body) {
  driver_->ask(address(name), body);
}

void NodeRig::finish() { driver_->finish(); }

void NodeRig::wait_until_ended(std::uint64_t count) {
  std::unique_lock lock(prints_->mutex);
  prints_->changed.wait(lock, [&] { return prints_->ended >= count; });
}

}  // namespace kinode::bench
