// Who has which path, and for how long (io.md 3.5, 3.6, 3.14).
#include "modules/http_server/bindings.h"

#include <gtest/gtest.h>

#include "base/limits_http.h"

namespace kinode::http_server {
namespace {

using Table = Bindings::Table;

const msg::ProcessId kChess{"chess", "chess", "sys"};
const msg::ProcessId kHome{"homepage", "homepage", "sys"};

TEST(FullPath, PutsTheOwnerInFront) {
  EXPECT_EQ(full_path(kChess, "/"), "/chess:chess:sys");
  EXPECT_EQ(full_path(kChess, "/games/"), "/chess:chess:sys/games");
  EXPECT_EQ(full_path(kChess, "games"), "/chess:chess:sys/games");
  EXPECT_EQ(full_path(kChess, "/a//"), "/chess:chess:sys/a/");
  EXPECT_EQ(full_path(kChess, ""), "/chess:chess:sys/");
}

TEST(FullPath, LeavesTheHomePageAsItIs) {
  EXPECT_EQ(full_path(kHome, "/"), "");
  EXPECT_EQ(full_path(kHome, "/apps"), "/apps");
  EXPECT_EQ(full_path(kHome, "apps/"), "apps");
}

TEST(SecureLabel, IsThatOfThePackage) {
  EXPECT_EQ(secure_label(kChess), "chess-sys");
  EXPECT_EQ(secure_label({"a", "my-pkg", "foo.os"}), "my-pkg-foo-os");
}

TEST(ReservedPath, IsWhatOthersAreReachedUnder) {
  for (const char* path : {"/rpc:distro:sys/message", "/chess:chess:sys", "/login", "login/x"}) {
    EXPECT_TRUE(is_reserved_path(path)) << path;
  }
  for (const char* path : {"", "/apps", "/:id", "/loginx", "/a:b"}) {
    EXPECT_FALSE(is_reserved_path(path)) << path;
  }
}

class BindingsTest : public testing::Test {
 protected:
  Status bind(const msg::ProcessId& owner, std::string_view path, std::string_view content = {}) {
    Binding binding;
    binding.owner = owner;
    binding.pattern = full_path(owner, path);
    if (!content.empty()) {
      auto blob = std::make_shared<msg::Blob>();
      blob->bytes = Bytes::copy(content);
      binding.content = std::move(blob);
    }
    return bindings.put(Table::kHttp, std::move(binding), now);
  }

  /// The pattern that answers, or why none does.
  std::string at(std::string_view path) const {
    const RouteMatch match = bindings.find_http(path);
    if (!match.binding) return "nothing";
    switch (match.binding->state) {
      case Binding::State::kTombstone:
        return "unbound";
      case Binding::State::kEnded:
        return "ended";
      default:
        return match.binding->pattern;
    }
  }

  Bindings bindings;
  Instant now{};
};

TEST_F(BindingsTest, ARootAnswersForEverythingBelowIt) {
  ASSERT_TRUE(bind(kChess, "/"));
  ASSERT_TRUE(bind(kChess, "/games"));
  EXPECT_EQ(at("/chess:chess:sys/games"), "/chess:chess:sys/games");
  EXPECT_EQ(at("/chess:chess:sys/a/b.js"), "/chess:chess:sys");
  EXPECT_EQ(at("/other:chess:sys/a"), "nothing");
  ASSERT_TRUE(bind(kHome, "/our"));
  EXPECT_EQ(at("/our/anything"), "/our");
  EXPECT_EQ(bindings.find_socket("/chess:chess:sys").binding, nullptr) << "another table";
}

TEST_F(BindingsTest, WhatIsUnboundHidesWhatIsMoreGeneral) {
  ASSERT_TRUE(bind(kChess, "/"));
  ASSERT_TRUE(bind(kChess, "/:any"));
  ASSERT_TRUE(bindings.unbind(Table::kHttp, kChess, "/games", now));
  EXPECT_EQ(at("/chess:chess:sys/games"), "unbound");
  EXPECT_EQ(at("/chess:chess:sys/others"), "/chess:chess:sys/:any");
  ASSERT_TRUE(bind(kChess, "/games"));
  EXPECT_EQ(at("/chess:chess:sys/games"), "/chess:chess:sys/games");
}

TEST_F(BindingsTest, D12_PathsOfAProgramThatEndedSaySoForAWhile) {
  ASSERT_TRUE(bind(kChess, "/"));
  ASSERT_TRUE(bind(kChess, "/games"));
  bindings.ended(kChess, now);
  EXPECT_EQ(at("/chess:chess:sys/games"), "ended");
  ASSERT_TRUE(bind(kChess, "/games")) << "it came back";
  EXPECT_EQ(at("/chess:chess:sys/games"), "/chess:chess:sys/games");
  EXPECT_EQ(at("/chess:chess:sys"), "ended");
}

TEST_F(BindingsTest, D10_PathsOfAProgramThatEndedAreForgotten) {
  ASSERT_TRUE(bind(kChess, "/", "content"));
  ASSERT_TRUE(bind(kChess, "/games"));
  bindings.ended(kChess, now);
  ASSERT_TRUE(bind(kChess, "/games"));
  now += limits::kHttpEndedBindingTime;
  bindings.ended(kHome, now);
  EXPECT_EQ(at("/chess:chess:sys"), "nothing");
  EXPECT_EQ(at("/chess:chess:sys/games"), "/chess:chess:sys/games");
  EXPECT_EQ(bindings.size(), 1u);
}

TEST_F(BindingsTest, PathsAreCountedForWhoBindsThem) {
  for (std::size_t i = 0; i < limits::kHttpBindingsPerProcessMax; ++i) {
    ASSERT_TRUE(bind(kChess, "/" + std::to_string(i)));
  }
  EXPECT_FALSE(bind(kChess, "/more"));
  EXPECT_FALSE(bindings.unbind(Table::kSockets, kChess, "/more", now));
  EXPECT_TRUE(bind(kChess, "/1")) << "the same again";
  EXPECT_TRUE(bind(kHome, "/more"));
  EXPECT_FALSE(bind(kHome, "/" + std::string(limits::kHttpPatternBytesMax, 'x')));
}

TEST_F(BindingsTest, ContentIsCountedForWhoBindsIt) {
  const std::string half(limits::kHttpContentBytesPerProcessMax / 2 + 1, 'x');
  ASSERT_TRUE(bind(kChess, "/a", half));
  EXPECT_FALSE(bind(kChess, "/b", half));
  EXPECT_TRUE(bind(kChess, "/a", half)) << "in its own place";
  EXPECT_TRUE(bind(kHome, "/b", half));
  bindings.ended(kChess, now);
  EXPECT_TRUE(bind(kChess, "/b", half)) << "what ended is not counted any more";
}

TEST_F(BindingsTest, AnotherOwnerMayTakeAPathOver) {
  ASSERT_TRUE(bind(kHome, "/x", "content"));
  Binding binding;
  binding.owner = kChess;
  binding.pattern = "/x";
  ASSERT_TRUE(bindings.put(Table::kHttp, std::move(binding), now));
  bindings.ended(kHome, now);
  EXPECT_EQ(at("/x"), "/x");
}

}  // namespace
}  // namespace kinode::http_server
