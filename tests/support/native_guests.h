// Small guests for tests of the kernel, one behaviour each.
#pragma once

#include "wasm/native_guest.h"

namespace kinode::support {

/// Answers every request with its body.
inline wasm::NativeTask<> echo(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    if (got.request()) co_await guest.send_response(wasm::native_response(got.body().text()));
  }
}

/// Prints the body of every message; of a send error "error: " and the body of the request.
inline wasm::NativeTask<> listens(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    guest.print(0, (got.send_error() ? "error: " : "") + std::string(got.body().text()));
  }
}

/// Ends at its first message: traps at "trap", else returns. Prints "started" before.
inline wasm::NativeTask<> ends_at_a_message(wasm::NativeGuest guest) {
  guest.print(0, "started");
  const auto got = co_await guest.receive();
  if (got.body().text() == "trap") guest.trap("told to");
}

/// Ends as soon as it runs.
inline wasm::NativeTask<> ends_at_once(wasm::NativeGuest guest) {
  guest.print(0, "started");
  co_return;
}

/// Takes nothing out of its mailbox: it waits for an answer that `void:distro:sys` never gives.
inline wasm::NativeTask<> never_reads(wasm::NativeGuest guest) {
  co_await guest.send_and_await({"our", {"void", "distro", "sys"}}, "", 1'000'000);
}

}  // namespace kinode::support
