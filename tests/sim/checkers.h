// Compares what a simulated node does with what the model says must be.
#pragma once

#include <string>

#include "codec.h"
#include "kernel/kernel.h"
#include "model.h"
#include "sim_disk.h"
#include "trace.h"

namespace kinode::sim {

/// The first rule that was broken; what follows is of no interest.
class Report {
 public:
  void fail(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }
  bool failed() const { return !violation_.empty(); }
  const std::string& violation() const { return violation_; }

 private:
  std::string violation_;
};

/// A message as its receiver sees it.
struct Seen {
  enum class Kind : std::uint8_t { kRequest, kResponse, kError };
  Kind kind = Kind::kRequest;
  Slot source = kNobody;  // of an error: who did not answer
  ByteView body;          // of an error: of the request
  CapSet caps;
  bool caps_known = true;  // all of them are of this world
  bool expects = false;
  bool offline = false;
  bool has_blob = false;
  Token blob = 0;
  std::optional<Token> context;
};

/// One thread.
class Checkers {
 public:
  Checkers(Model& model, const Names& names, const SimDisk& disk, Report& report)
      : model_(model), names_(names), disk_(disk), report_(report) {}

  // --- what arrives: checkers.cpp ---
  /// A guest's `receive` gave it this.
  void received(LifeId to, const Seen& seen);
  /// A guest's `send-and-await-response` gave it this.
  void awaited(LifeId to, Token request, const Seen& seen);
  /// A module got this; `id` as its sender stamped it.
  void module_received(LifeId to, const Seen& seen, std::optional<Token> asked);

  // --- how the node is: node_checks.cpp ---
  /// Nothing is ready: nobody may have anything left to do.
  void at_idle();
  /// Nobody who is ready waits for ever.
  void nobody_starves();
  /// The kernel's tables are as the model says.
  void tables(kernel::Kernel& kernel);
  /// After a boot: what was acknowledged is there. `before` is what was stored when the step began
  /// in which the node crashed; the model is then told what of that step has survived.
  void survived(kernel::Kernel& kernel, const Model::Stored& before);

 private:
  void take_request(LifeId to, const Seen& seen);
  void check_source(LifeId to, const Message& m, const Seen& seen);
  void check_order(Life& life, const Message& m, Token token);
  void take_outcome(LifeId to, Token request, const Seen& seen);
  void check_answer(LifeId to, Token request, const Seen& seen);
  void check_coded_answer(LifeId to, const Message& asked, const Seen& seen);
  void check_fault_43(const Life& life, const Message& asked, const Message& answer);
  void check_error(const Message& asked, const Seen& seen);
  void take_blob(Life& life, Token expected, const Seen& seen);
  void check_outstanding(const Life& life, Token token);
  void idle_life(LifeId id);
  void idle_module(Slot slot);
  void check_record(Slot slot, const kernel::ProcessRecord& record);
  void check_counters(Slot slot, kernel::Endpoint& endpoint);
  void check_survivor(Slot slot, const StoredModel& before, StoredModel& after,
                      const kernel::ProcessRecord* record);
  void check_module(Slot slot, const CapSet& before, const kernel::ProcessRecord& record);
  /// What is stored, whether or not the process is.
  CapSet rows_of(Slot slot) const;
  CapSet caps_of(const msg::SignedCaps& caps, bool& known) const;

  template <class... A>
  void fail(fmt::format_string<A...> format, A&&... args) {
    if (!report_.failed()) report_.fail(fmt::format(format, std::forward<A>(args)...));
  }
  std::string who(LifeId id) const;
  std::string who(Slot slot) const { return names_.text(slot); }

  Model& model_;
  const Names& names_;
  const SimDisk& disk_;
  Report& report_;
};

}  // namespace kinode::sim
