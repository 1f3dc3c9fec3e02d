// A port for measuring one module on real threads: requests are handed to it with a bounded number
// of them open, answers are counted. There is no kernel, so what is measured is the module alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "port/module.h"
#include "rt/thread_executor.h"

namespace kinode::support {

class ThreadPort final : public port::Port {
 public:
  ThreadPort() : executor_(clock_, {.workers = 1, .blocking_threads_max = 4, .tick = {}}) {
    executor_.start();
  }
  ~ThreadPort() override { executor_.stop(); }

  const std::string& our_node() const override { return our_node_; }
  port::Routed send(msg::EnvelopeRef envelope) override {
    const msg::Response* response = envelope->response();
    if (response == nullptr) return port::Routed::kNoTarget;
    if (response->body.text().starts_with("{\"Err\"")) ++errors_;
    open_.fetch_sub(1);
    open_.notify_one();
    return port::Routed::kDelivered;
  }
  bool is_alive(const msg::ProcessId&) const override { return true; }
  bool has_capability(const msg::ProcessId&, const msg::Capability&) const override { return true; }
  Status grant(const msg::ProcessId&, const msg::Capability&) override { return {}; }
  void print(std::uint8_t, const msg::ProcessId&, std::string) override {}
  rt::ThreadExecutor& executor() override { return executor_; }
  Random& random() override { return random_; }
  Log& log() override { return log_; }

  /// Hands a request over; waits while `open_max` wait for answers.
  void ask(port::Module& module, const msg::AddressRef& source, const msg::AddressRef& target,
           std::string_view body, msg::BlobRef blob, std::uint32_t open_max) {
    wait_until(open_max - 1);
    auto e = std::make_shared<msg::Envelope>();
    e->id = 7;
    e->source = source;
    e->target = target;
    msg::Request request;
    request.expects_response = 30;
    request.body = Bytes::copy(body);
    e->message = std::move(request);
    e->blob = std::move(blob);
    open_.fetch_add(1);
    module.handle(std::move(e));
  }
  void finish() { wait_until(0); }
  std::uint64_t errors() const { return errors_.load(); }

 private:
  void wait_until(std::uint32_t most) {
    for (std::uint32_t now = open_.load(); now > most; now = open_.load()) open_.wait(now);
  }

  const std::string our_node_ = "a.os";
  OsClock clock_;
  OsRandom random_;
  NullLog log_;
  std::atomic<std::uint32_t> open_{0};
  std::atomic<std::uint64_t> errors_{0};
  rt::ThreadExecutor executor_;
};

}  // namespace kinode::support
