// What a program has bound to a path (io.md 3.5).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "msg/address.h"
#include "msg/envelope.h"

namespace kinode::http_server {

/// Thread: never changes once it can be found.
struct Binding {
  enum class State : std::uint8_t {
    kBound,
    kTombstone,  // was unbound: nothing else answers here either
    kEnded,      // its program has ended and may be coming back
  };

  State state = State::kBound;
  msg::ProcessId owner;
  std::string pattern;                   // the full path, with its owner's prefix
  std::optional<std::string> subdomain;  // secure: served under this label only
  bool authenticated = false;
  bool local_only = false;
  bool extension = false;  // of WebSockets: a native program on this machine speaks there
  msg::BlobRef content;    // static content for GET and HEAD; null: the owner is asked
  std::string tag;         // the content's entity tag
};

using BindingRef = std::shared_ptr<const Binding>;

}  // namespace kinode::http_server
