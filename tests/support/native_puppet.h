// The guest of tests/guests/puppet, as a coroutine: the same commands, the same lines.
#pragma once

#include "wasm/native_guest.h"

namespace kinode::support {

/// Commands and what is printed: the table at the top of tests/guests/puppet/main.cpp.
wasm::NativeTask<> native_puppet(wasm::NativeGuest guest);

}  // namespace kinode::support
