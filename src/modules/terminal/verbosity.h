// Which printouts are shown: a level for all, and one or silence for single processes
// (kernel.md 1.9, 9.2 to 9.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "msg/kernel_types.h"

namespace kinode::terminal {

/// The level of one process; no level means that it is muted.
struct ProcessVerbosity {
  std::optional<std::uint8_t> level;

  std::string text() const;  // `2` or `muted`
  bool operator==(const ProcessVerbosity&) const = default;
};

/// `m`, `mute`, `muted` or a decimal number up to 255.
std::optional<ProcessVerbosity> parse_process_verbosity(std::string_view text);

using ProcessVerbosities = std::map<msg::ProcessId, ProcessVerbosity>;

/// The argument of --process-verbosity: `{"chat:chat:template.os":{"U8":3},"x:y:z":"Muted"}`; empty
/// text is nothing. At most limits::kProcessVerbositiesMax.
Result<ProcessVerbosities> parse_process_verbosities(std::string_view json);

/// The level at which the kernel prints every event.
inline constexpr std::uint8_t kEventLevel = 3;

/// `off`, `debug`, `super-debug`, `full event loop`, and `unknown` above.
std::string_view verbosity_name(std::uint8_t level);

/// One thread, or guarded by its owner.
class VerbosityTable {
 public:
  VerbosityTable(std::uint8_t overall, ProcessVerbosities processes)
      : overall_(overall), processes_(std::move(processes)) {}

  std::uint8_t overall() const { return overall_; }
  const ProcessVerbosities& processes() const { return processes_; }

  /// 0, 1, 2, 3 and 0 again; what is above starts again too (fault 29). Returns the new level.
  std::uint8_t cycle();

  /// False: there are too many already.
  bool set(const msg::ProcessId& process, ProcessVerbosity verbosity);
  void remove(const msg::ProcessId& process) { processes_.erase(process); }

  bool shows(std::uint8_t level, const msg::ProcessId& source) const;

 private:
  std::uint8_t overall_;
  ProcessVerbosities processes_;
};

}  // namespace kinode::terminal
