#include "kernel/router.h"

#include <fmt/format.h>

namespace kinode::kernel {

using port::Routed;

namespace {

std::string text(const IdView& id) {
  return fmt::format("{}:{}:{}", id.process, id.package, id.publisher);
}

}  // namespace

bool is_reserved(const msg::ProcessId& id) {
  return id.package == "distro" && id.publisher == "sys";
}

bool is_exempt_sender(const msg::ProcessId& id) {
  return is_reserved(id) &&
         (id.process == "kernel" || id.process == "state" || id.process == "vfs");
}

std::shared_ptr<Endpoint> RouteCache::find(const TargetView& target,
                                           std::uint64_t caps_version) const {
  for (const Entry& e : entries_) {
    if (e.endpoint && e.process == target.id.process && e.package == target.id.package &&
        e.publisher == target.id.publisher && e.node == target.node) {
      return e.caps_version == caps_version || e.endpoint->is_public() ? e.endpoint : nullptr;
    }
  }
  return nullptr;
}

void RouteCache::put(const TargetView& target, std::uint64_t caps_version,
                     std::shared_ptr<Endpoint> endpoint) {
  Entry* entry = nullptr;
  for (Entry& e : entries_) {
    if (e.process == target.id.process && e.package == target.id.package &&
        e.publisher == target.id.publisher && e.node == target.node) {
      entry = &e;
    }
  }
  if (entry == nullptr) entry = &entries_[next_++ % kEntries];
  *entry = Entry{std::string(target.node),
                 std::string(target.id.process),
                 std::string(target.id.package),
                 std::string(target.id.publisher),
                 caps_version,
                 std::move(endpoint)};
}

void RouteCache::forget(const Endpoint* endpoint) {
  for (Entry& e : entries_) {
    if (e.endpoint.get() == endpoint) e = Entry{};
  }
}

Router::Router(std::string our_node, ProcessTable& table, rt::Executor& executor,
               port::PrintSink& print)
    : our_node_(std::move(our_node)),
      our_key_(key_of_node(our_node_)),
      network_(msg::network_cap(our_node_)),
      table_(table),
      executor_(executor),
      print_(print),
      tap_(*this, print) {}

Route Router::resolve_remote(const ProcessRecord& sender) const {
  Route route{.endpoint = nullptr, .verdict = Routed::kNoTarget, .remote = true};
  if (!sender.caps.has(network_)) {
    route.verdict = Routed::kDenied;
    return route;
  }
  if (const RecordRef net = table_.find(IdView{"net", "distro", "sys"})) {
    rt::Lock lock(net->mutex);
    route.endpoint = net->endpoint;
  }
  if (route.endpoint) route.verdict = Routed::kDelivered;
  return route;
}

Route Router::resolve(const ProcessRecord& sender, const TargetView& target) const {
  if (!is_ours(target.node)) return resolve_remote(sender);
  Route route;
  const Key key = key_of(target.id);
  table_.visit(key, [&](const ProcessRecord& record) {
    __builtin_prefetch(&record);
    if (!sender.is_exempt && !sender.caps.can_message(key_on_node(our_key_, key)) &&
        !record.is_public) {
      route.verdict = Routed::kDenied;
      return;
    }
    rt::Lock lock(record.mutex);
    route.endpoint = record.endpoint;
    if (route.endpoint) route.verdict = Routed::kDelivered;
  });
  return route;
}

void Router::explain(const ProcessRecord& sender, const TargetView& target,
                     const Route& route) const {
  const std::string from = sender.id().text();
  if (route.remote) {
    if (route.verdict == Routed::kDenied) {
      print(0,
            fmt::format("event loop: process {} doesn't have capability to send networked messages",
                        from));
    }
    return;
  }
  if (route.verdict == Routed::kDenied) {
    print(0, fmt::format("event loop: process {} doesn't have capability to message process {}",
                         from, printable(text(target.id))));
  } else if (route.verdict == Routed::kNoTarget) {
    print(2, fmt::format("event loop: process {} sent message to non-existing {}; dropping message",
                         from, printable(text(target.id))));
  }
}

Routed Router::put(Endpoint& to, msg::EnvelopeRef& envelope) const {
  const std::size_t bytes = envelope->accounted_bytes();
  const rt::Pushed pushed = envelope->request() != nullptr
                                ? to.mailbox().push(envelope, bytes)
                                : to.mailbox().push_answer(envelope, bytes, to.answers_max());
  switch (pushed) {
    case rt::Pushed::kOk:
      executor_.schedule(to);
      return Routed::kDelivered;
    case rt::Pushed::kFull:
      return Routed::kFull;
    case rt::Pushed::kClosed:
      return Routed::kNoTarget;
  }
  return Routed::kNoTarget;
}

void Router::give_up(const msg::EnvelopeRef& envelope, Routed why) const {
  print(0, fmt::format("event loop: a message from {} to {} was dropped when it was let go: {}",
                       envelope->source->process.text(), envelope->target->process.text(),
                       why == Routed::kFull ? "the mailbox is full" : "it has ended"));
  const msg::Request* request = envelope->request();
  if (request == nullptr || !request->expects_response || !is_ours(envelope->source->node)) return;
  const RecordRef sender = table_.find(envelope->source->process);
  if (!sender) return;
  std::shared_ptr<Endpoint> endpoint;
  {
    rt::Lock lock(sender->mutex);
    endpoint = sender->endpoint;
  }
  if (!endpoint) return;
  auto error = std::make_shared<msg::Envelope>();
  error->id = envelope->id;
  error->source = msg::share({our_node_, msg::system_process("kernel")});
  error->target = envelope->source;
  error->message = msg::SendError{msg::SendErrorKind::kTimeout, envelope};
  msg::EnvelopeRef out = std::move(error);
  put(*endpoint, out);
}

void Router::print(std::uint8_t verbosity, std::string content) const {
  print_.print({verbosity, msg::system_process("kernel"), std::move(content)});
}

}  // namespace kinode::kernel
