// The bindings of a guest, answered by test::Host instead of a node.
#include <algorithm>
#include <cstring>
#include <string>

#include "host_calls.h"
#include "kinode/raw.h"
#include "kinode/testing.h"

namespace kinode {

using test::Host;
using test::HostCalls;

namespace {

std::string copied(const process_v1_string_t& from) { return std::string(detail::text(from)); }
std::string copied(const process_v1_list_u8_t& from) { return std::string(detail::text(from)); }

std::vector<Capability> copied(const kinode_process_standard_list_capability_t& list) {
  std::vector<Capability> all;
  for (const auto capability : CapabilityRange(list)) all.emplace_back(capability);
  return all;
}

std::optional<test::BlobValue> copied(const kinode_process_standard_lazy_load_blob_t* blob) {
  if (blob == nullptr) return std::nullopt;
  test::BlobValue value{copied(blob->bytes)};
  if (blob->mime.is_some) value.mime = copied(blob->mime.val);
  return value;
}

test::SentRequest copied(const kinode_process_standard_address_t& target,
                         const kinode_process_standard_request_t& request,
                         const kinode_process_standard_context_t* context,
                         const kinode_process_standard_lazy_load_blob_t* blob) {
  test::SentRequest sent;
  sent.target = detail::address(target);
  sent.body = copied(request.body);
  if (request.expects_response.is_some) sent.expects = request.expects_response.val;
  if (request.metadata.is_some) sent.metadata = copied(request.metadata.val);
  if (context != nullptr) {
    sent.context.emplace(reinterpret_cast<const char*>(context->ptr), context->len);
  }
  sent.blob = copied(blob);
  sent.capabilities = copied(request.capabilities);
  sent.inherit = request.inherit;
  return sent;
}

// What follows puts values where a node would: into memory that the guest then owns.

uint8_t* placed(std::string_view bytes) {
  auto* to = static_cast<uint8_t*>(detail::Arena::allocate(1, bytes.size()));
  std::copy(bytes.begin(), bytes.end(), to);
  return to;
}
process_v1_string_t lower(std::string_view text) { return {placed(text), text.size()}; }
process_v1_list_u8_t lower_bytes(std::string_view bytes) { return {placed(bytes), bytes.size()}; }

kinode_process_standard_process_id_t lower(const ProcessIdView& id) {
  return {lower(id.process), lower(id.package), lower(id.publisher)};
}
kinode_process_standard_address_t lower(const AddressView& address) {
  return {lower(address.node), lower(address.process_id())};
}

kinode_process_standard_list_capability_t lower(const std::vector<Capability>& all) {
  using Raw = kinode_process_standard_capability_t;
  auto* to = static_cast<Raw*>(detail::Arena::allocate(alignof(Raw), sizeof(Raw) * all.size()));
  for (size_t i = 0; i < all.size(); ++i) {
    to[i] = {lower(all[i].issuer.view()), lower(all[i].params)};
  }
  return {to, all.size()};
}

kinode_process_standard_option_json_t lower_json(const std::optional<std::string>& json) {
  if (!json) return {};
  return {true, lower(*json)};
}

kinode_process_standard_lazy_load_blob_t lower(const test::BlobValue& blob) {
  kinode_process_standard_lazy_load_blob_t raw = {};
  if (blob.mime) raw.mime = {true, lower(*blob.mime)};
  raw.bytes = lower_bytes(blob.bytes);
  return raw;
}

kinode_process_standard_option_context_t lower_context(const std::optional<std::string>& context) {
  if (!context) return {};
  return {true, {placed(*context), context->size()}};
}

kinode_process_standard_request_t lower(const test::IncomingRequest& request) {
  kinode_process_standard_request_t raw = {};
  if (request.expects) raw.expects_response = {true, *request.expects};
  raw.body = lower_bytes(request.body);
  raw.metadata = lower_json(request.metadata);
  raw.capabilities = lower(request.capabilities);
  return raw;
}

kinode_process_standard_message_t lower(const test::IncomingResponse& response,
                                        const std::optional<std::string>& context) {
  kinode_process_standard_message_t raw = {};
  raw.tag = KINODE_PROCESS_STANDARD_MESSAGE_RESPONSE;
  raw.val.response.f0.body = lower_bytes(response.body);
  raw.val.response.f0.metadata = lower_json(response.metadata);
  raw.val.response.f0.capabilities = lower(response.capabilities);
  raw.val.response.f1 = lower_context(context);
  return raw;
}

kinode_process_standard_send_error_t lower(const test::SentRequest& request, SendErrorKind kind) {
  kinode_process_standard_send_error_t raw = {};
  raw.kind = static_cast<uint8_t>(kind);
  raw.target = lower(request.target.view());
  raw.message.tag = KINODE_PROCESS_STANDARD_MESSAGE_REQUEST;
  auto& content = raw.message.val.request;
  content.inherit = request.inherit;
  if (request.expects) content.expects_response = {true, *request.expects};
  content.body = lower_bytes(request.body);
  content.metadata = lower_json(request.metadata);
  content.capabilities = lower(request.capabilities);
  if (request.blob) raw.lazy_load_blob = {true, lower(*request.blob)};
  return raw;
}

bool lower_blob(const std::optional<test::BlobValue>& blob,
                kinode_process_standard_lazy_load_blob_t* to) {
  if (blob) *to = lower(*blob);
  return blob.has_value();
}

}  // namespace

const Address& our() { return HostCalls::host().our; }

void panic(std::string_view reason) {
  detail::print_line(0, reason);
  HostCalls::trap(std::string(reason));
}

}  // namespace kinode

