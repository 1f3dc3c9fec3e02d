// Kernel commands and answers as JSON (kernel.md 1.8).
#include "msg/json_kernel.h"

#include <gmock/gmock.h>

namespace kinode::msg {
namespace {

using testing::HasSubstr;

template <class T>
T decoded(std::string_view text) {
  auto command = decode_kernel_command(as_bytes(text));
  EXPECT_TRUE(command) << text << ": " << command.error().detail;
  const T* wanted = command ? std::get_if<T>(&*command) : nullptr;
  EXPECT_NE(wanted, nullptr) << text;
  return wanted != nullptr ? *wanted : T{};
}

std::string refusal(std::string_view text) {
  auto command = decode_kernel_command(as_bytes(text));
  EXPECT_FALSE(command) << text;
  return command ? "" : command.error().detail;
}

const ProcessId kId{"p", "k", "pub"};

// Every command in the text that the original's userspace library sends; the long ones first.
constexpr std::string_view kInitialize =
    R"({"InitializeProcess":{"id":"p:k:pub","wasm_bytes_handle":"/k:pub/pkg/p.wasm",)"
    R"("wit_version":1,"on_exit":"Restart","initial_capabilities":)"
    R"([{"issuer":"a.os@vfs:distro:sys","params":"\"messaging\""}],"public":false}})";
constexpr std::string_view kGrant = R"({"GrantCapabilities":{"target":"p:k:pub","capabilities":)"
                                    R"([{"issuer":"a.os@p:k:sys","params":"{\"root\":true}"}]}})";
constexpr std::string_view kSetOnExit =
    R"({"SetOnExit":{"target":"p:k:pub","on_exit":{"Requests":[["our@main:pkg:pub.os",)"
    R"({"inherit":false,"expects_response":null,"body":[104,105],"metadata":null,)"
    R"("capabilities":[]},null]]}}})";
constexpr std::string_view kHasCap =
    R"({"Debug":{"HasCap":{"on":"p:k:pub",)"
    R"("cap":{"issuer":"a.os@p:k:sys","params":"\"messaging\""}}}})";
constexpr std::string_view kCommands[] = {
    R"("Booted")",
    kInitialize,
    kGrant,
    R"({"DropCapabilities":{"target":"p:k:pub","capabilities":[]}})",
    R"({"SetOnExit":{"target":"p:k:pub","on_exit":"None"}})",
    kSetOnExit,
    R"({"RunProcess":"p:k:pub"})",
    R"({"KillProcess":"p:k:pub"})",
    R"("Shutdown")",
    R"({"Debug":"ProcessMap"})",
    R"({"Debug":{"Process":"p:k:pub"}})",
    kHasCap,
};

// The same for answers.
constexpr std::string_view kProcessMap =
    R"({"Debug":{"ProcessMap":{"a:k:pub":{"wasm_bytes_handle":"","wit_version":null,)"
    R"("on_exit":"None","capabilities":[],"public":true},)"
    R"("p:k:pub":{"wasm_bytes_handle":"/k","wit_version":1,"on_exit":"Restart",)"
    R"("capabilities":[{"issuer":"a@p:k:sys","params":"1"},)"
    R"({"issuer":"b@p:k:sys","params":"\"messaging\""}],"public":false}}}})";
constexpr std::string_view kProcess =
    R"({"Debug":{"Process":{"wasm_bytes_handle":"","wit_version":null,"on_exit":"None",)"
    R"("capabilities":[],"public":true}}})";
constexpr std::string_view kAnswers[] = {
    R"("InitializedProcess")",
    R"("InitializeProcessError")",
    R"("StartedProcess")",
    R"("RunProcessError")",
    R"({"KilledProcess":"p:k:pub"})",
    kProcessMap,
    R"({"Debug":{"Process":null}})",
    kProcess,
    R"({"Debug":{"HasCap":null}})",
    R"({"Debug":{"HasCap":true}})",
    R"({"Debug":{"HasCap":false}})",
};

TEST(KernelCommand, EveryCommandReadsAndWritesTheSameText) {
  for (const std::string_view text : kCommands) {
    const auto command = decode_kernel_command(as_bytes(text));
    ASSERT_TRUE(command) << text << ": " << command.error().detail;
    EXPECT_EQ(encode_kernel_command(*command), text);
  }
}

