#include "modules/vfs/vfs_module.h"

#include <cerrno>
#include <fmt/format.h>

#include "modules/vfs/access.h"
#include "modules/vfs/desk.h"
#include "modules/vfs/watches.h"
#include "modules/vfs/zip_merge.h"
#include "port/answer.h"
#include "port/fd_share.h"

namespace kinode::vfs {

namespace {

/// Hits are told to the descriptor manager at most this often: each moves everybody's share.
constexpr auto kBetweenHits = std::chrono::seconds(1);

bool needs_blob(Kind kind) {
  switch (kind) {
    case Kind::kWrite:
    case Kind::kWriteAll:
    case Kind::kAppend:
    case Kind::kAddZip:
    case Kind::kWriteAt:
      return true;
    default:
      return false;
  }
}

/// A name for what went wrong, that stays what it is whatever the text (Q20).
msg::BlobRef cause_of(const VfsError& error) {
  const std::string_view kind = kind_of_failure(error);
  if (kind.empty()) return nullptr;
  return port::json_blob(fmt::format(R"({{"kind":"{}"}})", kind));
}

/// Removes what a crash left behind, some files at a time.
void sweep(rt::Executor& executor, std::shared_ptr<void> owner, std::shared_ptr<Removal> removal) {
  executor.blocking().submit("vfs sweep", [&executor, owner, removal] {
    if (auto more = removal->step(); more && *more) sweep(executor, owner, removal);
  });
}

}  // namespace

struct VfsModule::State : std::enable_shared_from_this<State> {
  std::string root;
  store::Durability durability = store::Durability::kProcess;
  port::Port* port = nullptr;
  msg::AddressRef self;
  std::unique_ptr<Access> access;
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Staging> staging;
  store::WriteGate* gate = nullptr;
  std::unique_ptr<Keeper> keeper;
  OpenFiles open;
  Watches watches;
  GrowthGuard growth;
  std::optional<Tools> tools;
  std::shared_ptr<Desk> desk;
  rt::Mutex mutex;
  std::optional<Instant> last_hit __attribute__((guarded_by(mutex)));