using namespace kinode;

extern "C" {

void kinode_process_standard_print_to_terminal(uint8_t verbosity, process_v1_string_t* message) {
  HostCalls::host().prints.push_back({verbosity, copied(*message)});
}

void kinode_process_standard_our(kinode_process_standard_address_t* ret) {
  *ret = lower(our().view());
}

void kinode_process_standard_set_on_exit(kinode_process_standard_on_exit_t* on_exit) {
  auto& host = HostCalls::host();
  host.on_exit = static_cast<OnExit::Kind>(on_exit->tag);
  host.on_exit_requests.clear();
  if (host.on_exit != OnExit::Kind::kRequests) return;
  for (size_t i = 0; i < on_exit->val.requests.len; ++i) {
    const auto& entry = on_exit->val.requests.ptr[i];
    host.on_exit_requests.push_back(
        copied(entry.f0, entry.f1, nullptr, entry.f2.is_some ? &entry.f2.val : nullptr));
  }
}

void kinode_process_standard_get_on_exit(kinode_process_standard_on_exit_t* ret) {
  using Entry = kinode_process_standard_tuple3_address_request_option_lazy_load_blob_t;
  auto& host = HostCalls::host();
  const auto& requests = host.on_exit_requests;
  *ret = {};
  ret->tag = static_cast<uint8_t>(host.on_exit);
  auto* entries =
      static_cast<Entry*>(detail::Arena::allocate(alignof(Entry), sizeof(Entry) * requests.size()));
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto raw = lower(requests[i], SendErrorKind::kTimeout);
    entries[i] = {raw.target, raw.message.val.request, raw.lazy_load_blob};
  }
  ret->val.requests = {entries, requests.size()};
}

bool kinode_process_standard_get_state(process_v1_list_u8_t* ret) {
  const auto& state = HostCalls::host().state;
  if (state) *ret = lower_bytes(*state);
  return state.has_value();
}

void kinode_process_standard_set_state(process_v1_list_u8_t* bytes) {
  HostCalls::host().state = copied(*bytes);
}

void kinode_process_standard_clear_state(void) { HostCalls::host().state.reset(); }

bool kinode_process_standard_spawn(
    process_v1_string_t* maybe_name, process_v1_string_t* wasm_path,
    kinode_process_standard_on_exit_t* on_exit,
    kinode_process_standard_list_capability_t* request_capabilities,
    kinode_process_standard_list_tuple2_process_id_json_t* grant_capabilities, bool is_public,
    kinode_process_standard_process_id_t* ret, kinode_process_standard_spawn_error_t* err) {
  test::Spawned spawned{.name = {},
                        .wasm_path = copied(*wasm_path),
                        .on_exit = static_cast<OnExit::Kind>(on_exit->tag),
                        .requests = copied(*request_capabilities),
                        .grants = {},
                        .is_public = is_public};
  if (maybe_name != nullptr) spawned.name = copied(*maybe_name);
  for (size_t i = 0; i < grant_capabilities->len; ++i) {
    const auto& [to, params] = grant_capabilities->ptr[i];
    spawned.grants.emplace_back(
        ProcessIdView{detail::text(to.process_name), detail::text(to.package_name),
                      detail::text(to.publisher_node)},
        copied(params));
  }
  auto& host = HostCalls::host();
  host.spawned.push_back(spawned);
  if (host.spawn_fails) {
    *err = static_cast<uint8_t>(*host.spawn_fails);
    return false;
  }
  const auto name = spawned.name.value_or(std::to_string(host.spawned.size()));
  *ret = lower(ProcessIdView{name, our()->package, our()->publisher});
  return true;
}