TEST(KernelCommand, InitializeProcessKeepsEveryField) {
  const auto c = decoded<command::InitializeProcess>(kInitialize);
  EXPECT_EQ(c.id, kId);
  EXPECT_EQ(c.wasm_bytes_handle, "/k:pub/pkg/p.wasm");
  EXPECT_EQ(c.wit_version, 1u);
  EXPECT_EQ(c.on_exit.kind, OnExit::Kind::kRestart);
  ASSERT_EQ(c.initial_capabilities.size(), 1u);
  EXPECT_EQ(c.initial_capabilities[0],
            messaging_cap(Address{"a.os", ProcessId{"vfs", "distro", "sys"}}));
  EXPECT_FALSE(c.is_public);
}

TEST(KernelCommand, WitVersionMayBeMissingOrNull) {
  for (const std::string_view text :
       {R"({"InitializeProcess":{"id":"p:k:pub","wasm_bytes_handle":"","on_exit":"None",)"
        R"("initial_capabilities":[],"public":true}})",
        R"({"InitializeProcess":{"id":"p:k:pub","wasm_bytes_handle":"","wit_version":null,)"
        R"("on_exit":"None","initial_capabilities":[],"public":true}})"}) {
    EXPECT_EQ(decoded<command::InitializeProcess>(text).wit_version, std::nullopt);
  }
}

TEST(KernelCommand, UnknownFieldsAreIgnored) {
  decoded<command::GrantCapabilities>(
      R"({"GrantCapabilities":{"new":{"deep":[1]},"target":"p:k:pub","capabilities":[]}})");
}

TEST(KernelCommand, UnitVariantMayCarryNull) {
  decoded<command::Booted>(R"({"Booted":null})");
  decoded<command::DebugProcessMap>(R"({"Debug":{"ProcessMap":null}})");
}

TEST(KernelCommand, StructsMayBePositionalArrays) {
  const auto c = decoded<command::SetOnExit>(R"({"SetOnExit":["p:k:pub","Restart"]})");
  EXPECT_EQ(c.target, kId);
  EXPECT_EQ(c.on_exit.kind, OnExit::Kind::kRestart);
}

TEST(KernelCommand, OnExitRequestsMayCarryCapabilitiesWithoutSignature) {
  const auto c = decoded<command::SetOnExit>(
      R"({"SetOnExit":{"target":"p:k:pub","on_exit":{"Requests":[["our@m:p:o",{"inherit":)"
      R"(false,"expects_response":5,"body":[],"metadata":null,"capabilities":[{"issuer":)"
      R"("a.os@p:k:sys","params":"\"messaging\""},[{"issuer":"a.os@p:k:sys","params":"1"},[)"
      R"(1,200]]]},{"mime":"t/p","bytes":[0,255]}]]}}})");
  ASSERT_EQ(c.on_exit.requests.size(), 1u);
  const SignedCaps& caps = c.on_exit.requests[0].request.capabilities;
  ASSERT_EQ(caps.size(), 2u);
  EXPECT_TRUE(caps[0].signature.empty());
  EXPECT_EQ(caps[1].signature, Bytes::copy(ByteVector{1, 200}));
  EXPECT_EQ(c.on_exit.requests[0].blob->bytes, Bytes::copy(ByteVector{0, 255}));
}

struct Refusal {
  std::string_view text;
  std::string_view says;
};

