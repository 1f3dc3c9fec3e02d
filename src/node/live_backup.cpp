#include "node/live_backup.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd.h"
#include "base/limits.h"
#include "modules/backup/backup_messages.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"
#include "node/rpc_socket.h"
#include "transport/http_listener.h"

namespace kinode::node {

namespace {

constexpr int kBetweenLooksMs = 200;
constexpr std::size_t kAnswerBytesMax = 4u << 20;
constexpr int kAnswerSeconds = 60;

std::unexpected<Error> no_answer(const std::string& home, std::string_view why) {
  return fail(Code::kUnavailable,
              fmt::format("the node of {} is running and does not answer ({}): wait, or stop it "
                          "for the time of the backup",
                          printable(home), why));
}

Result<Fd> connect_to(const std::string& home) {
  auto address = transport::LocalAddress::of(rpc_socket_path(home));
  if (!address) return no_answer(home, address.error().detail);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address->text().data(),
              std::min(address->text().size(), sizeof name.sun_path - 1));
  const timeval patience{kAnswerSeconds, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (!fd.ok() || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) {
    return no_answer(home, std::strerror(errno));
  }
  return fd;
}

/// Everything until the node ends the connection.
Result<std::string> talk(const std::string& home, std::string_view request) {
  auto fd = connect_to(home);
  if (!fd) return std::unexpected(std::move(fd.error()));
  while (!request.empty()) {
    const auto sent = ::send(fd->get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return no_answer(home, std::strerror(errno));
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string out;
  char chunk[16 << 10];
  for (;;) {
    const auto got = ::recv(fd->get(), chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return no_answer(home, std::strerror(errno));
    if (got == 0) return out;
    out.append(chunk, static_cast<std::size_t>(got));
    if (out.size() > kAnswerBytesMax) return no_answer(home, "too long an answer");
  }
}

Result<backup::BackupAnswer> ask(const std::string& home, const backup::BackupAction& action) {
  std::string body;
  msg::JsonObject(body)
      .field("process", std::string_view("backup:distro:sys"))
      .field("expects_response", std::uint64_t{15})
      .field("body", backup::encode_backup_action(action))
      .close();
  const auto answer =
      talk(home, fmt::format("POST /rpc:distro:sys/message HTTP/1.1\r\nHost: localhost\r\n"
                             "Content-Type: application/json\r\nConnection: close\r\n"
                             "Content-Length: {}\r\n\r\n{}",
                             body.size(), body));
  if (!answer) return std::unexpected(answer.error());
  const std::size_t head = answer->find("\r\n\r\n");
  if (!answer->starts_with("HTTP/1.1 200") || head == std::string::npos) {
    return no_answer(home, answer->substr(0, std::min<std::size_t>(answer->find('\r'), 80)));
  }
  auto tree = msg::Json::parse(as_bytes(std::string_view(*answer).substr(head + 4)));
  if (!tree) return no_answer(home, tree.error().detail);
  Bytes inner;
  msg::StructReader in(*tree, "an answer", 2);
  in.field("body", inner);
  if (auto ok = std::move(in).finish(); !ok) return no_answer(home, ok.error().detail);
  return backup::decode_backup_answer(inner.view());
}

backup::BackupAction start_of(const LiveBackupRequest& request) {
  backup::BackupAction out;
  out.kind = backup::BackupAction::Kind::kBackup;
  out.target = request.target;
  out.wait = false;
  if (request.secret.kind == backup::Secret::Kind::kRecoveryKey) {
    out.recovery_key = request.secret.recovery_text();
  } else {
    const ByteView bytes = request.secret.bytes.view();
    out.passphrase = std::string(as_text(bytes));
  }
  return out;
}

}  // namespace

Result<backup::BackupReport> run_live_backup(const std::string& home,
                                             const LiveBackupRequest& request) {
  const auto started = ask(home, start_of(request));
  if (!started) return std::unexpected(started.error());
  if (!started->started) return no_answer(home, "it did not begin");
  bool told_to_stop = false;
  for (;;) {
    const auto answer = ask(home, {});
    if (!answer) return std::unexpected(answer.error());
    if (!answer->state) return no_answer(home, "it does not say how far it is");
    const backup::BackupState& state = *answer->state;
    if (state.number != *started->started) return no_answer(home, "another backup has begun");
    if (!state.running) {
      if (state.failed) return std::unexpected(backup::error_of(*state.failed));
      if (!state.done) return no_answer(home, "it does not say how it ended");
      return backup::report_of(*state.done);
    }
    if (request.progress) request.progress({state.entries, state.bytes, state.bytes_stored});
    if (request.stop != nullptr && request.stop->load() && !told_to_stop) {
      backup::BackupAction stop;
      stop.kind = backup::BackupAction::Kind::kStop;
      if (const auto ok = ask(home, stop); !ok) return std::unexpected(ok.error());
      told_to_stop = true;
    }
    ::poll(nullptr, 0, kBetweenLooksMs);
  }
}

}  // namespace kinode::node
