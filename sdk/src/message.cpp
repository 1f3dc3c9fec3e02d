#include "kinode/message.h"

namespace kinode {

Received receive() {
  kinode_process_standard_tuple2_address_message_t message;
  kinode_process_standard_tuple2_send_error_option_context_t error;
  if (kinode_process_standard_receive(&message, &error)) {
    return Received(std::in_place, message, detail::Arena::take());
  }
  std::optional<BytesArg> context;
  if (error.f1.is_some) {
    context = std::string_view(reinterpret_cast<const char*>(error.f1.val.ptr), error.f1.val.len);
  }
  return Received(std::unexpect, error.f0, detail::Arena::take(), std::move(context));
}

bool Message::is_local() const { return source().node == our()->node; }

}  // namespace kinode
