// The process table on disk: rows, the original's single value, and damage.
#include "store/process_store.h"

#include <../tests/support/scratch.h>
#include <algorithm>
#include <gtest/gtest.h>

#include "msg/bincode.h"
#include "store/cap_row.h"
#include "store/mem_kv.h"
#include "store/rocks_kv.h"
#include "store/small_bincode_test.h"
#include "store/state_store.h"

namespace kinode::store {
namespace {

using support::corpus;
using support::Scratch;

constexpr std::string_view kOldKey = "kernel:distro:sys";
const msg::ProcessId kP{"p", "k", "sys"};
const msg::ProcessId kQ{"q", "k", "sys"};

msg::Capability cap(std::string_view process, std::string params) {
  return {msg::Address{"a.os", {std::string(process), "k", "sys"}}, std::move(params)};
}

msg::PersistedProcess process(std::string handle) {
  msg::PersistedProcess out;
  out.wasm_bytes_handle = std::move(handle);
  out.wit_version = 1;
  out.on_exit.kind = msg::OnExit::Kind::kRestart;
  return out;
}

msg::ProcessMap two_processes() {
  msg::ProcessMap map;
  map[kP] = process("/k:sys/pkg/p.wasm");
  map[kP].capabilities = {{cap("q", "\"messaging\""), Bytes::copy("\x01\x02")},
                          {cap("vfs", R"({"b":1,"a":"x/y"})"), Bytes::copy("\x03")},
                          {cap("q", "not json / at all"), {}}};
  map[kQ] = process("");
  map[kQ].is_public = true;
  map[kQ].wit_version.reset();
  msg::OnExitRequest farewell{msg::Address{"our", kP}, {}, msg::Blob{"t/p", Bytes::copy("\xff")}};
  farewell.request.body = Bytes::copy("bye");
  map[kQ].on_exit = {msg::OnExit::Kind::kRequests, {farewell}};
  return map;
}

void put_old_map(OrderedKv& kv, const msg::ProcessMap& map) {
  ASSERT_TRUE(kv.put(kOldKey, msg::encode_process_map(map), Durability::kPower));
}

ProcessStore::Loaded load(OrderedKv& kv) {
  auto loaded = ProcessStore(kv, Durability::kProcess).load();
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().detail);
  return loaded ? std::move(*loaded) : ProcessStore::Loaded{};
}

std::vector<std::string> keys(const OrderedKv& kv) {
  std::vector<std::string> out;
  EXPECT_TRUE(kv.scan("", [&](std::string_view key, ByteView) {
    out.emplace_back(key);
    return true;
  }));
  return out;
}

bool says(const ProcessStore::Loaded& loaded, std::string_view part) {
  return std::ranges::any_of(loaded.notices, [&](const std::string& notice) {
    return notice.find(part) != std::string::npos;
  });
}

TEST(ProcessStore, AnEmptyHomeHasNoProcesses) {
  MemKv kv;
  EXPECT_TRUE(load(kv).processes.empty());
  EXPECT_TRUE(keys(kv).empty());
}

TEST(ProcessStore, RowsComeBackWhenTheDatabaseIsOpenedAgain) {
  const Scratch scratch;
  const msg::ProcessMap map = two_processes();
  {
    const auto kv = open_rocks_kv(scratch / "kernel").value();
    ProcessStore store(*kv, Durability::kProcess);
    for (const auto& [id, row] : map) ASSERT_TRUE(store.put_process(id, row));
  }
  const auto kv = open_rocks_kv(scratch / "kernel").value();
  const auto loaded = load(*kv);
  EXPECT_EQ(loaded.processes, map);
  EXPECT_EQ(loaded.notices, std::vector<std::string>{});
}

TEST(ProcessStore, Fault47_AGrantWritesOneSmallRow) {
  MemKv kv;
  ProcessStore store(kv, Durability::kProcess);
  ASSERT_TRUE(store.put_process(kP, two_processes().at(kP)));
  const auto before = keys(kv);
  ASSERT_TRUE(store.put_grants({{kP, {cap("r", "\"messaging\""), Bytes::copy("s")}}}));
  EXPECT_EQ(keys(kv).size(), before.size() + 1);
  const std::string key = cap_row_key(kP, cap("r", "\"messaging\""));
  EXPECT_LT(kv.get(key).value().value().size(), 60u);
  EXPECT_EQ(load(kv).processes.at(kP).capabilities.size(), 4u);
}

TEST(ProcessStore, OneCapabilityHasOneRowHoweverItsJsonIsWritten) {
  MemKv kv;
  ProcessStore store(kv, Durability::kProcess);
  ASSERT_TRUE(store.put_process(kP, process("")));
  ASSERT_TRUE(store.put_grants({{kP, {cap("q", R"({"a":1,"b":2})"), {}}}}));
  ASSERT_TRUE(store.put_grants({{kP, {cap("q", R"({ "b": 2, "a": 1 })"), Bytes::copy("new")}}}));
  const auto held = load(kv).processes.at(kP).capabilities;
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held.begin()->second.text(), "new");
}

