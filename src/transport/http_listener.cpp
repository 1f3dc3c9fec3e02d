#include "transport/http_listener.h"

#include <algorithm>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <future>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

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
using Local = asio::local::stream_protocol;
using LocalAcceptor = asio::basic_socket_acceptor<Local, asio::io_context::executor_type>;
using LocalSocket = asio::basic_stream_socket<Local, asio::io_context::executor_type>;
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
      : executor(e), acceptor(e.io(0)), local(e.io(0)), sweeper(e.io(0)), pause(e.io(0)) {}

  void accept();
  void accept_local(std::size_t worker);
  void accepted(const error_code& error, TcpSocket socket, std::size_t worker);
  void sweep();
  void close_all();

  rt::ThreadExecutor& executor;
  Acceptor acceptor;
  LocalAcceptor local;
  std::string local_path;  // not empty: `local` is used
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
  if (!local_path.empty()) return accept_local(worker);
  acceptor.async_accept(executor.io(worker), [self = shared_from_this(), worker](
                                                 const error_code& error, TcpSocket socket) {
    self->accepted(error, std::move(socket), worker);
  });
}

void HttpListener::State::accept_local(std::size_t worker) {
  local.async_accept(executor.io(worker), [self = shared_from_this(), worker](
                                              const error_code& error, LocalSocket socket) {
    // Read and written like the others, so that a connection has one kind of socket.
    TcpSocket same(self->executor.io(worker));
    error_code failed = error;
    if (!failed) {
      const auto handle = socket.release(failed);
      if (!failed) std::ignore = same.assign(tcp::v4(), handle, failed);
    }
    self->accepted(failed, std::move(same), worker);
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
    const auto way =
        local_path.empty() ? HttpConnection::Way::kNetwork : HttpConnection::Way::kHome;
    auto connection = std::make_shared<HttpConnection>(std::move(socket), *handler,
                                                       executor.clock(), limits, open_count, way);
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
  std::ignore = local.close(ignored);
  if (!local_path.empty()) ::unlink(local_path.c_str());
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

Result<LocalAddress> LocalAddress::of(const std::string& path) {
  LocalAddress out;
  constexpr std::size_t kAddressBytes = 107;  // sun_path without its end
  out.text_ = path;
  if (path.size() <= kAddressBytes) return out;
  const std::filesystem::path whole(path);
  out.directory_ = Fd(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!out.directory_.ok()) {
    return fail(Code::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  out.text_ = fmt::format("/proc/self/fd/{}/{}", out.directory_.get(), whole.filename().string());
  return out;
}

Result<std::unique_ptr<HttpListener>> HttpListener::open_local(rt::ThreadExecutor& on,
                                                               const std::string& path) {
  auto address = LocalAddress::of(path);
  if (!address) return std::unexpected(std::move(address.error()));
  auto state = std::make_shared<State>(on);
  state->local_path = path;
  ::unlink(path.c_str());
  error_code error;
  std::ignore = state->local.open(Local(), error);
  if (!error) std::ignore = state->local.bind(Local::endpoint(address->text()), error);
  // Nobody can connect before it listens.
  if (!error && ::chmod(path.c_str(), 0600) != 0) {
    error = error_code(errno, boost::system::system_category());
  }
  if (!error) std::ignore = state->local.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return fail(Code::kIo, fmt::format("cannot listen on {}: {}: tools on this machine need it; "
                                       "move the home to a file system that has sockets",
                                       path, error.message()));
  }
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(state), 0));
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
