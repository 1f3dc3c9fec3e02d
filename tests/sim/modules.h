// The modules of a simulated node that are not the real ones: who gives the commands, and who
// answers late, twice or never.
#pragma once

#include "commands.h"
#include "port/module.h"

namespace kinode::sim {

/// What both have in common: the model knows what they send, and checks what they get.
class SimModule : public port::Module {
 public:
  SimModule(Slot slot, Stage& stage) : stage_(stage), slot_(slot) {}

  port::ModuleInfo info() const override { return {stage_.names.address(slot_).process, true}; }
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void stop() override {}

 protected:
  /// A request that somebody wants answered.
  virtual void asked(const msg::EnvelopeRef& envelope, Token request) = 0;

  void send(const RequestPlan& plan, const std::optional<std::string>& body = {},
            std::optional<std::string> metadata = {});
  void respond(const msg::Envelope& envelope, Token request);
  port::Port& port() { return *port_; }
  Stage& stage() { return stage_; }

 private:
  Seen see(const msg::Envelope& envelope) const;
  void check_routed(Token token, port::Routed routed);

  Stage& stage_;
  const Slot slot_;
  port::Port* port_ = nullptr;
  msg::AddressRef self_;
};

/// Gives commands to the kernel and talks to guests.
class Owner final : public SimModule {
 public:
  explicit Owner(Stage& stage) : SimModule(kOwner, stage) {}

  /// One random thing.
  void act();
  void command(const Command& command);

 private:
  void asked(const msg::EnvelopeRef& envelope, Token request) override;
  void talk();
  void bring_up();
};

/// Answers at once, after a while, twice or never, and says things that nobody asked.
class Slow final : public SimModule {
 public:
  explicit Slow(Stage& stage) : SimModule(kSlow, stage) {}

 private:
  void asked(const msg::EnvelopeRef& envelope, Token request) override;
  void forge(const msg::Envelope& envelope);
};

}  // namespace kinode::sim