TEST(KernelCommand, RefusalsNameFieldAndExpectation) {
  const Refusal refusals[] = {
      {"", "kernel command: is not JSON: a syntax error at byte 1"},
      {"{", "is not JSON"},
      {"\"Booted\" x", "is not JSON"},
      {"\"Boot\"", "kernel command: unknown variant `Boot`, expected `Booted`, "},
      {"17", "a command: expected a string or an object with one field, found the number 17"},
      {R"({"Booted":null,"Shutdown":null})", "expected an object with one field, found 2"},
      {R"("RunProcess")", R"(`RunProcess` needs a value: {"RunProcess": ...})"},
      {R"({"Booted":1})", "Booted: expected no value, found the number 1"},
      {R"({"RunProcess":"p:k"})", "RunProcess: Missing field in ProcessId string"},
      {R"({"RunProcess":"p:k:p:q"})", "Too many colons in ProcessId string"},
      {R"({"RunProcess":5})", R"(expected a string like "process:package:publisher")"},
      {R"({"SetOnExit":{"target":"p:k:s"}})", "SetOnExit: field `on_exit` is missing"},
      {R"({"SetOnExit":{"target":"p:k:s","target":"p:k:s","on_exit":"None"}})",
       "SetOnExit: field `target` is given twice"},
      {R"({"SetOnExit":["p:k:s"]})", "SetOnExit: expected an array of 2 elements, found 1"},
      {R"({"SetOnExit":"x"})", "SetOnExit: expected an object, found a string"},
      {R"({"SetOnExit":{"target":"p:k:s","on_exit":"Never"}})",
       "SetOnExit: field `on_exit`: unknown variant `Never`, expected `None`, `Restart` or"},
      {R"({"GrantCapabilities":{"target":"p:k:s","capabilities":[{"issuer":"p:k:s",)"
       R"("params":""}]}})",
       "field `capabilities`: element 0: Capability: field `issuer`: Node ID missing"},
      {R"({"InitializeProcess":{"id":"p:k:s","wasm_bytes_handle":"","wit_version":1.0,)"
       R"("on_exit":"None","initial_capabilities":[],"public":true}})",
       "field `wit_version`: expected a whole number from 0 to 4294967295, found the number 1.0"},
      {R"({"InitializeProcess":{"id":"p:k:s","wasm_bytes_handle":"","wit_version":)"
       R"(4294967296,"on_exit":"None","initial_capabilities":[],"public":true}})",
       "found the number 4294967296"},
      {R"({"InitializeProcess":{"id":"p:k:s","wasm_bytes_handle":"","wit_version":-1,)"
       R"("on_exit":"None","initial_capabilities":[],"public":true}})",
       "found the number -1"},
      {R"({"InitializeProcess":{"id":"p:k:s","wasm_bytes_handle":"","on_exit":"None",)"
       R"("initial_capabilities":[],"public":1}})",
       "field `public`: expected true or false, found the number 1"},
      {R"({"Debug":"Processes"})", "Debug: unknown variant `Processes`"},
  };
  for (const Refusal& r : refusals) EXPECT_THAT(refusal(r.text), HasSubstr(r.says)) << r.text;
}

TEST(KernelCommand, BodyBytesMustFitAByte) {
  EXPECT_THAT(
      refusal(R"({"SetOnExit":{"target":"p:k:pub","on_exit":{"Requests":[["our@m:p:o",{)"
              R"("inherit":false,"body":[256],"capabilities":[]},null]]}}})"),
      HasSubstr("field `body`: expected an array of numbers from 0 to 255, found an array"));
}

TEST(KernelCommand, DeepNestingIsRefusedBeforeItHurts) {
  const std::string deep(1'000'000, '[');
  EXPECT_THAT(refusal(deep), HasSubstr("nested deeper than 64 levels"));
}

TEST(KernelAnswer, EveryAnswerReadsAndWritesTheSameText) {
  for (const std::string_view text : kAnswers) {
    const auto answer = decode_kernel_answer(as_bytes(text));
    ASSERT_TRUE(answer) << text << ": " << answer.error().detail;
    EXPECT_EQ(encode_kernel_answer(*answer), text);
  }
}

TEST(KernelAnswer, DebugShowsNoSignatures) {
  PersistedProcess process;
  process.capabilities.emplace(messaging_cap(Address{"a.os", kId}), Bytes::copy("secret"));
  const std::string text = encode_kernel_answer(answer::DebugProcess{process});
  EXPECT_EQ(text,
            R"({"Debug":{"Process":{"wasm_bytes_handle":"","wit_version":null,"on_exit":"None",)"
            R"("capabilities":[{"issuer":"a.os@p:k:pub","params":"\"messaging\""}],"public":)"
            R"(false}}})");
}

TEST(KernelAnswer, RefusalsNameWhatIsWrong) {
  const auto answer = decode_kernel_answer(as_bytes(R"({"Debug":{"ProcessMap":{"p:k":{}}}})"));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().detail, HasSubstr("Missing field in ProcessId string"));
  EXPECT_FALSE(decode_kernel_answer(as_bytes("\"Started\"")));
}

}  // namespace
}  // namespace kinode::msg
