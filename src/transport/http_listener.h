// Accepts HTTP connections on one address and spreads them over the workers.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "rt/mutex.h"
#include "rt/thread_executor.h"
#include "transport/http_connection.h"

namespace kinode::transport {

struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
};

/// Thread: open, start and stop from the thread that owns the node.
class HttpListener {
 public:
  /// Binds. The port is ours from here on, so nobody can take it before we listen (fault 30).
  /// Errors name the address, and for a taken port the next step.
  static Result<std::unique_ptr<HttpListener>> open(rt::ThreadExecutor& executor,
                                                    ListenAddress address);

  /// Listens on a Unix socket at `path`, which only the owner of its directory's files can open. A
  /// socket that is there was left by a node that has ended: the caller holds the home's lock.
  /// Gone with the listener. Errors: it cannot be made there.
  static Result<std::unique_ptr<HttpListener>> open_local(rt::ThreadExecutor& executor,
                                                          const std::string& path);

  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  std::uint16_t port() const { return port_; }

  /// Begins to accept. `handler` outlives the listener.
  void start(HttpHandler& handler, HttpLimits limits);

  /// Accepts nothing more and ends every connection. Returns when no handler runs any more.
  void stop();

 private:
  struct State;
  explicit HttpListener(std::shared_ptr<State> state, std::uint16_t port);

  std::shared_ptr<State> state_;
  const std::uint16_t port_;
};

/// `path` in a form that fits a socket's address, which has 107 bytes. Lifetime: as long as this.
class LocalAddress {
 public:
  static Result<LocalAddress> of(const std::string& path);
  const std::string& text() const { return text_; }

 private:
  Fd directory_;
  std::string text_;
};

}  // namespace kinode::transport