void kinode_process_standard_save_capabilities(kinode_process_standard_list_capability_t* caps) {
  HostCalls::save(copied(*caps));
}

void kinode_process_standard_drop_capabilities(kinode_process_standard_list_capability_t* caps) {
  HostCalls::drop(copied(*caps));
}

void kinode_process_standard_our_capabilities(kinode_process_standard_list_capability_t* ret) {
  *ret = lower(HostCalls::host().capabilities);
}

bool kinode_process_standard_receive(
    kinode_process_standard_tuple2_address_message_t* ret,
    kinode_process_standard_tuple2_send_error_option_context_t* err) {
  const auto received = HostCalls::receive();
  if (const auto* request = std::get_if<test::IncomingRequest>(&received.what)) {
    ret->f0 = lower(received.source.view());
    ret->f1 = {};
    ret->f1.tag = KINODE_PROCESS_STANDARD_MESSAGE_REQUEST;
    ret->f1.val.request = lower(*request);
    return true;
  }
  if (const auto* response = std::get_if<test::IncomingResponse>(&received.what)) {
    ret->f0 = lower(received.source.view());
    ret->f1 = lower(*response, received.request->context);
    return true;
  }
  err->f0 = lower(*received.request, std::get<SendErrorKind>(received.what));
  err->f1 = lower_context(received.request->context);
  return false;
}

bool kinode_process_standard_has_blob(void) { return HostCalls::blob().has_value(); }

bool kinode_process_standard_get_blob(kinode_process_standard_lazy_load_blob_t* ret) {
  return lower_blob(HostCalls::blob(), ret);
}

bool kinode_process_standard_last_blob(kinode_process_standard_lazy_load_blob_t* ret) {
  return lower_blob(HostCalls::last_blob(), ret);
}

void kinode_process_standard_send_request(
    kinode_process_standard_address_t* target, kinode_process_standard_request_t* request,
    kinode_process_standard_context_t* maybe_context,
    kinode_process_standard_lazy_load_blob_t* maybe_lazy_load_blob) {
  HostCalls::send(copied(*target, *request, maybe_context, maybe_lazy_load_blob));
}

void kinode_process_standard_send_requests(
    kinode_process_standard_list_tuple4_address_request_option_context_option_lazy_load_blob_t*
        requests) {
  for (size_t i = 0; i < requests->len; ++i) {
    auto& [target, request, context, blob] = requests->ptr[i];
    HostCalls::send(copied(target, request, context.is_some ? &context.val : nullptr,
                           blob.is_some ? &blob.val : nullptr));
  }
}

void kinode_process_standard_send_response(
    kinode_process_standard_response_t* response,
    kinode_process_standard_lazy_load_blob_t* maybe_lazy_load_blob) {
  test::SentResponse sent;
  sent.body = copied(response->body);
  if (response->metadata.is_some) sent.metadata = copied(response->metadata.val);
  sent.blob = copied(maybe_lazy_load_blob);
  sent.capabilities = copied(response->capabilities);
  sent.inherit = response->inherit;
  HostCalls::respond(std::move(sent));
}

bool kinode_process_standard_send_and_await_response(
    kinode_process_standard_address_t* target, kinode_process_standard_request_t* request,
    kinode_process_standard_lazy_load_blob_t* maybe_lazy_load_blob,
    kinode_process_standard_tuple2_address_message_t* ret,
    kinode_process_standard_send_error_t* err) {
  const auto sent = copied(*target, *request, nullptr, maybe_lazy_load_blob);
  const auto answer = HostCalls::await(sent);
  if (const auto* response = std::get_if<test::IncomingResponse>(&answer)) {
    ret->f0 = lower(sent.target.view());
    ret->f1 = lower(*response, std::nullopt);
    return true;
  }
  *err = lower(sent, std::get<SendErrorKind>(answer));
  return false;
}

}  // extern "C"
