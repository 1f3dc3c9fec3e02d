#include "modules/http_server/login_limiter.h"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <fmt/format.h>

#include "base/limits_http.h"

namespace kinode::http_server {

std::string client_address(std::string_view peer) {
  const std::size_t colon = peer.rfind(':');
  if (colon == peer.npos) return std::string(peer);
  std::string_view address = peer.substr(0, colon);
  if (!address.starts_with('[')) return std::string(address);
  address = address.substr(1, address.size() - 2);
  boost::system::error_code error;
  const auto v6 = boost::asio::ip::make_address_v6(std::string(address), error);
  if (error) return std::string(address);
  const auto bytes = v6.to_bytes();
  if (v6.is_v4_mapped())
    return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
  return fmt::format("{:02x}{:02x}:{:02x}{:02x}:{:02x}{:02x}:{:02x}{:02x}", bytes[0], bytes[1],
                     bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
}

Nanos LoginLimiter::wait(std::string_view peer, Instant now) const {
  rt::Lock lock(mutex_);
  const auto it = by_address_.find(client_address(peer));
  if (it == by_address_.end() || it->second->next <= now) return Nanos{0};
  return it->second->next - now;
}

void LoginLimiter::failed(std::string_view peer, Instant now) {
  std::string address = client_address(peer);
  rt::Lock lock(mutex_);
  const auto it = by_address_.find(address);
  if (it == by_address_.end()) {
    clients_.push_front({address, 0, now});
    by_address_.emplace(std::move(address), clients_.begin());
    if (clients_.size() > limits::kLoginClientsMax) {
      by_address_.erase(clients_.back().address);
      clients_.pop_back();
    }
  } else {
    clients_.splice(clients_.begin(), clients_, it->second);
  }
  Client& client = clients_.front();
  ++client.failures;
  if (client.failures < limits::kLoginFreeTries) return;
  const unsigned steps = client.failures - limits::kLoginFreeTries + 1;
  client.next =
      now + std::min<Nanos>(steps * Nanos(limits::kLoginDelayStep), limits::kLoginDelayMax);
}

void LoginLimiter::succeeded(std::string_view peer) {
  rt::Lock lock(mutex_);
  const auto it = by_address_.find(client_address(peer));
  if (it == by_address_.end()) return;
  clients_.erase(it->second);
  by_address_.erase(it);
}

}  // namespace kinode::http_server
