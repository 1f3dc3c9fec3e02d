// A node that exists only in a unit test: the sources of a process, compiled natively, run against
// it as they are.
//
//   #include <kinode/testing.h>
//   using namespace kinode::test;
//
//   TEST(Echo, AnswersWithTheBody) {
//     Host host;
//     host.deliver({.body = "hi", .expects = 5});
//     EXPECT_EQ(host.run(), End::kWaiting);
//     EXPECT_EQ(host.responses.at(0).body, "hi");
//   }
//
// run() returns when the process returns from init, when it traps, or when it waits for a message
// and there is none; then its stack is unwound by an exception, so that its destructors run.
// Messages have to be delivered before, or by answer() and when_idle().
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kinode/process.h"

namespace kinode::test {

struct BlobValue {
  std::string bytes;
  std::optional<std::string> mime = {};
  bool operator==(const BlobValue&) const = default;
};

/// A request that arrives. The source has the form of Address.
struct IncomingRequest {
  std::string body = {};
  std::string source = "other.os@driver:test:test.os";
  std::optional<uint64_t> expects = {};
  std::optional<std::string> metadata = {};
  std::vector<Capability> capabilities = {};
  std::optional<BlobValue> blob = {};
};

/// What comes back to a request of the process.
struct IncomingResponse {
  std::string body = {};
  std::optional<std::string> metadata = {};
  std::vector<Capability> capabilities = {};
  std::optional<BlobValue> blob = {};
};
using Answer = std::variant<IncomingResponse, SendErrorKind>;

/// A request that the process sent.
struct SentRequest {
  Address target;
  std::string body;
  std::optional<uint64_t> expects;
  std::optional<std::string> metadata;
  std::optional<std::string> context;
  std::optional<BlobValue> blob;
  std::vector<Capability> capabilities;
  bool inherit = false;
  bool awaited = false;
};

struct SentResponse {
  Address target;  // who asked
  std::string body;
  std::optional<std::string> metadata;
  std::optional<BlobValue> blob;
  std::vector<Capability> capabilities;
  bool inherit = false;
};

struct Spawned {
  std::optional<std::string> name;
  std::string wasm_path;
  OnExit::Kind on_exit;
  std::vector<Capability> requests;
  std::vector<std::pair<ProcessId, std::string>> grants;
  bool is_public;
};

struct Printed {
  uint8_t verbosity;
  std::string text;
};

enum class End { kReturned, kWaiting, kTrapped };

/// One process on one node. There is at most one Host at a time.
class Host {
 public:
  explicit Host(std::string_view our = "me.os@process:package:test.os");
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void deliver(IncomingRequest request) { inbox_.push_back(Item{std::move(request)}); }

  /// Gives the answer to each request to this process that expects one, on whichever node. Without
  /// it, awaiting ends with a timeout, and other requests stay unanswered until answer_sent().
  void answer(std::string_view process_id, std::function<Answer(const SentRequest&)> how);

  /// Answers the request requests[index], which was sent without awaiting.
  void answer_sent(size_t index, Answer answer);

  /// Called when the process waits and nothing is there; it may deliver something.
  void when_idle(std::function<void()> idle) { idle_ = std::move(idle); }

  /// Runs the process of the entry macro, from init on.
  End run() { return run(&detail::process_main); }
  End run(const std::function<void(const Address&)>& init);
  /// Why it trapped.
  const std::string& trap_reason() const { return trap_reason_; }

  // What the process did, in order; and what it finds.
  std::vector<SentRequest> requests;
  std::vector<SentResponse> responses;
  std::vector<Printed> prints;
  std::vector<Spawned> spawned;
  std::optional<SpawnError> spawn_fails;  // the result of spawning, if set
  std::vector<Capability> capabilities;
  std::optional<std::string> state;
  OnExit::Kind on_exit = OnExit::Kind::kNone;
  std::vector<SentRequest> on_exit_requests;
  const Address our;

 private:
  friend class HostCalls;

  /// The request being answered: who asked.
  using Prompt = std::optional<Address>;
  struct Pending {
    Prompt prompt;  // when it was sent
    bool open = false;
  };
  struct Reply {
    size_t request;
    Answer answer;
  };
  using Item = std::variant<IncomingRequest, Reply>;

  Item next();
  void see_blob(const std::optional<BlobValue>& blob);
  std::optional<Answer> answer_to(const SentRequest& request) const;

  std::deque<Item> inbox_;
  std::map<std::string, std::function<Answer(const SentRequest&)>, std::less<>> answers_;
  std::vector<Pending> pending_;  // by index in requests
  std::function<void()> idle_;
  Prompt prompt_;
  std::optional<BlobValue> last_blob_;
  bool has_blob_ = false;
  std::string trap_reason_;
};

}  // namespace kinode::test
