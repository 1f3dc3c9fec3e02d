// Questions to modules of the node whose bodies are JSON, and their answers (io.md 1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kinode/blob.h"
#include "kinode/bytes.h"
#include "kinode/error.h"
#include "kinode/ids.h"
#include "kinode/message.h"
#include "kinode/print.h"

namespace kinode::detail {

struct Question {
  ProcessIdView module;
  std::string body;
  std::optional<BytesArg> blob = {};
  uint64_t seconds = 5;
  std::string_view addition = {};  // the action's name, if Kinode 1.0 does not know it
};

/// `"Name"` or `{"Name":data}`.
class Answer {
 public:
  explicit Answer(Message message);

  bool is(std::string_view name) const { return name_ == name; }
  /// JSON text; empty beside a bare name.
  std::string_view data() const { return data_; }
  /// Says that this is not what was asked for.
  std::unexpected<Error> not_understood() const;

 private:
  Message message_;
  std::string name_;
  std::string_view data_;
};

/// Sends it and waits. Errors: those of the answer; kTimeout with advice, kOffline.
Result<Answer> ask(Question question);

/// For actions that are answered with "Ok".
Status done(const Result<Answer>& answer);

/// The blob of the answer that ask() has just given.
Result<Blob> content(const Result<Answer>& answer, std::string_view name);

/// The error in `{"Err":error}`; `cause` is the blob beside it.
Error read_error(std::string_view error, std::optional<std::string_view> cause,
                 std::string_view addition);

inline std::unexpected<Error> fail(ErrorKind kind, std::string sentence) {
  return std::unexpected(Error{kind, std::move(sentence)});
}

/// Texts and numbers, one behind the other.
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string out;
  (append(out, parts), ...);
  return out;
}

/// A string of JSON. It has to be UTF-8: see check_text().
std::string quoted(std::string_view text);
/// A list of the bytes' numbers.
std::string numbers(std::string_view bytes);
std::string numbers_or_null(std::optional<std::string_view> bytes);

/// Errors: kInvalid, if it is not UTF-8. It would reach the module as something else.
Status check_text(std::string_view what, std::string_view text);

}  // namespace kinode::detail
