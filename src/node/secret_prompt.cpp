#include "node/secret_prompt.h"

#include <cerrno>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"

namespace kinode::node {

namespace {

constexpr char kEnd = 4;         // Ctrl-D
constexpr char kInterrupt = 3;   // Ctrl-C
constexpr char kEraseLine = 21;  // Ctrl-U

/// Shows nothing and hands over each key, until it goes away.
class Silence {
 public:
  explicit Silence(const Fd& tty) : tty_(tty), ok_(::tcgetattr(tty.get(), &before_) == 0) {
    if (!ok_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    ok_ = ::tcsetattr(tty.get(), TCSAFLUSH, &quiet) == 0;
  }
  ~Silence() {
    if (ok_) ::tcsetattr(tty_.get(), TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  bool ok() const { return ok_; }

 private:
  const Fd& tty_;
  termios before_{};
  bool ok_;
};

}  // namespace

Result<std::string> ask_secret(std::string_view question) {
  const Fd tty(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!tty.ok()) return fail(Code::kNotFound, "there is no terminal to ask at");
  const Silence silence(tty);
  if (!silence.ok()) return fail(Code::kNotFound, "the terminal cannot hide what is typed");
  write_all(tty, as_bytes(question));
  std::string out;
  for (;;) {
    char key = 0;
    const ssize_t got = ::read(tty.get(), &key, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || key == kInterrupt || key == kEnd) {
      write_all(tty, as_bytes("\n"));
      return fail(Code::kUnavailable, "nothing was done: no passphrase was typed");
    }
    if (key == '\n' || key == '\r') break;
    if (key == kEraseLine) {
      out.clear();
    } else if (key == '\b' || key == '\x7f') {
      // The bytes after the first one of a character, and then that one.
      while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0u) == 0x80u) {
        out.pop_back();
      }
      if (!out.empty()) out.pop_back();
    } else if (out.size() < limits::kBackupPassphraseBytesMax) {
      out += key;
    }
  }
  write_all(tty, as_bytes("\n"));
  return out;
}

}  // namespace kinode::node
