// `fd-manager:distro:sys`: shares the descriptors that the node may open among the modules that
// hold many (kernel.md 8, io.md 11).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "modules/fd_manager/fd_messages.h"
#include "port/module.h"

namespace kinode::fd_manager {

struct FdManagerConfig {
  /// The process's soft limit of open files, asked for again and again.
  std::function<std::uint64_t()> soft_limit;
  /// `--soft-ulimit`: this many, whatever the process's limit is.
  std::optional<std::uint64_t> fixed;
};

/// The share of one module is ⌊M/2/n + M/2/W · hits⌋ of M descriptors, for n modules that have hit
/// their limits W times in all. Registering and hits are taken from modules of `distro:sys` only:
/// whoever else could, would take descriptors away from them. The updates are taken from these and
/// from the owner's terminal (fault 15). `GetState` and `GetProcessFdLimit` are for all.
class FdManagerModule final : public port::Module {
 public:
  explicit FdManagerModule(FdManagerConfig config);
  ~FdManagerModule() override;

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void stop() override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// M for a soft limit of open files and a percentage: a tenth and thirty stay for everything else.
/// At least 10, however small the limit.
std::uint64_t max_fds(std::uint64_t soft_limit, std::uint64_t percentage);

/// Sets every share's limit.
void share_out(FdShares& shares, std::uint64_t max);

}  // namespace kinode::fd_manager
