// Messages of the state module and the timer as JSON (kernel.md 1.10, 7).
#pragma once

#include <string>

#include "msg/json_message.h"

namespace kinode::msg {

Result<StateAction> decode_state_action(ByteView body);
std::string encode_state_action(const StateAction& action);

/// Why the state module could not do it. The texts may reach guests.
struct StateError {
  enum class Kind : std::uint8_t {
    kRocksDb,     // action, error
    kStartup,     // action
    kBadBytes,    // action
    kBadRequest,  // error
    kBadJson,     // error
    kNotFound,    // process_id
    kIo,          // error
  };
  Kind kind = Kind::kBadRequest;
  std::string action;
  std::string error;
  ProcessId process;

  static StateError rocks_db(std::string action, std::string error);
  static StateError startup(std::string action);
  static StateError bad_bytes(std::string action);
  static StateError bad_request(std::string error);
  static StateError bad_json(std::string error);
  static StateError not_found(ProcessId process);
  static StateError io(std::string error);

  bool operator==(const StateError&) const = default;
};

/// `"GetState"` and so on; for a state that was read, the bytes travel in the blob.
std::string encode_state_response(StateAction::Kind done);
std::string encode_state_response(const StateError& error);

/// What was done, or why not.
using StateResponse = std::variant<StateAction::Kind, StateError>;
Result<StateResponse> decode_state_response(ByteView body);

/// Requests to the timer.
struct TimerAction {
  enum class Kind : std::uint8_t { kDebug, kSetTimer };
  Kind kind = Kind::kDebug;
  std::uint64_t millis = 0;  // only kSetTimer
  bool operator==(const TimerAction&) const = default;
};

Result<TimerAction> decode_timer_action(ByteView body);
std::string encode_timer_action(const TimerAction& action);

}  // namespace kinode::msg
