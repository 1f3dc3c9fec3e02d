// The one instant at which all parts of a running node are seen.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "port/frozen.h"
#include "store/rocks_kv.h"
#include "store/write_gate.h"

namespace kinode::backup {

/// A part of the node, with its name for sentences.
struct LivePart {
  std::string name;
  port::Freezable* part;
};

struct FrozenHome {
  std::vector<std::unique_ptr<port::FrozenPart>> parts;
  Nanos paused{0};  // how long writers were held up
};

/// Prepares all parts, closes the gate, freezes them, opens it. While somebody is long within, it
/// tries again, later and later. Blocks. `stop` ends it early.
/// Errors: kOverloaded, writers are always within; those of a part.
Result<FrozenHome> take_instant(store::WriteGate& gate, const std::vector<LivePart>& parts,
                                const Clock& clock, const std::atomic<bool>& stop);

/// The process table, with states and capabilities: `kernel/`.
class KernelPart final : public port::Freezable {
 public:
  /// Second names of its files are in `scratch`, on the same file system.
  KernelPart(store::LinkableKv& kv, std::string directory, std::string scratch)
      : kv_(kv), directory_(std::move(directory)), scratch_(std::move(scratch)) {}

  Status prepare_freeze() override;
  Result<std::unique_ptr<port::FrozenPart>> freeze() override;

 private:
  std::string place() const;

  store::LinkableKv& kv_;
  const std::string directory_;
  const std::string scratch_;
  std::uint64_t number_ = 0;
};

}  // namespace kinode::backup
