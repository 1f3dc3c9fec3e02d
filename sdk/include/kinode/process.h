// The library for processes of the node: the one header that an author includes.
//
//   #include <kinode/process.h>
//   using namespace kinode;
//
//   void init(const Address& our) {
//     print("I am ", our.text());
//     for (;;) {
//       const auto message = receive();
//       if (message && message->is_request()) respond(message->body());
//     }
//   }
//   KINODE_PROCESS(init)
//
// Typed JSON bodies and states: <kinode/json.h>. Unit tests: <kinode/testing.h>.
// There are no exceptions and no RTTI; what can fail returns std::expected.
#pragma once

#include <string>
#include <string_view>

#include "kinode/blob.h"
#include "kinode/bytes.h"
#include "kinode/capability.h"
#include "kinode/ids.h"
#include "kinode/message.h"
#include "kinode/on_exit.h"
#include "kinode/print.h"
#include "kinode/request.h"
#include "kinode/spawn.h"
#include "kinode/state.h"
#include "kinode/text.h"

namespace kinode {

/// Runs a script: waits for the first message, calls `script` with its body (UTF-8), and sends what
/// that returns as the answer; if no answer is expected, prints it unless it is empty. Does nothing
/// if the first message is no request.
void run_script(const Address& our, std::string (*script)(const Address&, std::string_view));

namespace detail {

/// Defined by the entry macros; runs until the process ends.
void process_main(const Address& our);

}  // namespace detail
}  // namespace kinode

/// The process is `void init(const kinode::Address& our)`; when it returns, the process ends.
#define KINODE_PROCESS(init) \
  void kinode::detail::process_main(const kinode::Address& our) { init(our); }

/// The process is `std::string script(const kinode::Address& our, std::string_view arguments)`.
#define KINODE_SCRIPT(script) \
  void kinode::detail::process_main(const kinode::Address& our) { kinode::run_script(our, script); }
