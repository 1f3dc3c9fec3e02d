#include "wasm/shim_host.h"

#if __has_feature(thread_sanitizer)
/// The shim is not instrumented, and its own locking would look like races. Here, because every
/// program with the shim links this file.
extern "C" const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }
#endif

namespace kinode::wasm {
namespace {

HostCalls& host(void* context) { return *static_cast<HostCalls*>(context); }

std::int32_t number(Outcome outcome) { return static_cast<std::int32_t>(outcome); }

constexpr ShimHostTable kTable{
    .print_to_terminal = [](void* h, std::uint8_t verbosity,
                            GuestBytes message) { host(h).print_to_terminal(verbosity, message); },
    .our = [](void* h, GuestAddress* out) { host(h).our(*out); },
    .set_on_exit = [](void* h, const GuestOnExit* v) { return number(host(h).set_on_exit(*v)); },
    .get_on_exit = [](void* h, GuestOnExit* out) { host(h).get_on_exit(*out); },
    .get_state = [](void* h, GuestBytes* out) { return number(host(h).get_state(*out)); },
    .set_state = [](void* h, const GuestBytes* bytes) { return number(host(h).set_state(bytes)); },
    .clear_state = [](void* h) { return number(host(h).clear_state()); },
    .spawn = [](void* h, const GuestSpawn* spawn,
                GuestSpawned* out) { return number(host(h).spawn(spawn, *out)); },
    .save_capabilities = [](void* h, const GuestCapability* caps,
                            std::size_t n) { return number(host(h).save_capabilities({caps, n})); },
    .drop_capabilities = [](void* h, const GuestCapability* caps,
                            std::size_t n) { return number(host(h).drop_capabilities({caps, n})); },
    .our_capabilities =
        [](void* h, const GuestCapability** out, std::size_t* n) {
          const auto caps = host(h).our_capabilities();
          *out = caps.data();
          *n = caps.size();
        },
    .receive = [](void* h, GuestMessage* out) { return number(host(h).receive(*out)); },
    .has_blob = [](void* h) { return host(h).has_blob(); },
    .get_blob = [](void* h, GuestBlob* out) { host(h).get_blob(*out); },
    .last_blob = [](void* h, GuestBlob* out) { host(h).last_blob(*out); },
    .send_request = [](void* h,
                       const GuestSend* send) { return number(host(h).send_request(*send)); },
    .send_requests = [](void* h, const GuestSend* sends,
                        std::size_t n) { return number(host(h).send_requests({sends, n})); },
    .send_response =
        [](void* h, const GuestRequest* response, const GuestBlob* blob) {
          return number(host(h).send_response(*response, *blob));
        },
    .send_and_await_response =
        [](void* h, const GuestSend* send, GuestMessage* out) {
          return number(host(h).send_and_await_response(send, *out));
        },
    .trap_message = [](void* h, GuestBytes* out) { *out = host(h).trap_message(); },
};

}  // namespace

const ShimHostTable& shim_host_table() { return kTable; }

}  // namespace kinode::wasm
