// Messages of the state module and the timer (kernel.md 1.10, 7).
#include "msg/json_state.h"

#include <gmock/gmock.h>

namespace kinode::msg {
namespace {

using testing::HasSubstr;

TEST(JsonState, ActionsComeBack) {
  for (const std::string_view text : {R"({"GetState":"p:k:pub"})", R"({"SetState":"p:k:pub"})",
                                      R"({"DeleteState":"p:k:pub"})", R"("Backup")"}) {
    const auto action = decode_state_action(as_bytes(text));
    ASSERT_TRUE(action) << text << ": " << action.error().detail;
    EXPECT_EQ(encode_state_action(*action), text);
  }
}

TEST(JsonState, ActionRefusalsNameWhatIsWrong) {
  const auto refusal = [](std::string_view text) {
    const auto action = decode_state_action(as_bytes(text));
    return action ? "accepted" : action.error().detail;
  };
  EXPECT_EQ(refusal(R"("GetState")"),
            R"(state request: `GetState` needs a value: {"GetState": ...})");
  EXPECT_EQ(refusal(R"({"GetState":"p:k"})"),
            "state request: GetState: Missing field in ProcessId string");
  EXPECT_EQ(refusal(R"({"Erase":"p:k:s"})"),
            "state request: unknown variant `Erase`, expected `GetState`, `SetState`, "
            "`DeleteState` or `Backup`");
  EXPECT_THAT(refusal("["), HasSubstr("state request: is not JSON"));
}

TEST(JsonState, ResponsesComeBack) {
  using Kind = StateAction::Kind;
  for (const Kind kind : {Kind::kGetState, Kind::kSetState, Kind::kDeleteState, Kind::kBackup}) {
    EXPECT_EQ(std::get<Kind>(decode_state_response(as_bytes(encode_state_response(kind))).value()),
              kind);
  }
  EXPECT_EQ(encode_state_response(Kind::kGetState), R"("GetState")");
}

TEST(JsonState, ErrorsHaveTheOriginalsFieldsAndComeBack) {
  const std::pair<StateError, std::string_view> errors[] = {
      {StateError::rocks_db("get", "io"),
       R"({"Err":{"RocksDBError":{"action":"get","error":"io"}}})"},
      {StateError::startup("open"), R"({"Err":{"StartupError":{"action":"open"}}})"},
      {StateError::bad_bytes("set"), R"({"Err":{"BadBytes":{"action":"set"}}})"},
      {StateError::bad_request("x"), R"({"Err":{"BadRequest":{"error":"x"}}})"},
      {StateError::bad_json("x"), R"({"Err":{"BadJson":{"error":"x"}}})"},
      {StateError::not_found({"p", "k", "pub"}),
       R"({"Err":{"NotFound":{"process_id":"p:k:pub"}}})"},
      {StateError::io("full"), R"({"Err":{"IOError":{"error":"full"}}})"},
  };
  for (const auto& [error, text] : errors) {
    EXPECT_EQ(encode_state_response(error), text);
    const auto back = decode_state_response(as_bytes(text));
    ASSERT_TRUE(back) << text << ": " << back.error().detail;
    EXPECT_EQ(std::get<StateError>(*back), error);
  }
}

TEST(JsonTimer, ActionsComeBack) {
  for (const std::string_view text :
       {R"("Debug")", R"({"SetTimer":0})", R"({"SetTimer":18446744073709551615})"}) {
    const auto action = decode_timer_action(as_bytes(text));
    ASSERT_TRUE(action) << text << ": " << action.error().detail;
    EXPECT_EQ(encode_timer_action(*action), text);
  }
}

TEST(JsonTimer, MillisecondsAreWholeNumbers) {
  for (const std::string_view text :
       {R"({"SetTimer":1.0})", R"({"SetTimer":-1})", R"({"SetTimer":"1"})", R"("SetTimer")"}) {
    EXPECT_FALSE(decode_timer_action(as_bytes(text))) << text;
  }
}

}  // namespace
}  // namespace kinode::msg
