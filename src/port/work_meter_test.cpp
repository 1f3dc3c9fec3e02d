#include "port/work_meter.h"

#include <../tests/support/fake_port.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::port {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// Whose threads have used what the test says.
class TellingPool final : public rt::BlockingPool {
 public:
  void submit(std::string_view, rt::Work, std::weak_ptr<rt::Actor>) override {}
  Nanos processor_time() const override { return used; }
  Nanos used{0};
};

class WorkMeterTest : public testing::Test {
 protected:
  static msg::AddressRef address(std::string_view text) {
    return msg::share(msg::Address::parse(text).value());
  }
  std::vector<std::string> bills() const {
    std::vector<std::string> out;
    out.reserve(port.bills.size());
    for (const auto& [who, used] : port.bills) {
      out.push_back(who.process + " " + std::to_string(used / 1ms));
    }
    return out;
  }

  const msg::AddressRef alice = address("a.os@alice:p:n.os");
  const msg::AddressRef bob = address("a.os@bob:p:n.os");
  support::FakePort port;
  TellingPool pool;
};

TEST_F(WorkMeterTest, WhatWasDoneForSeveralIsPaidByThePiece) {
  WorkMeter meter(port, pool);
  meter.share(alice);
  meter.share(bob);
  meter.share(alice);
  pool.used += 30ms;
  meter.bill();
  EXPECT_THAT(bills(), ElementsAre("alice 20", "bob 10"));
}

TEST_F(WorkMeterTest, OneAfterTheOtherPaysForHisOwn) {
  {
    WorkMeter meter(port, pool);
    meter.only(alice);
    pool.used += 5ms;
    meter.only(alice);
    pool.used += 5ms;
    meter.only(bob);
    pool.used += 1ms;
  }
  EXPECT_THAT(bills(), ElementsAre("alice 10", "bob 1"));
}

TEST_F(WorkMeterTest, WithoutAPayerOrFromElsewhereNobodyPays) {
  {
    WorkMeter meter(port, pool);
    pool.used += 5ms;
    meter.only(address("b.os@alice:p:n.os"));
    pool.used += 5ms;
  }
  EXPECT_THAT(bills(), IsEmpty());
}

}  // namespace
}  // namespace kinode::port
