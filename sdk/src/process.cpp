#include "kinode/process.h"

#include "kinode/raw.h"
#include "kinode/text.h"

namespace kinode {

void detail::print_line(uint8_t verbosity, std::string_view line) {
  const bool valid = is_utf8(line);
  const std::string lossy = valid ? std::string() : lossy_utf8(line);
  auto raw = raw_text(valid ? line : lossy);
  kinode_process_standard_print_to_terminal(verbosity, &raw);
}

void run_script(const Address& our, std::string (*script)(const Address&, std::string_view)) {
  const auto message = receive();
  if (!message || !message->is_request()) return;
  std::string result = script(our, lossy_utf8(message->body()));
  if (message->expects_response()) {
    respond(std::move(result));
  } else if (!result.empty()) {
    print(result);
  }
}

}  // namespace kinode
