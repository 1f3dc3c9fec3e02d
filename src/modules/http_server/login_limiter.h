// How often a wrong password may be tried.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "rt/mutex.h"

namespace kinode::http_server {

/// Each address by itself, so that whoever tries passwords does not keep the owner out: a few tries
/// are free, further ones have to wait longer and longer (S12). IPv6 counts by its network, which
/// one customer has. Bounded: of the addresses the one that was quiet for longest is forgotten.
/// Thread: any.
class LoginLimiter {
 public:
  /// How long this client has to wait before its next try; 0: not at all.
  Nanos wait(std::string_view peer, Instant now) const;

  void failed(std::string_view peer, Instant now);
  void succeeded(std::string_view peer);

 private:
  struct Client {
    std::string address;
    unsigned failures = 0;
    Instant next{};
  };

  mutable rt::Mutex mutex_;
  std::list<Client> clients_ __attribute__((guarded_by(mutex_)));  // the latest first
  std::unordered_map<std::string, std::list<Client>::iterator> by_address_
      __attribute__((guarded_by(mutex_)));
};

/// `1.2.3.4:5` without its port, `[2001:db8:1:2:3::]:4` as `2001:db8:1:2`.
std::string client_address(std::string_view peer);

}  // namespace kinode::http_server
