// `state:distro:sys`: saved state by message (kernel.md 1.10, 4.1).
#pragma once

#include "msg/json_state.h"
#include "port/module.h"
#include "store/state_store.h"

namespace kinode::state {

/// A process reads and writes its own state; the kernel everybody's (fault 6). Operations take
/// effect in the order in which they arrive (fault 34). Messages of other nodes are ignored.
class StateModule final : public port::Module {
 public:
  /// `backup_directory`: where the action Backup puts a consistent copy.
  StateModule(store::StateStore& store, std::string backup_directory)
      : store_(store), backup_directory_(std::move(backup_directory)) {}

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void stop() override {}

 private:
  void act(const msg::Envelope& request, const msg::StateAction& action);
  void read(const msg::Envelope& request, const msg::ProcessId& of);
  void write(const msg::Envelope& request, const msg::ProcessId& of);
  void clear(const msg::Envelope& request, const msg::ProcessId& of);
  void backup(const msg::Envelope& request);
  void done(const msg::Envelope& request, msg::StateAction::Kind what, msg::BlobRef blob);
  void refuse(const msg::Envelope& request, const msg::StateError& error);

  store::StateStore& store_;
  const std::string backup_directory_;
  port::Port* port_ = nullptr;
  msg::AddressRef self_;
};

}  // namespace kinode::state
