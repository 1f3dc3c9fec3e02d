// What a person sees first (kernel.md 9.1).
#pragma once

#include <string>

namespace kinode::terminal {

struct SplashInfo {
  std::string node;
  bool direct = false;  // reached without a router
  std::string version;
  std::string public_ip;  // empty: not known
  std::string home;
  std::string networking_key;  // empty: not known
  bool detached = false;
};

/// The lines of the splash, without colours. The logo stands beside the facts on terminals of at
/// least 90 columns, above them otherwise.
std::string splash_text(const SplashInfo& info, std::size_t columns);

}  // namespace kinode::terminal
