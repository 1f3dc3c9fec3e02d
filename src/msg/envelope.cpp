#include "msg/envelope.h"

#include "base/limits.h"

namespace kinode::msg {

namespace {

std::size_t size_of(const Address& address) {
  return address.node.size() + address.process.process.size() + address.process.package.size() +
         address.process.publisher.size();
}

std::size_t size_of(const SignedCaps& caps) {
  std::size_t sum = 0;
  for (const SignedCapability& c : caps) {
    // The params are held twice: as given and canonical.
    sum += limits::kCapOverheadBytes + size_of(c.cap.issuer()) + c.cap.params().size() +
           c.cap.canonical_params().size() + c.signature.size();
  }
  return sum;
}

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

std::size_t size_of(const Request& r) {
  return r.body.size() + size_of(r.metadata) + size_of(r.capabilities);
}

std::size_t size_of(const Response& r) {
  return r.body.size() + size_of(r.metadata) + size_of(r.capabilities) +
         (r.context ? r.context->size() : 0);
}

std::size_t size_of(const SendError& e) { return e.original ? e.original->accounted_bytes() : 0; }

template <class T>
bool same(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  if (a == b) return true;
  return a && b && *a == *b;
}

}  // namespace

std::size_t Envelope::accounted_bytes() const {
  std::size_t sum = limits::kEnvelopeOverheadBytes;
  sum += std::visit([](const auto& m) { return size_of(m); }, message);
  if (blob) sum += blob->bytes.size() + size_of(blob->mime);
  return sum;
}

bool same_message(const Envelope& a, const Envelope& b) {
  if (a.id != b.id || !same(a.source, b.source) || !same(a.target, b.target) ||
      !same(a.rsvp, b.rsvp) || !same(a.blob, b.blob)) {
    return false;
  }
  const SendError* ea = a.send_error();
  const SendError* eb = b.send_error();
  if (ea == nullptr || eb == nullptr) return a.message == b.message;
  if (ea->kind != eb->kind) return false;
  if (ea->original == eb->original) return true;
  return ea->original && eb->original && same_message(*ea->original, *eb->original);
}

}  // namespace kinode::msg