TEST(ProcessStore, ErasedCapabilitiesStayAway) {
  MemKv kv;
  ProcessStore store(kv, Durability::kProcess);
  ASSERT_TRUE(store.put_process(kP, two_processes().at(kP)));
  ASSERT_TRUE(store.erase_caps(kP, {cap("q", "\"messaging\""), cap("q", "\"never held\"")}));
  const auto held = load(kv).processes.at(kP).capabilities;
  EXPECT_EQ(held.size(), 2u);
  EXPECT_FALSE(held.contains(cap("q", "\"messaging\"")));
}

TEST(ProcessStore, Fault35_AnErasedProcessLeavesNothing) {
  MemKv kv;
  ProcessStore store(kv, Durability::kProcess);
  const msg::ProcessMap map = two_processes();
  for (const auto& [id, row] : map) ASSERT_TRUE(store.put_process(id, row));
  msg::SignedCaps held;
  for (const auto& [c, signature] : map.at(kP).capabilities) held.push_back({c, signature});
  ASSERT_TRUE(store.erase_process(kP, held));
  ASSERT_TRUE(store.erase_process(kP, held));
  EXPECT_EQ(keys(kv), std::vector<std::string>{process_row_key(kQ)});
}

TEST(ProcessStore, TheOriginalsSingleValueIsTakenOverOnce) {
  MemKv kv;
  put_old_map(kv, two_processes());
  const auto first = load(kv);
  EXPECT_EQ(first.processes, two_processes());
  EXPECT_TRUE(says(first, "took over a process map of 2 entries"));
  EXPECT_EQ(kv.get(kOldKey).value(), std::nullopt);

  const auto second = load(kv);
  EXPECT_EQ(second.processes, two_processes());
  EXPECT_TRUE(second.notices.empty());
}

TEST(ProcessStore, NothingIsLostWhereverTheDiskFailsDuringTheImport) {
  bool loaded_at_last = false;
  for (std::uint64_t writes = 0; !loaded_at_last; ++writes) {
    ASSERT_LT(writes, 100u) << "the import never ends";
    MemKv kv;
    put_old_map(kv, two_processes());
    kv.fail_after(writes);
    loaded_at_last = ProcessStore(kv, Durability::kProcess).load().has_value();
    kv.fail_after(1000);
    EXPECT_EQ(load(kv).processes, two_processes()) << "after " << writes << " writes";
  }
}

TEST(ProcessStore, NothingIsLostWhenPowerFailsAfterTheImport) {
  MemKv kv;
  put_old_map(kv, two_processes());
  EXPECT_EQ(load(kv).processes.size(), 2u);
  kv.lose_power();
  EXPECT_EQ(load(kv).processes, two_processes());
}

TEST(ProcessStore, ADamagedRowIsSetAsideAndTheRestLoads) {
  MemKv kv;
  ProcessStore store(kv, Durability::kProcess);
  for (const auto& [id, row] : two_processes()) ASSERT_TRUE(store.put_process(id, row));
  const std::string bad_process = process_row_key(kQ);
  const std::string bad_cap = cap_row_key(kP, cap("q", "\"messaging\""));
  for (const auto& key : {bad_process, bad_cap}) {
    ASSERT_TRUE(kv.put(key, as_bytes("torn"), Durability::kProcess));
  }
  const auto loaded = load(kv);
  ASSERT_EQ(loaded.processes.size(), 1u);
  EXPECT_EQ(loaded.processes.at(kP).capabilities.size(), 2u);
  EXPECT_EQ(loaded.notices.size(), 2u);
  for (const auto& key : {bad_process, bad_cap}) {
    EXPECT_EQ(kv.get("damaged/" + key).value().value().text(), "torn");
    EXPECT_TRUE(says(loaded, "set aside as damaged/" + key));
  }
  EXPECT_TRUE(load(kv).notices.empty());
}

TEST(ProcessStore, WhatWasSetAsideIsNeverOverwritten) {
  MemKv kv;
  for (const std::string_view torn : {"first", "second", "first"}) {
    ASSERT_TRUE(kv.put(process_row_key(kP), as_bytes(torn), Durability::kProcess));
    load(kv);
  }
  const std::string aside = "damaged/" + process_row_key(kP);
  EXPECT_EQ(keys(kv), (std::vector<std::string>{aside, aside + "+"}));
}

