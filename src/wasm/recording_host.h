// A host for engine tests: writes down every call as a line, and answers what the test has put in.
#pragma once

#include <deque>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "wasm/host_calls.h"

namespace kinode::wasm {

inline std::string shown(const GuestBytes& b) {
  return b.present() ? fmt::format("'{}'", b.text()) : "none";
}
inline std::string shown(const GuestProcessId& id) {
  return fmt::format("{}:{}:{}", id.process.text(), id.package.text(), id.publisher.text());
}
inline std::string shown(const GuestAddress& a) {
  return fmt::format("{}@{}", a.node.text(), shown(a.process));
}
inline std::string shown(const GuestCapability& c) {
  return fmt::format("{}({})", shown(c.issuer), c.params.text());
}
inline std::string shown(std::span<const GuestCapability> caps) {
  std::string out = "[";
  for (const auto& cap : caps) out += (out.size() > 1 ? ", " : "") + shown(cap);
  return out + "]";
}
inline std::string shown(const GuestBlob& b) {
  return b.present ? fmt::format("blob({}, {})", shown(b.mime), shown(b.bytes)) : "no blob";
}
inline std::string shown(const GuestRequest& r) {
  return fmt::format("{}{} body {} meta {} caps {}", r.inherit ? "inherit " : "",
                     r.has_expects ? fmt::format("expects {}", r.expects) : "expects none",
                     shown(r.body), shown(r.metadata),
                     shown(std::span(r.capabilities, r.capability_count)));
}
inline std::string shown(const GuestSend& s) {
  return fmt::format("{} {} context {} {}", shown(s.target), shown(s.request), shown(s.context),
                     shown(s.blob));
}
inline std::string shown(const GuestOnExit& e) {
  if (e.kind != GuestOnExitKind::kRequests) {
    return e.kind == GuestOnExitKind::kNone ? "none" : "restart";
  }
  std::string out = "requests";
  for (const auto& r : std::span(e.requests, e.request_count)) {
    out += fmt::format(" ({} {} {})", shown(r.target), shown(r.request), shown(r.blob));
  }
  return out;
}

class RecordingHost : public HostCalls {
 public:
  std::vector<std::string> calls;
  /// Outcomes of the calls that may wait or fail, in order; then kReady.
  std::deque<Outcome> outcomes;
  /// What `receive` and `send-and-await-response` give, in order; then pending.
  std::deque<GuestMessage> inbox;
  GuestAddress address{GuestBytes::of("n.os"),
                       {GuestBytes::of("p"), GuestBytes::of("k"), GuestBytes::of("sys")}};
  std::optional<std::string> state;
  GuestBlob blob;
  GuestOnExit on_exit;
  std::vector<GuestCapability> caps;
  GuestSpawned spawned;
  std::string trap = "the host said no";

  void print_to_terminal(std::uint8_t verbosity, GuestBytes message) noexcept override {
    note("print {} {}", verbosity, shown(message));
  }
  void our(GuestAddress& out) noexcept override {
    note("our");
    out = address;
  }
  Outcome set_on_exit(const GuestOnExit& e) noexcept override {
    note("set-on-exit {}", shown(e));
    return next();
  }
  void get_on_exit(GuestOnExit& out) noexcept override {
    note("get-on-exit");
    out = on_exit;
  }
  Outcome get_state(GuestBytes& out) noexcept override {
    note("get-state");
    out = state ? GuestBytes::of(*state) : GuestBytes();
    return next();
  }
  Outcome set_state(const GuestBytes* bytes) noexcept override {
    note("set-state {}", bytes ? shown(*bytes) : "again");
    return next();
  }
  Outcome clear_state() noexcept override {
    note("clear-state");
    return next();
  }
  Outcome spawn(const GuestSpawn* s, GuestSpawned& out) noexcept override {
    if (s == nullptr) {
      note("spawn again");
    } else {
      std::string grants;
      for (const auto& g : std::span(s->grant_capabilities, s->grant_capability_count)) {
        grants += fmt::format(" {}({})", shown(g.process), g.params.text());
      }
      note("spawn {} {} {} {}{} {}", shown(s->name), shown(s->wasm_path), shown(s->on_exit),
           shown(std::span(s->request_capabilities, s->request_capability_count)), grants,
           s->is_public ? "public" : "private");
    }
    out = spawned;
    return next();
  }
  Outcome save_capabilities(std::span<const GuestCapability> c) noexcept override {
    note("save-capabilities {}", shown(c));
    return next();
  }
  Outcome drop_capabilities(std::span<const GuestCapability> c) noexcept override {
    note("drop-capabilities {}", shown(c));
    return next();
  }
  std::span<const GuestCapability> our_capabilities() noexcept override {
    note("our-capabilities");
    return caps;
  }
  Outcome receive(GuestMessage& out) noexcept override {
    note("receive");
    return take(out);
  }
  bool has_blob() noexcept override {
    note("has-blob");
    return blob.present;
  }
  void get_blob(GuestBlob& out) noexcept override {
    note("get-blob");
    out = blob;
  }
  void last_blob(GuestBlob& out) noexcept override {
    note("last-blob");
    out = blob;
  }
  Outcome send_request(const GuestSend& s) noexcept override {
    note("send-request {}", shown(s));
    return next();
  }
  Outcome send_requests(std::span<const GuestSend> sends) noexcept override {
    for (const auto& s : sends) note("send-requests {}", shown(s));
    return next();
  }
  Outcome send_response(const GuestRequest& r, const GuestBlob& b) noexcept override {
    note("send-response {} {}", shown(r), shown(b));
    return next();
  }
  Outcome send_and_await_response(const GuestSend* s, GuestMessage& out) noexcept override {
    note("await {}", s ? shown(*s) : "again");
    return take(out);
  }
  GuestBytes trap_message() noexcept override { return GuestBytes::of(trap); }

 private:
  template <class... A>
  void note(fmt::format_string<A...> format, A&&... args) {
    calls.push_back(fmt::format(format, std::forward<A>(args)...));
  }

  Outcome next() {
    if (outcomes.empty()) return Outcome::kReady;
    const auto outcome = outcomes.front();
    outcomes.pop_front();
    return outcome;
  }

  Outcome take(GuestMessage& out) {
    if (!outcomes.empty()) {
      const auto outcome = next();
      if (outcome != Outcome::kReady) return outcome;
    }
    if (inbox.empty()) return Outcome::kPending;
    out = inbox.front();
    inbox.pop_front();
    return Outcome::kReady;
  }
};

}  // namespace kinode::wasm
