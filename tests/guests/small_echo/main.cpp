// Answers every request with its own body, and does nothing else: the smallest guest that answers.
// It stands on the bare bindings, and shows what these alone cost.
#include "process_v1.h"

extern "C" void exports_process_v1_init(process_v1_string_t*) {
  for (;;) {
    kinode_process_standard_tuple2_address_message_t message;
    kinode_process_standard_tuple2_send_error_option_context_t error;
    if (!kinode_process_standard_receive(&message, &error)) {
      kinode_process_standard_tuple2_send_error_option_context_free(&error);
      continue;
    }
    if (message.f1.tag == KINODE_PROCESS_STANDARD_MESSAGE_REQUEST) {
      kinode_process_standard_response_t response = {};
      response.body = message.f1.val.request.body;
      kinode_process_standard_send_response(&response, nullptr);
    }
    kinode_process_standard_tuple2_address_message_free(&message);
  }
}
