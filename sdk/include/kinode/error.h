// Why a module of the node did not do what was asked: a value, never an exception.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace kinode {

/// What the caller can do about it.
enum class ErrorKind : uint8_t {
  kNotFound,       // there is no such file, key or database
  kExists,         // there is one already
  kNoRight,        // the capability for it is not held
  kConflict,       // somebody else was there first: read again, do it again
  kNoTransaction,  // it has ended, or is another process's
  kConstraint,     // a rule of the database forbids it
  kFull,           // the disk is
  kOverloaded,     // too much at once: later
  kInvalid,        // it cannot be done as it was asked
  kUnsupported,    // this node does not know the action
  kDamaged,        // what is stored cannot be read
  kIo,             // the disk failed, or another reason that only the sentence names
  kTimeout,        // no answer in time: whether it was done is not known
  kOffline,        // the node of the target cannot be reached
  kBadAnswer,      // the answer is not understood
};

/// "not found" and so on.
std::string_view describe(ErrorKind kind);

struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::kIo;
  /// What was wrong, for people; the module's own text where it has one.
  std::string sentence;
  /// Which statement of a transaction failed, from 0, where the module says so.
  std::optional<size_t> statement = {};

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

}  // namespace kinode
