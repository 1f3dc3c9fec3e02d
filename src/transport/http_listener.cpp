#include "transport/http_listener.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <future>
#include <tuple>

#include "base/limits_http.h"

namespace kinode::transport {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// One coarse look at all connections instead of a timer for each request.
constexpr auto kSweepInterval = std::chrono::seconds(1);

/// A refused accept (too many descriptors) is tried again after this long.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using SteadyTimer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                               asio::wait_traits<std::chrono::steady_clock>,
                                               asio::io_context::executor_type>;

/// Opens, binds and listens, until one of them fails.
void tcp_listen(Acceptor& acceptor, const tcp::endpoint& endpoint, error_code& error) {
  std::ignore = acceptor.open(endpoint.protocol(), error);
  if (!error) std::ignore = acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) std::ignore = acceptor.bind(endpoint, error);
  if (!error) std::ignore = acceptor.listen(asio::socket_base::max_listen_connections, error);
}

}  // namespace

/// Lives on worker 0, except for the connections, each of which lives on its own.
struct HttpListener::State : std::enable_shared_from_this<HttpListener::State> {
  explicit State(rt::ThreadExecutor& e)
      : executor(e), acceptor(e.io(0)), sweeper(e.io(0)), pause(e.io(0)) {}

  void accept();
  void accepted(const error_code& error, TcpSocket socket, std::size_t worker);
  void sweep();
  void close_all();

  rt::ThreadExecutor& executor;
  Acceptor acceptor;
  SteadyTimer sweeper;
  SteadyTimer pause;
  HttpHandler* handler = nullptr;
  HttpLimits limits{};
  std::size_t next_worker = 0;
  bool stopping = false;
  std::shared_ptr<std::atomic<std::size_t>> open_count =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<std::weak_ptr<HttpConnection>> connections;
};

void HttpListener::State::accept() {
  const std::size_t worker = next_worker++ % executor.worker_count();
  acceptor.async_accept(executor.io(worker), [self = shared_from_this(), worker](
                                                 const error_code& error, TcpSocket socket) {
    self->accepted(error, std::move(socket), worker);
  });
}

void HttpListener::State::accepted(const error_code& error, TcpSocket socket, std::size_t worker) {
  if (stopping) return;
  if (error) {
    if (error == asio::error::operation_aborted) return;
    pause.expires_after(kAcceptPause);
    pause.async_wait([self = shared_from_this()](const error_code& ended) {
      if (!ended && !self->stopping) self->accept();
    });
    return;
  }
  if (open_count->load() < limits::kHttpConnectionsMax) {
    error_code ignored;
    std::ignore = socket.set_option(tcp::no_delay(true), ignored);
    auto connection = std::make_shared<HttpConnection>(std::move(socket), *handler,
                                                       executor.clock(), limits, open_count);
    connections.push_back(connection);
    asio::post(executor.io(worker), [connection] { connection->start(); });
  }
  accept();
}

void HttpListener::State::sweep() {
  sweeper.expires_after(kSweepInterval);
  sweeper.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->stopping) return;
    const Instant now = self->executor.clock().now();
    std::erase_if(self->connections, [](const auto& weak) { return weak.expired(); });
    for (const auto& weak : self->connections) {
      if (auto connection = weak.lock()) {
        const auto worker = connection->executor();
        asio::post(worker,
                   [connection = std::move(connection), now] { connection->close_if_late(now); });
      }
    }
    self->sweep();
  });
}

void HttpListener::State::close_all() {
  stopping = true;
  error_code ignored;
  std::ignore = acceptor.close(ignored);
  sweeper.cancel();
  pause.cancel();
  for (const auto& weak : connections) {
    if (auto connection = weak.lock()) {
      const auto worker = connection->executor();
      asio::post(worker, [connection = std::move(connection)] { connection->close(); });
    }
  }
  connections.clear();
}

Result<std::unique_ptr<HttpListener>> HttpListener::open(rt::ThreadExecutor& on,
                                                         ListenAddress address) {
  error_code error;
  const auto ip = asio::ip::make_address(address.host, error);
  if (error) return fail(Code::kInvalid, fmt::format("{} is not an IP address", address.host));
  auto state = std::make_shared<State>(on);
  const tcp::endpoint endpoint(ip, address.port);
  tcp_listen(state->acceptor, endpoint, error);
  if (error == asio::error::address_in_use) {
    return fail(Code::kExists, fmt::format("port {} on {} is taken by another program",
                                           address.port, address.host));
  }
  if (error == asio::error::access_denied) {
    return fail(
        Code::kDenied,
        fmt::format("no right to listen on port {}: ports below 1024 need root", address.port));
  }
  if (error) {
    return fail(Code::kIo, fmt::format("cannot listen on {}:{}: {}", address.host, address.port,
                                       error.message()));
  }
  const std::uint16_t port = state->acceptor.local_endpoint().port();
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(state), port));
}

HttpListener::HttpListener(std::shared_ptr<State> state, std::uint16_t port)
    : state_(std::move(state)), port_(port) {}

HttpListener::~HttpListener() = default;

void HttpListener::start(HttpHandler& handler, HttpLimits limits) {
  state_->handler = &handler;
  state_->limits = limits;
  asio::post(state_->executor.io(0), [state = state_] {
    state->accept();
    state->sweep();
  });
}

void HttpListener::stop() {
  // Through every worker once, so that no connection is inside its handler when this returns.
  std::promise<void> closed;
  asio::post(state_->executor.io(0), [state = state_, &closed] {
    state->close_all();
    closed.set_value();
  });
  closed.get_future().wait();
  for (std::size_t i = 0; i < state_->executor.worker_count(); ++i) {
    std::promise<void> passed;
    asio::post(state_->executor.io(i), [&passed] { passed.set_value(); });
    passed.get_future().wait();
  }
}

}  // namespace kinode::transport
