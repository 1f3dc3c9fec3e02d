// A port for tests of one module: nothing is routed, everything is written down. Time and work are
// those of a ManualExecutor, so a test decides what happens when.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "port/port.h"
#include "rt/manual_executor.h"

namespace kinode::support {

/// One thread only.
class FakePort final : public port::Port {
 public:
  explicit FakePort(std::string our_node = "a.os") : our_node_(std::move(our_node)) {}

  const std::string& our_node() const override { return our_node_; }

  port::Routed send(msg::EnvelopeRef envelope) override {
    sent.push_back(std::move(envelope));
    return answer_to_send;
  }

  bool is_alive(const msg::ProcessId& id) const override { return !dead.contains(id); }

  bool has_capability(const msg::ProcessId& holder, const msg::Capability& cap) const override {
    return capabilities.contains({holder, cap});
  }

  Status grant(const msg::ProcessId& holder, const msg::Capability& cap) override {
    if (answer_to_grant) capabilities.emplace(holder, cap);
    return answer_to_grant;
  }

  void bill(const msg::ProcessId& who, Instant, Nanos used) override {
    bills.emplace_back(who, used);
  }

  void print(std::uint8_t verbosity, const msg::ProcessId& source, std::string content) override {
    printed.push_back({verbosity, source, std::move(content)});
  }

  rt::ManualExecutor& executor() override { return executor_; }
  Random& random() override { return random_; }
  Log& log() override { return log_; }

  /// Whether a line of this level has `part` in it.
  bool has_printed(std::uint8_t verbosity, std::string_view part) const {
    return std::ranges::any_of(printed, [&](const msg::Printout& line) {
      return line.verbosity == verbosity && line.content.find(part) != std::string::npos;
    });
  }

  std::vector<msg::EnvelopeRef> sent;                   // in order
  std::vector<msg::Printout> printed;                   // in order
  std::vector<std::pair<msg::ProcessId, Nanos>> bills;  // in order
  std::set<std::pair<msg::ProcessId, msg::Capability>> capabilities;
  std::set<msg::ProcessId> dead;
  Status answer_to_grant;
  port::Routed answer_to_send = port::Routed::kDelivered;

 private:
  const std::string our_node_;
  rt::ManualExecutor executor_;
  SeededRandom random_{1};
  NullLog log_;
};

/// A message from `source` (address text) to `target` with id 7; `message` is its kind and content.
inline std::shared_ptr<msg::Envelope> envelope(
    std::string_view source, std::string_view target,
    std::variant<msg::Request, msg::Response, msg::SendError> message) {
  auto out = std::make_shared<msg::Envelope>();
  out->id = 7;
  out->source = msg::share(msg::Address::parse(source).value());
  out->target = msg::share(msg::Address::parse(target).value());
  out->message = std::move(message);
  return out;
}

/// A request that expects an answer within 5 seconds.
inline std::shared_ptr<msg::Envelope> request(std::string_view source, std::string_view target,
                                              std::string_view body) {
  msg::Request out;
  out.expects_response = 5;
  out.body = Bytes::copy(body);
  return envelope(source, target, std::move(out));
}

}  // namespace kinode::support
