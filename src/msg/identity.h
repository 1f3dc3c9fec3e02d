// How other nodes reach a node (kernel.md 1.12, net-eth.md 1.2).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "msg/json_reader.h"

namespace kinode::msg {

/// Protocol name ("ws", "tcp") to port. Port 0 means that the protocol is not offered.
using Ports = std::map<std::string, std::uint16_t, std::less<>>;

namespace routing {
/// An indirect node: reached through any of these.
struct Routers {
  std::vector<std::string> routers;
  bool operator==(const Routers&) const = default;
};
struct Direct {
  std::string ip;
  Ports ports;
  bool operator==(const Direct&) const = default;
};
/// Only while registering, before the user chose; never shown to a process.
struct Both {
  std::string ip;
  Ports ports;
  std::vector<std::string> routers;
  bool operator==(const Both&) const = default;
};
}  // namespace routing

using NodeRouting = std::variant<routing::Routers, routing::Direct, routing::Both>;

struct Identity {
  std::string name;
  std::string networking_key;  // hex of an Ed25519 public key, with or without 0x, as it was given
  NodeRouting routing;
  bool operator==(const Identity&) const = default;
};

/// One name's entry in the chain's directory, as the indexer reports it (net-eth.md 1.2).
struct KnsUpdate {
  std::string name;
  std::string public_key;
  std::vector<std::string> ips;
  Ports ports;
  std::vector<std::string> routers;
  bool operator==(const KnsUpdate&) const = default;
};

/// Direct when there is an address, else by routers.
Identity identity_from(KnsUpdate update);

Status read_json(const Json& value, Ports& out);
Status read_json(const Json& value, NodeRouting& out);
Status read_json(const Json& value, Identity& out);
Status read_json(const Json& value, KnsUpdate& out);

void write_json(std::string& out, const Ports& value);
void write_json(std::string& out, const NodeRouting& value);
void write_json(std::string& out, const Identity& value);
void write_json(std::string& out, const KnsUpdate& value);

}  // namespace kinode::msg
