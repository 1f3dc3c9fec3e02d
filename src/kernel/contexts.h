// What a process remembers about each request it waits for (kernel.md 2.4).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "msg/envelope.h"

namespace kinode::kernel {

/// The request that an answer would go to: what `send-response` needs of it, without its blob.
struct Prompting {
  std::uint64_t id = 0;
  msg::AddressRef source;
  msg::AddressRef rsvp;  // null: answers go to the source
};

struct Context {
  std::uint64_t key = 0;               // private: several may share a message id (fault 43)
  msg::EnvelopeRef request;            // given back with a send error
  std::optional<Prompting> prompting;  // restored when the answer is delivered
  std::optional<Bytes> user;           // the program's own context
  Instant deadline;

  /// What is kept of it.
  std::size_t bytes() const { return request->accounted_bytes() + (user ? user->size() : 0); }
};

/// Outstanding requests of one process. One thread at a time.
class Contexts {
 public:
  /// Files the context under its request's message id; returns its private key.
  std::uint64_t add(Context context);

  /// Takes out the context that an answer with this message id from `responder` belongs to: the one
  /// whose request went to that process, or else the oldest with the id.
  std::optional<Context> take(std::uint64_t message_id, const msg::Address& responder);

  /// Takes out the context of this very request, which has failed. Nothing, if an answer has taken
  /// it: another request with the same id must not fail in its place.
  std::optional<Context> take_failed(const msg::EnvelopeRef& request);

  /// Takes out the context with this private key.
  std::optional<Context> take_key(std::uint64_t message_id, std::uint64_t key);

  /// Takes out everything due at `now`, the earliest first.
  std::vector<Context> expire(Instant now);

  std::optional<Instant> earliest() const;
  bool holds(std::uint64_t message_id) const { return by_id_.contains(message_id); }
  std::size_t size() const { return by_id_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  using ById = std::unordered_multimap<std::uint64_t, Context>;
  Context take_out(ById::iterator at);

  ById by_id_;
  std::size_t bytes_ = 0;
  std::uint64_t next_key_ = 1;
};

}  // namespace kinode::kernel
