#include "floor.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>

namespace kinode::bench {

using namespace wasm;

namespace {

/// Remembers that the guest's slice has ended.
class FlagWaker final : public Waker {
 public:
  void wake() noexcept override { woken = true; }
  std::atomic<bool> woken{false};
};

/// Answers everything with nothing.
class NullHost : public HostCalls {
 public:
  void print_to_terminal(std::uint8_t, GuestBytes text) noexcept override {
    std::fprintf(stderr, "floor guest: %.*s\n", static_cast<int>(text.size), text.data);
  }
  void our(GuestAddress& out) noexcept override { out = {}; }
  Outcome set_on_exit(const GuestOnExit&) noexcept override { return Outcome::kReady; }
  void get_on_exit(GuestOnExit& out) noexcept override { out = {}; }
  Outcome get_state(GuestBytes&) noexcept override { return Outcome::kReady; }
  Outcome set_state(const GuestBytes*) noexcept override { return Outcome::kReady; }
  Outcome clear_state() noexcept override { return Outcome::kReady; }
  Outcome spawn(const GuestSpawn*, GuestSpawned&) noexcept override { return Outcome::kReady; }
  Outcome save_capabilities(std::span<const GuestCapability>) noexcept override {
    return Outcome::kReady;
  }
  Outcome drop_capabilities(std::span<const GuestCapability>) noexcept override {
    return Outcome::kReady;
  }
  std::span<const GuestCapability> our_capabilities() noexcept override { return {}; }
  Outcome receive(GuestMessage&) noexcept override { return Outcome::kPending; }
  bool has_blob() noexcept override { return false; }
  void get_blob(GuestBlob&) noexcept override {}
  void last_blob(GuestBlob&) noexcept override {}
  Outcome send_request(const GuestSend&) noexcept override { return Outcome::kReady; }
  Outcome send_requests(std::span<const GuestSend>) noexcept override { return Outcome::kReady; }
  Outcome send_response(const GuestRequest&, const GuestBlob&) noexcept override {
    return Outcome::kReady;
  }
  Outcome send_and_await_response(const GuestSend*, GuestMessage&) noexcept override {
    return Outcome::kTrap;
  }
  GuestBytes trap_message() noexcept override { return GuestBytes::of("not on the floor"); }
};

}  // namespace

struct FloorPair::Ready {
  std::deque<Guest*> queue;
};

class FloorPair::Guest final : public NullHost {
 public:
  struct Message {
    Guest* from;  // null: the driver
    std::string body;
    bool expects;
  };

  Guest(const Program& program, Ready& ready, std::string name)
      : ready_(ready), name_(std::move(name)) {
    InstanceSetup setup;
    setup.our = name_ + "@" + name_ + ":floor:sys";
    setup.host = this;
    setup.waker = waker_;
    instance_ = program.instantiate(std::move(setup)).value();
  }

  void push(Message message) {
    inbox_.push_back(std::move(message));
    make_ready();
  }
  void make_ready() {
    if (queued_) return;
    queued_ = true;
    ready_.queue.push_back(this);
  }
  void poll() {
    queued_ = false;
    if (instance_->poll() == Polled::kTrapped) {
      std::fprintf(stderr, "floor guest trapped: %s\n", instance_->failure().c_str());
      std::exit(1);
    }
    if (waker_->woken.exchange(false)) make_ready();
  }

  Guest* peer = nullptr;
  bool done = false;

 private:
  GuestAddress address() const {
    return {GuestBytes::of(name_),
            {GuestBytes::of(name_), GuestBytes::of("floor"), GuestBytes::of("sys")}};
  }
  Outcome receive(GuestMessage& out) noexcept override {
    if (inbox_.empty()) return Outcome::kPending;
    current_ = std::move(inbox_.front());
    inbox_.pop_front();
    if (current_.expects) prompting_ = current_.from;
    out.kind = GuestMessageKind::kRequest;
    out.source = current_.from != nullptr ? current_.from->address() : address();
    out.request.has_expects = current_.expects;
    out.request.expects = 5;
    out.request.body = GuestBytes::of(current_.body);
    return Outcome::kReady;
  }
  Outcome send_request(const GuestSend& send) noexcept override {
    peer->push({this, std::string(send.request.body.text()), false});
    return Outcome::kReady;
  }
  Outcome send_response(const GuestRequest& response, const GuestBlob&) noexcept override {
    if (prompting_ == nullptr) {
      done = true;
      return Outcome::kReady;
    }
    prompting_->answer_ = std::string(response.body.text());
    prompting_->make_ready();
    return Outcome::kReady;
  }
  Outcome send_and_await_response(const GuestSend* send, GuestMessage& out) noexcept override {
    if (send != nullptr) peer->push({this, std::string(send->request.body.text()), true});
    if (!answer_) return Outcome::kPending;
    current_.body = std::move(*answer_);
    answer_.reset();
    out.kind = GuestMessageKind::kResponse;
    out.source = peer->address();
    out.request.body = GuestBytes::of(current_.body);
    return Outcome::kReady;
  }

  Ready& ready_;
  const std::string name_;
  std::shared_ptr<FlagWaker> waker_ = std::make_shared<FlagWaker>();
  std::unique_ptr<Instance> instance_;
  std::deque<Message> inbox_;
  Message current_{};
  Guest* prompting_ = nullptr;
  std::optional<std::string> answer_;
  bool queued_ = false;
};

FloorPair::FloorPair(const Program& program) : ready_(std::make_unique<Ready>()) {
  a_ = std::make_unique<Guest>(program, *ready_, "a");
  b_ = std::make_unique<Guest>(program, *ready_, "b");
  a_->peer = b_.get();
  b_->peer = a_.get();
  b_->push({nullptr, "serve", true});
  a_->make_ready();
  while (!ready_->queue.empty()) {
    Guest* next = ready_->queue.front();
    ready_->queue.pop_front();
    next->poll();
  }
}

FloorPair::~FloorPair() = default;

void FloorPair::order(const std::string& text) {
  a_->done = false;
  a_->push({nullptr, text, true});
  while (!ready_->queue.empty()) {
    Guest* next = ready_->queue.front();
    ready_->queue.pop_front();
    next->poll();
  }
  if (!a_->done) {
    std::fprintf(stderr, "the floor pair did not finish %s\n", text.c_str());
    std::exit(1);
  }
}

void floor_spawn(const Program& program) {
  NullHost host;
  InstanceSetup setup;
  setup.our = "a@b:c:d";
  setup.host = &host;
  setup.waker = std::make_shared<FlagWaker>();
  auto instance = program.instantiate(std::move(setup)).value();
  if (instance->poll() != Polled::kDone) std::abort();
}

}  // namespace kinode::bench
