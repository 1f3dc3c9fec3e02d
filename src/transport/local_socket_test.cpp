// The socket in the home: for its owner, wherever the home is.
#include <../tests/support/scratch.h>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "transport/http_listener.h"

namespace kinode::transport {
namespace {

constexpr HttpLimits kLimits{8 << 10, 1 << 20, std::chrono::seconds(60), std::chrono::seconds(60),
                             std::chrono::seconds(60)};

/// Says how the request came.
class Echo final : public HttpHandler {
 public:
  void handle(std::shared_ptr<HttpExchange> exchange) override {
    const HttpRequest& request = exchange->request();
    exchange->respond({200, {}, Bytes::copy(request.is_through_home ? "home" : "network")});
  }
};

class LocalSocketTest : public testing::Test {
 protected:
  LocalSocketTest() { executor.start(); }
  ~LocalSocketTest() override { executor.stop(); }

  static std::string ask(const std::string& path) {
    const auto address = LocalAddress::of(path);
    EXPECT_TRUE(address);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address->text().data(), address->text().size());
    const Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return "refused";
    const std::string_view request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    std::string out;
    char chunk[1000];
    for (ssize_t got = 0; (got = ::recv(fd.get(), chunk, sizeof chunk, 0)) > 0;) {
      out.append(chunk, static_cast<std::size_t>(got));
    }
    return out;
  }

  void serve(const std::string& path) {
    auto listener = HttpListener::open_local(executor, path);
    ASSERT_TRUE(listener) << listener.error().detail;
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << "for the owner only";
    (*listener)->start(echo, kLimits);
    EXPECT_THAT(ask(path), testing::EndsWith("\r\n\r\nhome"));
    (*listener)->stop();
    EXPECT_FALSE(std::filesystem::exists(path)) << "gone with the listener";
  }

  const support::Scratch home;
  OsClock clock;
  rt::ThreadExecutor executor{clock, {}};
  Echo echo;
};

TEST_F(LocalSocketTest, AnswersTheOwner) { serve(home / ".rpc.sock"); }

TEST_F(LocalSocketTest, TakesThePlaceOfOneThatWasLeftBehind) {
  std::ofstream(home / ".rpc.sock") << "left";
  serve(home / ".rpc.sock");
}

TEST_F(LocalSocketTest, AHomeMayHaveALongPath) {
  const std::string far = home / std::string(120, 'a');
  std::filesystem::create_directory(far);
  serve(far + "/.rpc.sock");
}

TEST_F(LocalSocketTest, WhereItCannotBeIsSaid) {
  const auto listener = HttpListener::open_local(executor, home / "nowhere/.rpc.sock");
  ASSERT_FALSE(listener);
  EXPECT_THAT(listener.error().detail, testing::HasSubstr("nowhere/.rpc.sock"));
}

}  // namespace
}  // namespace kinode::transport
