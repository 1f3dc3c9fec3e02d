// What the tests of files and databases share: a module that answers from a table, and what it was
// asked.
#pragma once

#include <gmock/gmock.h>
#include <kinode/error.h>
#include <kinode/testing.h>
#include <string>
#include <utility>
#include <vector>

namespace kinode::test {

inline BlobValue octets(std::string bytes) {
  return {std::move(bytes), "application/octet-stream"};
}
/// How this node's modules name what went wrong, beside the error.
inline BlobValue cause(std::string_view kind) {
  return {"{\"kind\":\"" + std::string(kind) + "\"}", "application/json"};
}

class Storage : public ::testing::Test {
 protected:
  explicit Storage(std::string module) : host("me.os@process:p:n.os"), module_(std::move(module)) {
    host.answer(module_, [this](const SentRequest& request) -> Answer {
      asked.push_back(request.body);
      blobs.push_back(request.blob);
      if (answers_.empty()) return IncomingResponse{.body = "\"Ok\""};
      Answer next = std::move(answers_.front());
      answers_.erase(answers_.begin());
      return next;
    });
  }

  /// The module's answers, in order; then it says "Ok".
  void next(std::string body, std::optional<BlobValue> blob = {}) {
    answers_.emplace_back(IncomingResponse{.body = std::move(body), .blob = std::move(blob)});
  }
  void next(SendErrorKind error) { answers_.emplace_back(error); }

  Host host;
  std::vector<std::string> asked;
  std::vector<std::optional<BlobValue>> blobs;

 private:
  std::string module_;
  std::vector<Answer> answers_;
};

template <class T>
ErrorKind kind_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value()) << "it is no error";
  return result ? ErrorKind::kBadAnswer : result.error().kind;
}
template <class T>
std::string sentence_of(const Result<T>& result) {
  return result ? "it is no error" : result.error().sentence;
}

}  // namespace kinode::test
