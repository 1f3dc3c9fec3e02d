// What this process sends: requests and responses.
//
//   Request::to("our@timer:distro:sys"_address).body("...").expects(5).send();
//   auto answer = Request::to(peer).body("ping").send_and_await(5);
//   Response().body("pong").send();
//
// A builder refers to what it is given by name and takes over temporaries (BytesArg): send it
// before what it refers to goes away, which in one expression is always so.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "kinode/bytes.h"
#include "kinode/message.h"

namespace kinode {

class RawRequest;
class Response;

namespace detail {

/// The setters that requests and responses have in common; each returns the builder itself.
class Builder {
 public:
  /// Usually JSON text, but any bytes will do. Empty if not set.
  template <class Self>
  Self&& body(this Self&& self, BytesArg bytes) {
    self.body_ = std::move(bytes);
    return std::forward<Self>(self);
  }

  /// JSON text beside the body.
  template <class Self>
  Self&& metadata(this Self&& self, BytesArg json) {
    self.metadata_ = std::move(json);
    return std::forward<Self>(self);
  }

  /// A request takes over what the message being handled prompts: its id, its blob unless another
  /// is given, and to whom the answer goes. A response takes the last blob that was received, even
  /// if another is given.
  template <class Self>
  Self&& inherit(this Self&& self, bool inherit = true) {
    self.inherit_ = inherit;
    return std::forward<Self>(self);
  }

  template <class Self>
  Self&& blob(this Self&& self, Blob&& blob) {
    self.blob_ = std::move(blob);
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& blob(this Self&& self, std::optional<Blob>&& blob) {
    self.blob_ = std::move(blob);
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& blob(this Self&& self, BytesArg bytes) {
    self.blob_.emplace(std::move(bytes));
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& blob(this Self&& self, BytesArg bytes, BytesArg mime) {
    self.blob_.emplace(std::move(bytes), std::move(mime));
    return std::forward<Self>(self);
  }

  /// Adds a capability; the node drops those that we neither hold nor issue ourselves.
  template <class Self>
  Self&& attach(this Self&& self, Capability capability) {
    self.capabilities_.push_back(std::move(capability));
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& capabilities(this Self&& self, std::vector<Capability> all) {
    self.capabilities_ = std::move(all);
    return std::forward<Self>(self);
  }
  /// Adds the right to send messages to this process.
  template <class Self>
  Self&& attach_messaging(this Self&& self) {
    self.capabilities_.push_back(Capability::messaging(our()));
    return std::forward<Self>(self);
  }
  /// Adds the right to send messages to `to`, which we must hold.
  template <class Self>
  Self&& attach_messaging(this Self&& self, const AddressView& to) {
    self.capabilities_.push_back(Capability::messaging(to));
    return std::forward<Self>(self);
  }
  /// Adds all capabilities of this issuer that we hold.
  template <class Self>
  Self&& attach_all(this Self&& self, const AddressView& issuer) {
    self.attach_held(&issuer);
    return std::forward<Self>(self);
  }
  /// Adds all capabilities that we hold.
  template <class Self>
  Self&& attach_all(this Self&& self) {
    self.attach_held(nullptr);
    return std::forward<Self>(self);
  }

 private:
  friend class kinode::RawRequest;
  friend class kinode::Response;

  void attach_held(const AddressView* issuer);

  BytesArg body_;
  std::optional<BytesArg> metadata_;
  std::optional<Blob> blob_;
  std::vector<Capability> capabilities_;
  bool inherit_ = false;
};

/// An address that is referred to or owned, as in BytesArg.
class AddressArg {
 public:
  // NOLINTBEGIN(google-explicit-constructor): it stands for these types in parameter lists.
  AddressArg(const AddressView& address) : view_(address) {}
  AddressArg(const Address& address [[clang::lifetimebound]]) : view_(address) {}
  AddressArg(Address&& address) : own_(std::move(address)), view_(own_) {}
  AddressArg(const Address&& address) : own_(address), view_(own_) {}
  // NOLINTEND(google-explicit-constructor)
  const AddressView& view() const { return view_; }

 private:
  Address own_;  // its text stays in place when it moves
  AddressView view_;
};

}  // namespace detail

class Request : public detail::Builder {
 public:
  static Request to(detail::AddressArg target) { return Request(std::move(target)); }

  /// The answer, or the error, arrives at receive() within so many seconds.
  template <class Self>
  Self&& expects(this Self&& self, uint64_t seconds) {
    self.expects_ = seconds;
    return std::forward<Self>(self);
  }
  /// Comes back with the answer; kept by the node, and not sent to the target.
  template <class Self>
  Self&& context(this Self&& self, BytesArg bytes) {
    self.context_ = std::move(bytes);
    return std::forward<Self>(self);
  }

  const AddressView& target() const { return target_.view(); }

  void send() const;

  /// Sends it and waits for its answer; other messages wait for the next receive(). An error brings
  /// the context along. With a target that is this process itself, the node ends the process.
  [[nodiscard]] Received send_and_await(uint64_t seconds) const;

 private:
  friend class RawRequest;
  explicit Request(detail::AddressArg target) : target_(std::move(target)) {}

  detail::AddressArg target_;
  std::optional<uint64_t> expects_;
  std::optional<BytesArg> context_;
};

/// Sends several requests, in order, by one call to the node.
void send_all(std::span<const Request> requests);

/// Answers the request that is being handled: the last received one that expects an answer. Without
/// one, the node prints a line and drops it.
class Response : public detail::Builder {
 public:
  void send() const;
};

/// Response().body(body).send()
inline void respond(BytesArg body) { Response().body(std::move(body)).send(); }

}  // namespace kinode
