// What the bindings ask of the Host that a test made.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kinode/testing.h"

namespace kinode::test {

/// Thrown through the process to end it.
struct EndOfRun {
  End end;
};

class HostCalls {
 public:
  struct Received {
    std::variant<IncomingRequest, IncomingResponse, SendErrorKind> what;
    Address source;
    std::optional<SentRequest> request;  // which is answered, or is not
  };

  /// The one that exists; without one, this is a test that forgot to make it, and it stops.
  static Host& host();

  [[noreturn]] static void trap(std::string reason);

  static Received receive();
  static void send(SentRequest request);
  static Answer await(SentRequest request);
  static void respond(SentResponse response);

  static std::optional<BlobValue> blob();
  static std::optional<BlobValue> last_blob();

  static void save(const std::vector<Capability>& capabilities);
  static void drop(const std::vector<Capability>& capabilities);

 private:
  static Received delivered(IncomingRequest request);
  static Received delivered(Host::Reply reply);
  static void complete(SentRequest& request);
  static void keep_held(std::vector<Capability>& capabilities);
};

}  // namespace kinode::test