TEST(ProcessStore, ADamagedOldMapIsSetAsideWhole) {
  MemKv kv;
  const ByteVector map = msg::encode_process_map(two_processes());
  ASSERT_TRUE(kv.put(kOldKey, ByteView(map).first(map.size() - 1), Durability::kPower));
  const auto loaded = load(kv);
  EXPECT_TRUE(loaded.processes.empty());
  EXPECT_TRUE(says(loaded, "set aside as damaged/kernel:distro:sys"));
  EXPECT_EQ(kv.get("damaged/kernel:distro:sys").value().value().size(), map.size() - 1);
}

TEST(ProcessStore, OldNamesAreLeftOutAndTheirStateStays) {
  MemKv kv;
  const msg::ProcessId old_id{"my_app", "k", "sys"};
  msg::ProcessMap map = two_processes();
  map[old_id] = process("/k:sys/pkg/my_app.wasm");
  put_old_map(kv, map);
  StateStore states(kv, Durability::kProcess);
  ASSERT_TRUE(states.set(old_id, as_bytes("precious")));

  const auto loaded = load(kv);
  EXPECT_EQ(loaded.processes, two_processes());
  EXPECT_TRUE(says(loaded, "bootstrap: removing non-Kimap-safe process my_app:k:sys"));
  EXPECT_EQ(states.get(old_id).value().value().text(), "precious");
  const auto aside = kv.get("damaged/" + process_row_key(old_id)).value();
  ASSERT_TRUE(aside);
  EXPECT_EQ(msg::decode_persisted_process(aside->view()).value(), map.at(old_id));
}

TEST(ProcessStore, AnOldNameWithASlashGivesItsRightsToNobody) {
  MemKv kv;
  msg::ProcessMap map;
  map[kP] = process("");
  const msg::ProcessId tricky{"p", "k", "sys/x"};
  map[tricky] = process("");
  map[tricky].capabilities = {{cap("kernel", "\"messaging\""), {}}};
  put_old_map(kv, map);
  EXPECT_TRUE(load(kv).processes.at(kP).capabilities.empty());
}

TEST(ProcessStore, RowsReadTheSameToAnIndependentDecoder) {
  MemKv kv;
  ProcessStore store(kv, Durability::kProcess);
  for (const auto& [id, row] : two_processes()) ASSERT_TRUE(store.put_process(id, row));
  SmallProcess p = read_small_process(kv.get(process_row_key(kP)).value().value().view());
  EXPECT_EQ(p, (SmallProcess{"/k:sys/pkg/p.wasm", 1, "Restart", {}, false}));
  SmallProcess q = read_small_process(kv.get(process_row_key(kQ)).value().value().view());
  EXPECT_EQ(q, (SmallProcess{"", std::nullopt, "our@p:k:sys bye t/p \xff", {}, true}));
  const auto row = kv.get(cap_row_key(kP, cap("q", "\"messaging\""))).value().value();
  EXPECT_EQ(read_small_cap(row.view()),
            (SmallCap{"a.os@q:k:sys", "\"messaging\"", std::string("\x01\x02")}));
}

TEST(ProcessStore, AHomeOfTheOriginalIsTakenOver) {
  const Scratch scratch;
  std::filesystem::copy(corpus("home-1.0.0/kernel"), scratch / "kernel");
  const auto kv = open_rocks_kv(scratch / "kernel").value();
  const auto old = kv->get(kOldKey).value();
  ASSERT_TRUE(old);
  std::map<std::string, SmallProcess> expected = read_small_map(old->view());
  ASSERT_FALSE(expected.empty());

  const auto loaded = load(*kv);
  EXPECT_EQ(loaded.processes.size(), expected.size());
  std::size_t caps = 0;
  for (auto& [id, before] : expected) {
    const auto row = kv->get("kernel:distro:sys/process/" + id).value();
    ASSERT_TRUE(row) << id;
    SmallProcess now = read_small_process(row->view());
    EXPECT_TRUE(kv->scan("kernel:distro:sys/cap/" + id + "/", [&](std::string_view, ByteView c) {
      now.caps.insert(read_small_cap(c));
      return true;
    }));
    EXPECT_EQ(now, before) << id;
    caps += before.caps.size();
  }
  EXPECT_GT(caps, 0u);
  EXPECT_EQ(kv->get(kOldKey).value(), std::nullopt);
}

TEST(CapRow, CutAnywhereItIsRefused) {
  const ByteVector row = encode_cap_row({cap("q", "\"x\""), Bytes::copy("sig")});
  EXPECT_EQ(decode_cap_row(row).value(),
            (msg::SignedCapability{cap("q", "\"x\""), Bytes::copy("sig")}));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(decode_cap_row(ByteView(row).first(size))) << size;
  }
  ByteVector longer = row;
  longer.push_back(0);
  EXPECT_FALSE(decode_cap_row(longer));
}

}  // namespace
}  // namespace kinode::store
