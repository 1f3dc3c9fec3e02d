// An HTTP client for tests: sends bytes as they are given and reads what comes back.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cctype>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace kinode::transport {

struct Answer {
  int status = 0;                              // 0: the connection ended before an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// One connection to a server on this machine. Blocks; gives up after half a minute without a byte,
/// which looks like a closed connection with `timed_out`.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{30, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Reads an answer; with `head_only` one that has no body whatever its length says.
  Answer read(bool head_only = false) {
    Answer out;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!more()) return out;
    }
    const std::size_t end = buffer_.find("\r\n\r\n");
    read_head(std::string_view(buffer_).substr(0, end), out);
    buffer_.erase(0, end + 4);
    const auto length = out.headers.find("content-length");
    if (head_only || length == out.headers.end()) return out;
    const std::size_t size = number(length->second);
    while (buffer_.size() < size) {
      if (!more()) return out;
    }
    out.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
  }

  Answer ask(std::string_view request) {
    send(request);
    return read();
  }

  /// Everything until the server ends the connection.
  std::string rest() {
    while (more()) {
    }
    return std::move(buffer_);
  }

  /// Waits for the server to end the connection, without any further byte.
  bool is_closed() { return rest().empty() && !timed_out_; }

  void end_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

 private:
  bool more() {
    char chunk[4096];
    const auto count = ::recv(socket_.native_handle(), chunk, sizeof chunk, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) timed_out_ = true;
    if (count <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(count));
    return true;
  }

  static std::size_t number(std::string_view text) {
    std::size_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  }

  static void read_head(std::string_view head, Answer& out) {
    out.status = static_cast<int>(number(head.substr(9, 3)));
    while (true) {
      const std::size_t line = head.find("\r\n");
      if (line == std::string_view::npos) return;
      head.remove_prefix(line + 2);
      const std::string_view field = head.substr(0, head.find("\r\n"));
      std::string name(field.substr(0, field.find(": ")));
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      out.headers[name] = field.substr(field.find(": ") + 2);
    }
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
  bool timed_out_ = false;
};

}  // namespace kinode::transport
