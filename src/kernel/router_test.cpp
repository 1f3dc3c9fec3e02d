#include "kernel/router.h"

#include <../tests/support/kernel_fixture.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using port::Routed;
using support::at;
using support::messaging;

class Box final : public Endpoint {
 public:
  explicit Box(const ProcessRecord& record) : Endpoint(record, {2, 10'000}) {}
  rt::Slice run_slice() noexcept override { return rt::Slice::kWaiting; }
};

class RouterTest : public testing::Test {
 protected:
  RecordRef add(std::string_view id, bool is_public = false) {
    auto record = std::make_shared<ProcessRecord>(at(id), is_public, 10);
    {
      rt::Lock lock(record->mutex);
      record->endpoint = std::make_shared<Box>(*record);
    }
    table.insert(record);
    return record;
  }
  Routed verdict(const RecordRef& from, std::string_view to) {
    const msg::Address target = at(to);
    return router.resolve(*from, target_view(target)).verdict;
  }

  rt::ManualExecutor executor;
  support::Printouts printouts;
  ProcessTable table;
  Router router{"a.os", table, executor, printouts};
};

TEST_F(RouterTest, ALocalTargetNeedsTheMessagingCapability) {
  const auto a = add("a:k:pub");
  add("b:k:pub");
  EXPECT_EQ(verdict(a, "b:k:pub"), Routed::kDenied);
  a->caps.add({messaging("b:k:pub"), {}});
  EXPECT_EQ(verdict(a, "b:k:pub"), Routed::kDelivered);
  EXPECT_EQ(verdict(a, "our@b:k:pub"), Routed::kDelivered);
}

TEST_F(RouterTest, APublicTargetNeedsNone) {
  const auto a = add("a:k:pub");
  add("b:k:pub", true);
  EXPECT_EQ(verdict(a, "b:k:pub"), Routed::kDelivered);
}

TEST_F(RouterTest, NobodyOfTheNameIsNoTarget) {
  const auto a = add("a:k:pub");
  EXPECT_EQ(verdict(a, "b:k:pub"), Routed::kNoTarget);
}

TEST_F(RouterTest, AProcessBetweenTwoRunsIsNoTarget) {
  const auto a = add("a:k:pub");
  const auto b = add("b:k:pub", true);
  {
    rt::Lock lock(b->mutex);
    b->endpoint.reset();
  }
  EXPECT_EQ(verdict(a, "b:k:pub"), Routed::kNoTarget);
}

TEST_F(RouterTest, KernelStateAndVfsOfTheNodeNeedNone) {
  add("b:k:pub");
  for (const auto* name : {"kernel:distro:sys", "state:distro:sys", "vfs:distro:sys"}) {
    EXPECT_EQ(verdict(add(name), "b:k:pub"), Routed::kDelivered) << name;
  }
  for (const auto* name : {"timer:distro:sys", "kernel:k:pub", "vfs:distro:pub"}) {
    EXPECT_EQ(verdict(add(name), "b:k:pub"), Routed::kDenied) << name;
  }
}

TEST_F(RouterTest, ARemoteTargetNeedsTheNetworkCapabilityAndNoOther) {
  const auto a = add("a:k:pub");
  add("net:distro:sys");
  EXPECT_EQ(verdict(a, "other.os@b:k:pub"), Routed::kDenied);
  a->caps.add({msg::network_cap("a.os"), {}});
  const msg::Address remote = at("other.os@b:k:pub");
  const Route route = router.resolve(*a, target_view(remote));
  EXPECT_EQ(route.verdict, Routed::kDelivered);
  EXPECT_TRUE(route.remote);
  EXPECT_EQ(route.endpoint->address()->text(), "a.os@net:distro:sys");
}

TEST_F(RouterTest, ARemoteTargetOfANodeWithoutNetIsOffline) {
  const auto a = add("a:k:pub");
  a->caps.add({msg::network_cap("a.os"), {}});
  const msg::Address remote = at("other.os@b:k:pub");
  const Route route = router.resolve(*a, target_view(remote));
  EXPECT_EQ(route.verdict, Routed::kNoTarget);
  EXPECT_TRUE(route.remote);
}

TEST_F(RouterTest, SaysInPrintoutsWhyAMessageWentNowhere) {
  const auto a = add("a:k:pub");
  add("b:k:pub");
  for (const auto* name : {"b:k:pub", "c:k:pub", "other.os@d:k:pub"}) {
    const msg::Address target = at(name);
    const Route route = router.resolve(*a, target_view(target));
    router.explain(*a, target_view(target), route);
  }
  EXPECT_TRUE(printouts.has(
      0, "event loop: process a:k:pub doesn't have capability to message process b:k:pub"));
  EXPECT_TRUE(printouts.has(
      2, "event loop: process a:k:pub sent message to non-existing c:k:pub; dropping message"));
  EXPECT_TRUE(printouts.has(
      0, "event loop: process a:k:pub doesn't have capability to send networked messages"));
}

TEST_F(RouterTest, Fault52_EventsAreFormattedOnlyWhenAskedFor) {
  const auto b = add("b:k:pub", true);
  const auto message = [&] {
    auto e = std::make_shared<msg::Envelope>();
    e->source = e->target = b->address;
    e->message = wasm::native_request("secret plan");
    return msg::EnvelopeRef(e);
  };
  auto first = message();
  EXPECT_EQ(router.deliver(*std::make_shared<Box>(*b), first), Routed::kDelivered);
  EXPECT_TRUE(printouts.lines.empty());
  router.tap().print_events(true);
  auto second = message();
  EXPECT_EQ(router.deliver(*std::make_shared<Box>(*b), second), Routed::kDelivered);
  EXPECT_TRUE(printouts.has(3, "secret plan"));
}

TEST_F(RouterTest, AFullMailboxGivesTheMessageBack) {
  const auto b = add("b:k:pub", true);
  const auto box = std::make_shared<Box>(*b);
  for (int i = 0; i < 3; ++i) {
    auto e = std::make_shared<msg::Envelope>();
    e->source = e->target = b->address;
    e->message = wasm::native_request("x");
    msg::EnvelopeRef envelope = e;
    EXPECT_EQ(router.deliver(*box, envelope), i < 2 ? Routed::kDelivered : Routed::kFull);
    EXPECT_EQ(envelope == nullptr, i < 2);
  }
}

TEST_F(RouterTest, TheRouteCacheForgetsWithEveryChangeOfCapabilities) {
  RouteCache cache;
  const auto b = add("b:k:pub");
  const auto box = std::make_shared<Box>(*b);
  const msg::Address address = at("b:k:pub");
  const TargetView target = target_view(address);
  EXPECT_EQ(cache.find(target, 1), nullptr);
  cache.put(target, 1, box);
  EXPECT_EQ(cache.find(target, 1), box);
  EXPECT_EQ(cache.find(target, 2), nullptr);
  cache.put(target, 2, box);
  EXPECT_EQ(cache.find(target, 2), box);
}

TEST_F(RouterTest, TheRouteCacheKeepsPublicTargetsWhateverChanges) {
  RouteCache cache;
  const auto b = add("b:k:pub", true);
  const auto box = std::make_shared<Box>(*b);
  const msg::Address address = at("b:k:pub");
  cache.put(target_view(address), 1, box);
  EXPECT_EQ(cache.find(target_view(address), 2), box);
  cache.forget(box.get());
  EXPECT_EQ(cache.find(target_view(address), 2), nullptr);
}

TEST_F(RouterTest, TheRouteCacheHoldsAFewAndNeverTheWrongOne) {
  RouteCache cache;
  std::vector<std::pair<std::string, std::shared_ptr<Box>>> known;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "p" + std::to_string(i) + ":k:pub";
    known.emplace_back(id, std::make_shared<Box>(*add(id)));
    const msg::Address address = at(id);
    cache.put(target_view(address), 1, known.back().second);
  }
  int found = 0;
  for (const auto& [id, box] : known) {
    const msg::Address address = at(id);
    const auto cached = cache.find(target_view(address), 1);
    EXPECT_TRUE(cached == nullptr || cached == box);
    found += cached != nullptr;
  }
  EXPECT_EQ(found, 4);
}

}  // namespace
}  // namespace kinode::kernel
