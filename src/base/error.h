// What went wrong, and what the caller can do about it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace kinode {

/// What kind of thing went wrong. The numbers are stable: they may be logged and compared.
enum class Code : std::uint16_t {
  kInvalid = 1,       // the input breaks a rule; `detail` says which
  kNotFound = 2,      // the named thing is not there
  kExists = 3,        // the name is taken
  kDenied = 4,        // a capability or permission is missing
  kOverloaded = 5,    // a bound on count, bytes or time was reached
  kTimeout = 6,       // no answer in time
  kUnavailable = 7,   // stopping, or not started yet
  kIo = 8,            // disk or socket said no
  kCorrupt = 9,       // stored bytes are damaged
  kUnsupported = 10,  // understood, but not offered here
  kInternal = 11,     // our own mistake
};

/// What the receiver of an error can do.
enum class Remedy : std::uint8_t { kFixRequest, kRetryLater, kFixSystem, kReportBug };

/// Name of a code for logs, such as "not-found".
std::string_view code_name(Code code);

/// The remedy that usually goes with a code.
Remedy default_remedy(Code code);

/// An error as a value. `detail` is for people: it names the thing that is wrong and the next step;
/// no program may parse it.
struct [[nodiscard]] Error {
  Code code;
  Remedy remedy;
  std::string detail;

  /// Puts the place in front: `std::move(error).in("manifest.json")` reads "manifest.json: ...".
  Error in(std::string_view where) && {
    detail.insert(0, std::string(where) + ": ");
    return std::move(*this);
  }

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// `return fail(Code::kInvalid, "...")` with the code's usual remedy.
inline std::unexpected<Error> fail(Code code, std::string detail) {
  return std::unexpected(Error{code, default_remedy(code), std::move(detail)});
}

/// Passes an error on, with the place in front of it.
inline std::unexpected<Error> fail_in(std::string_view where, Error error) {
  return std::unexpected(std::move(error).in(where));
}

}  // namespace kinode
