#include "modules/terminal/os_tty.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <tuple>
#include <unistd.h>

namespace kinode::terminal {

namespace {

/// The same terminal or pipe, opened once more, so that "does not wait" is ours alone and not also
/// set for whoever else has it, such as the shell. Anything else is used as it is: files do not
/// make one wait.
int open_without_waiting(int out) {
  struct stat info{};
  if (::fstat(out, &info) != 0) return -1;
  if (!S_ISCHR(info.st_mode) && !S_ISFIFO(info.st_mode)) return -1;
  const std::string path = fmt::format("/proc/self/fd/{}", out);
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int to_milliseconds(std::optional<Nanos> at_most) {
  if (!at_most) return -1;
  // Rounded up, or a wait would end just before its time, again and again.
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*at_most).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

class OsTty final : public Tty {
 public:
  OsTty(int in, int out) : in_(in), out_(out), own_out_(open_without_waiting(out)) {
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigset_t resized;
    sigemptyset(&resized);
    sigaddset(&resized, SIGWINCH);
    resized_ = ::signalfd(-1, &resized, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  ~OsTty() override {
    std::ignore = set_raw(false);
    for (const int fd : {own_out_, wake_, resized_}) {
      if (fd >= 0) ::close(fd);
    }
  }

  OsTty(const OsTty&) = delete;
  OsTty& operator=(const OsTty&) = delete;

  bool ok() const { return wake_ >= 0 && resized_ >= 0; }

  Size size() const override {
    winsize window{};
    if (::ioctl(out_, TIOCGWINSZ, &window) != 0) return {};
    return {window.ws_col, window.ws_row};
  }

  Status set_raw(bool raw) override {
    if (raw == saved_.has_value()) return {};
    if (!raw) {
      ::tcsetattr(in_, TCSANOW, &*saved_);
      saved_.reset();
      return {};
    }
    termios now{};
    if (in_ < 0 || ::tcgetattr(in_, &now) != 0) return no_terminal(errno);
    termios changed = now;
    changed.c_iflag &=
        ~static_cast<tcflag_t>(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | IXOFF);
    changed.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    changed.c_cflag = (changed.c_cflag & ~static_cast<tcflag_t>(CSIZE | PARENB)) | CS8;
    changed.c_cc[VMIN] = 1;
    changed.c_cc[VTIME] = 0;
    if (::tcsetattr(in_, TCSANOW, &changed) != 0) return no_terminal(errno);
    saved_ = now;
    return {};
  }

  Ready wait(bool for_input, bool for_output, std::optional<Nanos> at_most) override {
    pollfd fds[] = {{wake_, POLLIN, 0},
                    {resized_, POLLIN, 0},
                    {for_input ? in_ : -1, POLLIN, 0},
                    {for_output ? output() : -1, POLLOUT, 0}};
    ::poll(fds, std::size(fds), to_milliseconds(at_most));
    drain();
    return {fds[2].revents != 0, fds[3].revents != 0};
  }

  Result<std::size_t> read(std::span<char> into) override {
    const ssize_t got = ::read(in_, into.data(), into.size());
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return std::size_t{0};
    return fail(Code::kIo, "the keyboard is gone");
  }

  Result<std::size_t> write(std::string_view bytes) override {
    const ssize_t put = ::write(output(), bytes.data(), bytes.size());
    if (put >= 0) return static_cast<std::size_t>(put);
    if (errno == EINTR || errno == EAGAIN) return std::size_t{0};
    return fail(Code::kIo, fmt::format("nobody shows the output ({})", std::strerror(errno)));
  }

  void wake() override {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
  }

 private:
  static std::unexpected<Error> no_terminal(int error) {
    return fail(Code::kUnsupported,
                fmt::format("the keyboard cannot be read key by key ({}): start with --detached, "
                            "or in a terminal",
                            std::strerror(error)));
  }

  int output() const { return own_out_ >= 0 ? own_out_ : out_; }

  void drain() const {
    std::uint64_t count = 0;
    signalfd_siginfo info{};
    while (::read(wake_, &count, sizeof count) > 0) {
    }
    while (::read(resized_, &info, sizeof info) > 0) {
    }
  }

  const int in_;
  const int out_;
  const int own_out_;
  int wake_ = -1;
  int resized_ = -1;
  std::optional<termios> saved_;
};

}  // namespace

bool is_interactive(int in, int out) {
  return ::isatty(in) == 1 && ::isatty(out) == 1 && ::tcgetpgrp(in) == ::getpgrp();
}

Result<std::unique_ptr<Tty>> open_os_tty(int in, int out) {
  auto tty = std::make_unique<OsTty>(in, out);
  if (!tty->ok()) {
    return fail(Code::kIo, "no file descriptors are left for the terminal: raise `ulimit -n`");
  }
  return tty;
}

}  // namespace kinode::terminal
