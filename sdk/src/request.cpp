#include "kinode/request.h"

#include <memory>

#include "kinode/raw.h"
#include "raw_request.h"

namespace kinode {

void detail::Builder::attach_held(const AddressView* issuer) {
  const auto held = our_capabilities();
  for (const auto capability : held) {
    if (issuer == nullptr || capability.issuer == *issuer) {
      capabilities_.emplace_back(capability);
    }
  }
}

RawRequest::RawRequest(const Request& from)
    : capabilities_(from.capabilities_), target_(detail::raw(from.target())) {
  request_.inherit = from.inherit_;
  if (from.expects_) request_.expects_response = {true, *from.expects_};
  request_.body = detail::raw_bytes(from.body_.view());
  if (from.metadata_) request_.metadata = {true, detail::raw_text(from.metadata_->view())};
  request_.capabilities = capabilities_.list();
  if (from.context_) {
    const auto bytes = from.context_->view();
    context_ = {true, {detail::data(bytes), bytes.size()}};
  }
  if (from.blob_) blob_ = {true, from.blob_->raw()};
}

void Request::send() const {
  RawRequest raw(*this);
  kinode_process_standard_send_request(raw.target(), raw.request(), raw.context(), raw.blob());
}

Received Request::send_and_await(uint64_t seconds) const {
  RawRequest raw(*this);
  raw.request()->expects_response = {true, seconds};
  kinode_process_standard_tuple2_address_message_t answer;
  kinode_process_standard_send_error_t error;
  if (kinode_process_standard_send_and_await_response(raw.target(), raw.request(), raw.blob(),
                                                      &answer, &error)) {
    return Received(std::in_place, answer, detail::Arena::take());
  }
  std::optional<BytesArg> context;
  if (context_) context = std::string(context_->view());
  return Received(std::unexpect, error, detail::Arena::take(), std::move(context));
}

void send_all(std::span<const Request> requests) {
  using Entry =
      kinode_process_standard_tuple4_address_request_option_context_option_lazy_load_blob_t;
  std::vector<std::unique_ptr<RawRequest>> raws;
  std::vector<Entry> entries;
  for (const auto& request : requests) {
    auto& raw = *raws.emplace_back(std::make_unique<RawRequest>(request));
    entries.push_back({*raw.target(), *raw.request(), raw.optional_context(), raw.optional_blob()});
  }
  kinode_process_standard_list_tuple4_address_request_option_context_option_lazy_load_blob_t list =
      {entries.data(), entries.size()};
  kinode_process_standard_send_requests(&list);
}

void Response::send() const {
  detail::RawCapabilities capabilities(capabilities_);
  kinode_process_standard_response_t raw = {};
  raw.inherit = inherit_;
  raw.body = detail::raw_bytes(body_.view());
  if (metadata_) raw.metadata = {true, detail::raw_text(metadata_->view())};
  raw.capabilities = capabilities.list();
  kinode_process_standard_lazy_load_blob_t blob;
  if (blob_) blob = blob_->raw();
  kinode_process_standard_send_response(&raw, blob_ ? &blob : nullptr);
}

}  // namespace kinode
