// A module on real threads, asked by several at once who wait for their answers, as processes do.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "port/module.h"
#include "rt/thread_executor.h"

namespace kinode::support {

/// Everybody has every right. Thread: any.
class AskingPort final : public port::Port {
 public:
  AskingPort() : executor_(clock_, {.workers = 2, .blocking_threads_max = 4, .tick = {}}) {
    executor_.start();
  }
  ~AskingPort() override { executor_.stop(); }

  /// Before the module goes: nothing of it runs any more.
  void stop(port::Module& module) {
    module.stop();
    executor_.stop();
  }

  struct Answer {
    std::string body;
    std::string blob;
  };

  /// As the process `source` (`p:k:pub`); waits for the answer.
  Answer ask(port::Module& module, std::string_view source, std::string_view body,
             std::optional<std::string> blob = {}) {
    auto envelope = std::make_shared<msg::Envelope>();
    envelope->source = msg::share({our_node_, msg::ProcessId::parse(source).value()});
    envelope->target = msg::share({our_node_, module.info().id});
    msg::Request request;
    request.expects_response = 60;
    request.body = Bytes::copy(body);
    envelope->message = std::move(request);
    if (blob) {
      auto carried = std::make_shared<msg::Blob>();
      carried->bytes = Bytes::copy(*blob);
      envelope->blob = std::move(carried);
    }
    std::future<msg::EnvelopeRef> answer;
    {
      // One at a time, as from a mailbox.
      const std::lock_guard one(handling_);
      {
        const std::lock_guard lock(mutex_);
        envelope->id = ++last_id_;
        answer = waiting_[envelope->id].get_future();
      }
      module.handle(std::move(envelope));
    }
    if (answer.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      return {"no answer", ""};
    }
    const msg::EnvelopeRef got = answer.get();
    return {std::string(got->response()->body.text()),
            got->blob ? std::string(got->blob->bytes.text()) : ""};
  }

  const std::string& our_node() const override { return our_node_; }
  port::Routed send(msg::EnvelopeRef envelope) override {
    if (envelope->response() == nullptr) return port::Routed::kNoTarget;
    const std::lock_guard lock(mutex_);
    const auto it = waiting_.find(envelope->id);
    if (it == waiting_.end()) return port::Routed::kNoTarget;
    it->second.set_value(std::move(envelope));
    waiting_.erase(it);
    return port::Routed::kDelivered;
  }
  bool is_alive(const msg::ProcessId&) const override { return true; }
  bool has_capability(const msg::ProcessId&, const msg::Capability&) const override { return true; }
  Status grant(const msg::ProcessId&, const msg::Capability&) override { return {}; }
  void print(std::uint8_t, const msg::ProcessId&, std::string) override {}
  rt::ThreadExecutor& executor() override { return executor_; }
  Random& random() override { return random_; }
  Log& log() override { return log_; }

 private:
  const std::string our_node_ = "a.os";
  OsClock clock_;
  OsRandom random_;
  NullLog log_;
  std::mutex handling_;
  std::mutex mutex_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::promise<msg::EnvelopeRef>> waiting_;
  rt::ThreadExecutor executor_;
};

}  // namespace kinode::support
