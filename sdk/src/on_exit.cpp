#include "kinode/on_exit.h"

#include "kinode/raw.h"
#include "raw_on_exit.h"

namespace kinode {

RawOnExit::RawOnExit(const OnExit& from) {
  raw_.tag = static_cast<uint8_t>(from.kind());
  for (const auto& request : from.requests()) {
    auto& raw = *requests_.emplace_back(std::make_unique<RawRequest>(request));
    raw.request()->expects_response = {};
    entries_.push_back({*raw.target(), *raw.request(), raw.optional_blob()});
  }
  raw_.val.requests = {entries_.data(), entries_.size()};
}

void OnExit::set() const {
  RawOnExit raw(*this);
  kinode_process_standard_set_on_exit(raw.get());
}

OnExit OnExit::get() {
  kinode_process_standard_on_exit_t raw;
  kinode_process_standard_get_on_exit(&raw);
  OnExit on_exit(static_cast<Kind>(raw.tag));
  on_exit.memory_ = detail::Arena::take();
  if (on_exit.kind_ != Kind::kRequests) return on_exit;
  for (size_t i = 0; i < raw.val.requests.len; ++i) {
    const auto& entry = raw.val.requests.ptr[i];
    auto request = Request::to(detail::address(entry.f0));
    request.body(detail::text(entry.f1.body)).inherit(entry.f1.inherit);
    if (entry.f1.metadata.is_some) request.metadata(detail::text(entry.f1.metadata.val));
    for (const auto capability : CapabilityRange(entry.f1.capabilities)) {
      request.attach(Capability(capability));
    }
    if (entry.f2.is_some) request.blob(Blob(entry.f2.val, detail::Arena()));
    on_exit.requests_.push_back(std::move(request));
  }
  return on_exit;
}

}  // namespace kinode