  Status start(port::Port& to);
  void take(const msg::EnvelopeRef& envelope);
  void list_root(const msg::EnvelopeRef& envelope);
  void order(const msg::EnvelopeRef& envelope, Order order);
  void watch(const msg::EnvelopeRef& envelope, const Order& order);
  void submit(TaskRef task);
  void finished(const Task& task, Outcome outcome);
  void answer(const msg::Envelope& request, Outcome outcome);
  void answer_list(const msg::Envelope& request, Outcome outcome);
  void publish(const Order& order);
  bool tell(const msg::ProcessId& process, std::string_view path, Change change);
  void report_hit();
  void forget(const msg::ProcessId& process);
};

Status VfsModule::State::start(port::Port& to) {
  port = &to;
  self = msg::share({to.our_node(), msg::system_process("vfs")});
  access = std::make_unique<Access>(to);
  auto opened = Disk::open(root);
  if (!opened) return std::unexpected(std::move(opened.error()));
  disk = std::move(*opened);
  auto staged = Staging::open(*disk);
  if (!staged) return std::unexpected(std::move(staged.error()));
  staging = std::move(*staged);
  for (auto& complaint : finish_committed_merges(*disk, *staging)) {
    to.print(0, self->process, "vfs: " + complaint);
  }
  for (const auto& left : staging->left_behind()) {
    sweep(to.executor(), shared_from_this(), std::make_shared<Removal>(*staging, left));
  }
  keeper = std::make_unique<Keeper>(*disk, *staging, to.executor().clock(), gate);
  tools.emplace(*disk, *staging, *keeper, open, [this] { report_hit(); }, durability, growth);
  desk = std::make_shared<Desk>(to, *tools);
  desk->belongs_to(weak_from_this());
  desk->on_done([self = weak_from_this()](const Task& task, Outcome outcome) {
    if (const auto state = self.lock()) state->finished(task, std::move(outcome));
  });
  port::tell_fd_manager(to, self, port::kRequestFdsLimit);
  return {};
}

void VfsModule::State::report_hit() {
  {
    rt::Lock lock(mutex);
    const Instant now = port->executor().clock().now();
    if (last_hit && now - *last_hit < kBetweenHits) return;
    last_hit = now;
  }
  port::tell_fd_manager(*port, self, port::kFdsLimitHit);
}

void VfsModule::State::take(const msg::EnvelopeRef& envelope) {
  const msg::ProcessId& source = envelope->source->process;
  if (envelope->source->node != port->our_node()) {
    port->print(1, self->process,
                fmt::format("vfs: ignored a message from {}", printable(envelope->source->node)));
    return;
  }
  const msg::Request* request = envelope->request();
  if (request == nullptr) return;
  if (msg::is_system_process(source, "fd-manager")) {
    const auto limit = port::decode_fds_limit(request->body.view());
    if (!limit) return;
    port->executor().blocking().submit(
        "vfs descriptors",
        [state = shared_from_this(), limit = *limit] { state->open.set_limit(limit); });
    return;
  }
  auto decoded = decode_vfs_request(request->body.view());
  if (!decoded) {
    port->print(2, self->process, fmt::format("{}: {}", source.text(), decoded.error().detail));
    return answer(*envelope, refused(VfsError::Kind::kMalformedRequest));
  }
  if (decoded->path == "/" && decoded->action.kind == Kind::kReadDir) return list_root(envelope);
  auto path = VfsPath::parse(decoded->path);
  if (!path) return answer(*envelope, std::unexpected(std::move(path.error())));
  std::optional<VfsPath> other;
  if (has_two_paths(decoded->action.kind)) {
    auto parsed = VfsPath::parse(decoded->action.new_path);
    if (!parsed) return answer(*envelope, std::unexpected(std::move(parsed.error())));
    other = std::move(*parsed);
  }
  order(envelope, Order{source, std::move(decoded->action), std::move(*path), std::move(other),
                        envelope->blob, nullptr});
}

void VfsModule::State::list_root(const msg::EnvelopeRef& envelope) {
  if (!access->is_root(envelope->source->process)) {
    return answer(*envelope, refused(VfsError::Kind::kNoReadCap));
  }
  auto task = std::make_shared<Task>();
  task->alone = true;
  task->request = envelope;
  submit(std::move(task));
}

void VfsModule::State::order(const msg::EnvelopeRef& envelope, Order order) {
  const Kind kind = order.action.kind;
  const VfsPath* other = order.other ? &*order.other : nullptr;
  if (auto refusal = access->refuse(order.process, kind, order.path, other)) {
    return answer(*envelope, std::unexpected(std::move(*refusal)));
  }
  if (needs_blob(kind) && order.blob == nullptr) {
    return answer(*envelope, refused(VfsError::Kind::kNoBlob));
  }
  if (kind == Kind::kWatch || kind == Kind::kUnwatch) return watch(envelope, order);
  order.run = open.run_of(order.process);
  if (auto outcome = desk->answer_now(order)) {
    answer(*envelope, std::move(*outcome));
    if (!port->is_alive(order.process)) forget(order.process);
    return;
  }
  auto task = std::make_shared<Task>();
  task->lane = order.path.below_root();
  task->alone = is_about_a_tree(kind);
  task->request = envelope;
  task->bytes = envelope->accounted_bytes();
  task->drives.emplace_back(order.path.drive_below_root());
  if (other != nullptr && other->drive_below_root() != order.path.drive_below_root()) {
    task->drives.emplace_back(other->drive_below_root());
  }
  task->order.emplace(std::move(order));
  submit(std::move(task));
}

void VfsModule::State::watch(const msg::EnvelopeRef& envelope, const Order& order) {
  Io<void> ok;
  if (order.action.kind == Kind::kWatch) {
    ok = watches.add(order.process, order.path);
  } else {
    watches.remove(order.process, order.path);
  }
  if (!port->is_alive(order.process)) watches.forget(order.process);
  answer(*envelope, ok ? Outcome(Reply{encode_ok(), nullptr})
                       : Outcome(std::unexpected(std::move(ok.error()))));
}

void VfsModule::State::submit(TaskRef task) {
  const msg::EnvelopeRef request = task->request;
  if (!desk->submit(std::move(task))) answer(*request, io_error(EAGAIN));
}

void VfsModule::State::finished(const Task& task, Outcome outcome) {
  if (!task.order) return answer_list(*task.request, std::move(outcome));
  const Order& order = *task.order;
  if (outcome && order.action.kind == Kind::kCreateDrive) {
    for (auto&& cap : {access->read_cap(order.path), access->write_cap(order.path)}) {
      if (!port->grant(order.process, cap)) outcome = refused(VfsError::Kind::kAddCapFailed);
    }
  }
  const bool changed = outcome.has_value();
  answer(*task.request, std::move(outcome));
  if (changed) publish(order);
  // Its end may have been told before this was done.
  if (!port->is_alive(order.process)) forget(order.process);
}

void VfsModule::State::answer(const msg::Envelope& request, Outcome outcome) {
  if (outcome) {
    port::send_done(*port, request, self, outcome->body, std::move(outcome->blob));
  } else if (request.request()->expects_response) {
    port::send_refusal(*port, request, self, encode_error(outcome.error()),
                       cause_of(outcome.error()));
  }
}

/// Always, and to the source itself (io.md 2.3).
void VfsModule::State::answer_list(const msg::Envelope& request, Outcome outcome) {
  if (!outcome) return answer(request, std::move(outcome));
  msg::Envelope plain;
  plain.id = request.id;
  plain.source = request.source;
  port->send(port::answer_to(
      plain, self,
      {Bytes::copy(outcome->body), request.request()->metadata, std::move(outcome->blob)}));
}

void VfsModule::State::publish(const Order& order) {
  for (const auto& [path, change] : changes_of(order)) {
    for (const auto& process : watches.of(*path)) {
      // The right may have been taken away since.
      if (access->refuse(process, Kind::kWatch, *path, nullptr)) continue;
      if (watches.take_missed(process) && !tell(process, path->text(), Change::kMissed)) {
        watches.note_missed(process);
      } else if (!tell(process, path->text(), change)) {
        watches.note_missed(process);
      }
    }
  }
}

/// False: there is no room for it at the process.
bool VfsModule::State::tell(const msg::ProcessId& process, std::string_view path, Change change) {
  return port::send_notice(*port, self, process, encode_event(path, change)) != port::Routed::kFull;
}

void VfsModule::State::forget(const msg::ProcessId& process) {
  open.forget(process);
  watches.forget(process);
}

VfsModule::VfsModule(std::string root, store::Durability durability, store::WriteGate* gate)
    : state_(std::make_shared<State>()) {
  state_->root = std::move(root);
  state_->gate = gate;
  state_->durability = durability;
}
VfsModule::~VfsModule() = default;

port::ModuleInfo VfsModule::info() const { return {msg::system_process("vfs"), false}; }

Status VfsModule::start(port::Port& port) { return state_->start(port); }

port::Freezable& VfsModule::freezable() { return *state_->keeper; }

void VfsModule::handle(msg::EnvelopeRef envelope) noexcept { state_->take(envelope); }

void VfsModule::process_ended(const msg::ProcessId& id) noexcept { state_->forget(id); }

void VfsModule::stop() {
  if (state_->desk) state_->desk->stop();
}

}  // namespace kinode::vfs
