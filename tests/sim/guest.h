// A guest of the simulator: does random legal and illegal things through the guest API, and
// compares everything it is given with the model.
#pragma once

#include <optional>
#include <string>

#include "checkers.h"
#include "dice.h"
#include "sim_disk.h"
#include "wasm/native_guest.h"

namespace kinode::sim {

/// What guests act on; owned by the world.
struct Stage {
  Names& names;
  Model& model;
  Checkers& checkers;
  Report& report;
  Trace& trace;
  SimDisk& disk;
  Dice& dice;
  std::uint64_t events = 0;  // see sim_main.cpp
  bool draining = false;     // guests only receive from now on
  bool crashing = false;     // frames are destroyed without a reason of their own
};

/// What a guest does next.
enum class Act : std::uint8_t {
  kReceive,
  kSend,
  kSendList,
  kRespond,
  kAwait,
  kSpawn,
  kGetState,
  kSetState,
  kClearState,
  kRights,
  kOnExit,
  kCommand,
  kTimer,
  kStateModule,
  kYield,
  kTrap,
  kReturn,
  kFlood,
  kAwaitSelf,
  kAwaitNothing,
  kBadSpawn,
};

/// One run of a guest; lives in the frame of its script.
class Guest {
 public:
  Guest(wasm::NativeGuest api, Stage* stage);
  ~Guest();
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  bool lives() const { return life_ != 0; }
  Act choose();

  // --- what may wait: each begins here and is told to the model when it is done ---
  auto receive() {
    block(Blocked::kReceive, "receive");
    return api_.receive();
  }
  void got(const wasm::NativeMessage& message);
  auto await() { return api_.send_and_await(begin_await()); }
  void got_awaited(const wasm::NativeMessage& message);
  auto spawn() { return api_.spawn(begin_spawn()); }
  void spawned(const wasm::NativeSpawned& result);
  auto get_state() {
    begin_state();
    return api_.get_state();
  }
  void got_state(const std::optional<Bytes>& state);
  auto set_state() { return api_.set_state(begin_set_state()); }
  void state_set();
  auto clear_state() {
    begin_state();
    state_token_ = 0;
    may_trap_ = true;  // the disk may be full by the time that it is written
    return api_.clear_state();
  }
  void state_cleared();
  auto yield() {
    block(Blocked::kYield, "yield");
    return api_.yield();
  }

  // --- sending; the guest may be held up ---
  wasm::native::Sent send();
  wasm::native::Sent send_list();
  wasm::native::Sent respond();
  wasm::native::Sent command();
  wasm::native::Sent ask_timer();
  wasm::native::Sent ask_state();
  wasm::native::Sent flood();
  void resumed();

  // --- what does not wait ---
  void rights();
  void on_exit();

  // --- the end ---
  [[noreturn]] void trap();
  void returns();
  void trapped(const std::string& reason);
  auto await_self() { return api_.send_and_await(wrong_await(true)); }
  auto await_nothing() { return api_.send_and_await(wrong_await(false)); }
  auto bad_spawn() { return api_.spawn(wrong_spawn()); }
  void survived(std::string_view what);

 private:
  Life& life() { return stage_.model.life(life_); }
  bool held_up() { return life().held_step == stage_.model.step; }
  void act(std::string_view what, std::uint64_t with = 0);
  void block(Blocked how, std::string_view what);
  void unblock() { life().blocked = Blocked::kNo; }
  void begin_state();
  Bytes begin_set_state();
  wasm::NativeSend begin_await();
  wasm::NativeSpawn begin_spawn();
  wasm::NativeSend wrong_await(bool self);
  wasm::NativeSpawn wrong_spawn();

  Slot somebody();
  CapSet some_caps();
  RequestPlan plan();
  wasm::NativeSend send_of(const RequestPlan& plan, const std::optional<std::string>& body = {});
  msg::SignedCaps attached(const CapSet& caps) const;
  Seen see(const wasm::NativeMessage& message) const;
  bool has_state(const std::optional<Bytes>& value) const;

  wasm::NativeGuest api_;
  Stage& stage_;
  Dice& dice_;
  Slot slot_ = kNobody;
  LifeId life_ = 0;
  int energy_ = 0;
  bool owes_answer_ = false;
  bool may_trap_ = false;   // the host may end the guest in the call that is under way
  bool must_trap_ = false;  // and it has to
  bool over_ = false;
  Token awaited_ = 0;
  SpawnPlan spawn_;
  Token state_token_ = 0;
  std::size_t state_version_ = 0;
};

/// The `init` of every guest in the simulator.
wasm::NativeTask<> sim_guest(wasm::NativeGuest api, Stage* stage);

}  // namespace kinode::sim
