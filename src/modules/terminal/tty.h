// The terminal device, so that a test can be one.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "modules/terminal/screen.h"

namespace kinode::terminal {

/// Thread: wake() from any; set_raw() from any, one at a time; everything else from one.
class Tty {
 public:
  virtual ~Tty() = default;

  /// As it is now; it changes whenever somebody pulls at a window.
  virtual Size size() const = 0;

  /// Every key as it is pressed, without echo and signals; or as it was before.
  virtual Status set_raw(bool raw) = 0;

  struct Ready {
    bool input = false;
    bool output = false;
  };
  /// Waits for input (if asked for), for room for output (if asked for), for a change of size, for
  /// wake(), or until `at_most` has passed.
  virtual Ready wait(bool for_input, bool for_output, std::optional<Nanos> at_most) = 0;

  /// What has come; 0: nothing now. An error: nothing will come any more.
  virtual Result<std::size_t> read(std::span<char> into) = 0;

  /// How much was taken; 0: no room now. Does not wait. An error: nobody looks any more.
  virtual Result<std::size_t> write(std::string_view bytes) = 0;

  /// Ends the present wait, or the next one.
  virtual void wake() = 0;
};

}  // namespace kinode::terminal
