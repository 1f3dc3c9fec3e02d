#include "node/signals.h"

#include <csignal>
#include <utility>

namespace kinode::node {

namespace {

constexpr std::pair<int, const char*> kEnding[] = {
    {SIGALRM, "SIGALRM"}, {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},  {SIGQUIT, "SIGQUIT"},
    {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}};

/// Our own, for wake(): nobody else sends it to us.
int wake_signal() { return SIGRTMIN + 3; }

sigset_t waited() {
  sigset_t set;
  sigemptyset(&set);
  for (const auto& [number, name] : kEnding) sigaddset(&set, number);
  sigaddset(&set, wake_signal());
  return set;
}

}  // namespace

Signals::Signals() : waiter_(::pthread_self()) {
  const sigset_t set = waited();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // Not one to end by: the terminal takes it from a descriptor, for which it has to be blocked.
  sigset_t resized;
  sigemptyset(&resized);
  sigaddset(&resized, SIGWINCH);
  ::pthread_sigmask(SIG_BLOCK, &resized, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A limit on file sizes is then an error of the write, not the end of the node.
  std::signal(SIGXFSZ, SIG_IGN);
}

std::string Signals::wait() {
  const sigset_t set = waited();
  for (;;) {
    int number = 0;
    if (::sigwait(&set, &number) != 0) continue;
    if (number == wake_signal()) return {};
    for (const auto& [known, name] : kEnding) {
      if (known == number) return name;
    }
  }
}

void Signals::wake() { ::pthread_kill(waiter_, wake_signal()); }

}  // namespace kinode::node
