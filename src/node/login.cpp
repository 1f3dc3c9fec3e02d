#include "node/login.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "crypto/identity.h"

namespace kinode::node {

std::optional<LoginRefusal> refuse_login(const Config& config) {
  if (!config.fake_node_name.empty()) return std::nullopt;
  const auto keyfile = crypto::peek_identity(config.home);
  if (!keyfile) return LoginRefusal{printable(keyfile.error().detail), kCannotStart};
  const std::string home = printable(config.home);
  if (*keyfile && !config.password) {
    return LoginRefusal{
        fmt::format("the home {} belongs to {}: log in with --password PASSWORD (logging in with "
                    "the browser is not built yet)",
                    home, printable((*keyfile)->username)),
        kUsage};
  }
  if (!*keyfile && !config.password) {
    return LoginRefusal{
        fmt::format("there is no node in the home {} yet, and registering one is not built yet: "
                    "start with --fake-node-name NAME, for example --fake-node-name demo.os, or "
                    "put the keyfile (.keys) of an existing node there and log in with --password "
                    "PASSWORD",
                    home),
        kUsage};
  }
  if (!*keyfile) {
    return LoginRefusal{
        fmt::format("--password logs in to an existing node, but {}/.keys is not there: name the "
                    "home of your node, put its keyfile there, or start another node with "
                    "--fake-node-name NAME",
                    home),
        kRuntimeError};
  }
  return std::nullopt;
}

std::string offline_warning(const std::string& name) {
  return fmt::format(
      "Warning: {} runs offline. Its name and networking key could not be checked against the "
      "chain, and other nodes cannot reach it.",
      name);
}

}  // namespace kinode::node
