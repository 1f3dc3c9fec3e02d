// Exchanges whose answer is made by somebody else.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "base/random.h"
#include "msg/address.h"
#include "port/port.h"
#include "rt/mutex.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// Each is taken out once: by the answer, by the end of its time, or when the node stops.
/// Thread: any.
class Waiting : public std::enable_shared_from_this<Waiting> {
 public:
  using Exchange = std::shared_ptr<transport::HttpExchange>;
  struct Taken {
    Exchange exchange;
    msg::ProcessId owner;
  };

  /// `of_one_max`: how many may wait for one owner.
  Waiting(port::Port& port, std::size_t of_one_max)
      : port_(port), of_one_max_(of_one_max), ids_(port.random()) {}

  std::uint64_t next_id();

  /// Keeps the exchange for `time`, then answers it with 408. False, and nothing was kept: too many
  /// wait for this owner, or the node stops.
  bool add(std::uint64_t id, Exchange exchange, const msg::ProcessId& owner, Nanos time);

  std::optional<Taken> take(std::uint64_t id);

  /// Answers with an empty body, if it still waits.
  void answer(std::uint64_t id, unsigned status);

  /// A run of this owner has ended: what it was asked before gets 503, in a moment, because its
  /// last answers may still be on their way.
  void owner_ended(const msg::ProcessId& owner);

  /// Answers all with 503; none is taken any more.
  void stop();

 private:
  struct Entry {
    Taken taken;
    rt::TimerId timer;
    Instant since;
  };

  void give_up(const msg::ProcessId& owner, Instant ended);

  port::Port& port_;
  const std::size_t of_one_max_;
  rt::Mutex mutex_;
  IdStream ids_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<std::uint64_t, Entry> entries_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<msg::ProcessId, std::size_t> counts_ __attribute__((guarded_by(mutex_)));
  bool is_stopping_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace kinode::http_server
