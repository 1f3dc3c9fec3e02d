#include "msg/json_state.h"

#include <array>

#include "msg/json_writer.h"

namespace kinode::msg {

namespace {

using Kind = StateAction::Kind;
using ErrorKind = StateError::Kind;

constexpr std::string_view action_name(Kind kind) {
  switch (kind) {
    case Kind::kGetState:
      return "GetState";
    case Kind::kSetState:
      return "SetState";
    case Kind::kDeleteState:
      return "DeleteState";
    case Kind::kBackup:
      return "Backup";
  }
  return "Backup";
}

constexpr std::array kActions = {Kind::kGetState, Kind::kSetState, Kind::kDeleteState,
                                 Kind::kBackup};

constexpr std::string_view error_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kRocksDb:
      return "RocksDBError";
    case ErrorKind::kStartup:
      return "StartupError";
    case ErrorKind::kBadBytes:
      return "BadBytes";
    case ErrorKind::kBadRequest:
      return "BadRequest";
    case ErrorKind::kBadJson:
      return "BadJson";
    case ErrorKind::kNotFound:
      return "NotFound";
    case ErrorKind::kIo:
      return "IOError";
  }
  return "BadRequest";
}

constexpr std::array kErrors = {ErrorKind::kRocksDb,    ErrorKind::kStartup, ErrorKind::kBadBytes,
                                ErrorKind::kBadRequest, ErrorKind::kBadJson, ErrorKind::kNotFound,
                                ErrorKind::kIo};

bool has_action(ErrorKind kind) {
  return kind == ErrorKind::kRocksDb || kind == ErrorKind::kStartup || kind == ErrorKind::kBadBytes;
}

bool has_error(ErrorKind kind) {
  return kind == ErrorKind::kRocksDb || kind == ErrorKind::kBadRequest ||
         kind == ErrorKind::kBadJson || kind == ErrorKind::kIo;
}

constexpr std::string_view kActionNames = "`GetState`, `SetState`, `DeleteState` or `Backup`";

Result<StateAction> read_state_action(const Json& value) {
  const auto variant = read_json_variant(value, "StateAction");
  if (!variant) return std::unexpected(variant.error());
  StateAction out;
  for (const Kind kind : kActions) {
    if (variant->name != action_name(kind)) continue;
    out.kind = kind;
    if (kind == Kind::kBackup) {
      if (auto ok = variant->unit(); !ok) return std::unexpected(std::move(ok.error()));
      return out;
    }
    const auto data = variant->data();
    if (!data) return std::unexpected(data.error());
    if (auto ok = read_json(**data, out.process); !ok) {
      return fail_in(variant->name, std::move(ok.error()));
    }
    return out;
  }
  return unknown_variant(*variant, kActionNames);
}

Result<StateResponse> read_state_error(const Json& value) {
  const auto variant = read_json_variant(value, "Err");
  if (!variant) return std::unexpected(variant.error());
  for (const ErrorKind kind : kErrors) {
    if (variant->name != error_name(kind)) continue;
    const auto data = variant->data();
    if (!data) return std::unexpected(data.error());
    StateError out;
    out.kind = kind;
    StructReader in(**data, variant->name, kind == ErrorKind::kRocksDb ? 2 : 1);
    if (has_action(kind)) in.field("action", out.action);
    if (has_error(kind)) in.field("error", out.error);
    if (kind == ErrorKind::kNotFound) in.field("process_id", out.process);
    if (auto ok = std::move(in).finish(); !ok) return std::unexpected(std::move(ok.error()));
    return StateResponse(std::move(out));
  }
  return unknown_variant(*variant, "the name of a state error");
}

Result<StateResponse> read_state_response(const Json& value) {
  const auto variant = read_json_variant(value, "StateResponse");
  if (!variant) return std::unexpected(variant.error());
  for (const Kind kind : kActions) {
    if (variant->name != action_name(kind)) continue;
    if (auto ok = variant->unit(); !ok) return std::unexpected(std::move(ok.error()));
    return StateResponse(kind);
  }
  if (variant->name != "Err") {
    return unknown_variant(*variant, "`GetState`, `SetState`, `DeleteState`, `Backup` or `Err`");
  }
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  return read_state_error(**data);
}

Result<TimerAction> read_timer_action(const Json& value) {
  const auto variant = read_json_variant(value, "TimerAction");
  if (!variant) return std::unexpected(variant.error());
  TimerAction out;
  if (variant->name == "Debug") {
    if (auto ok = variant->unit(); !ok) return std::unexpected(std::move(ok.error()));
    return out;
  }
  if (variant->name != "SetTimer") return unknown_variant(*variant, "`Debug` or `SetTimer`");
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  out.kind = TimerAction::Kind::kSetTimer;
  if (auto ok = read_json(**data, out.millis); !ok) {
    return fail_in("SetTimer", std::move(ok.error()));
  }
  return out;
}

}  // namespace

StateError StateError::rocks_db(std::string action, std::string error) {
  return {Kind::kRocksDb, std::move(action), std::move(error), {}};
}
StateError StateError::startup(std::string action) {
  return {Kind::kStartup, std::move(action), {}, {}};
}
StateError StateError::bad_bytes(std::string action) {
  return {Kind::kBadBytes, std::move(action), {}, {}};
}
StateError StateError::bad_request(std::string error) {
  return {Kind::kBadRequest, {}, std::move(error), {}};
}
StateError StateError::bad_json(std::string error) {
  return {Kind::kBadJson, {}, std::move(error), {}};
}
StateError StateError::not_found(ProcessId process) {
  return {Kind::kNotFound, {}, {}, std::move(process)};
}
StateError StateError::io(std::string error) { return {Kind::kIo, {}, std::move(error), {}}; }

Result<StateAction> decode_state_action(ByteView body) {
  return decode_json(body, "state request", read_state_action);
}

std::string encode_state_action(const StateAction& action) {
  std::string out;
  if (action.kind == Kind::kBackup) {
    append_json_string(out, action_name(action.kind));
  } else {
    write_json_variant(out, action_name(action.kind), action.process);
  }
  return out;
}

std::string encode_state_response(StateAction::Kind done) {
  std::string out;
  append_json_string(out, action_name(done));
  return out;
}

std::string encode_state_response(const StateError& error) {
  std::string out;
  JsonObject response(out);
  JsonObject variant(response.key("Err"));
  JsonObject fields(variant.key(error_name(error.kind)));
  if (has_action(error.kind)) fields.field("action", error.action);
  if (has_error(error.kind)) fields.field("error", error.error);
  if (error.kind == ErrorKind::kNotFound) fields.field("process_id", error.process);
  fields.close();
  variant.close();
  response.close();
  return out;
}

Result<StateResponse> decode_state_response(ByteView body) {
  return decode_json(body, "state response", read_state_response);
}

Result<TimerAction> decode_timer_action(ByteView body) {
  return decode_json(body, "timer request", read_timer_action);
}

std::string encode_timer_action(const TimerAction& action) {
  std::string out;
  if (action.kind == TimerAction::Kind::kDebug) {
    append_json_string(out, "Debug");
  } else {
    write_json_variant(out, "SetTimer", action.millis);
  }
  return out;
}

}  // namespace kinode::msg
