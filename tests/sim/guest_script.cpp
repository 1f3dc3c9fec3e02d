#include "guest.h"

namespace kinode::sim {

using wasm::NativeGuest;
using wasm::NativeTask;

namespace {

/// What a guest does that always ends it.
NativeTask<> misbehave(Guest* me, Act act) {
  switch (act) {
    case Act::kAwaitSelf:
      co_await me->await_self();
      break;
    case Act::kAwaitNothing:
      co_await me->await_nothing();
      break;
    case Act::kBadSpawn:
      co_await me->bad_spawn();
      break;
    default:
      me->trap();
  }
  me->survived("a call that the host has to refuse");
}

NativeTask<> use_state(Guest* me, Act act) {
  if (act == Act::kGetState) {
    me->got_state(co_await me->get_state());
  } else if (act == Act::kSetState) {
    co_await me->set_state();
    me->state_set();
  } else {
    co_await me->clear_state();
    me->state_cleared();
  }
}

NativeTask<> send(Guest* me, Act act) {
  switch (act) {
    case Act::kSendList:
      co_await me->send_list();
      break;
    case Act::kCommand:
      co_await me->command();
      break;
    case Act::kTimer:
      co_await me->ask_timer();
      break;
    case Act::kStateModule:
      co_await me->ask_state();
      break;
    default:
      co_await me->flood();
  }
  me->resumed();
}

/// False: the guest returns.
NativeTask<bool> rarer(Guest* me, Act act) {
  switch (act) {
    case Act::kAwait:
      me->got_awaited(co_await me->await());
      break;
    case Act::kSpawn:
      me->spawned(co_await me->spawn());
      break;
    case Act::kGetState:
    case Act::kSetState:
    case Act::kClearState:
      co_await use_state(me, act);
      break;
    case Act::kRights:
      me->rights();
      break;
    case Act::kOnExit:
      me->on_exit();
      break;
    case Act::kYield:
      co_await me->yield();
      me->resumed();
      break;
    case Act::kReturn:
      me->returns();
      co_return false;
    case Act::kTrap:
    case Act::kAwaitSelf:
    case Act::kAwaitNothing:
    case Act::kBadSpawn:
      co_await misbehave(me, act);
      break;
    default:
      co_await send(me, act);
  }
  co_return true;
}

}  // namespace

NativeTask<> sim_guest(NativeGuest api, Stage* stage) {
  Guest me(api, stage);
  if (!me.lives()) co_return;
  try {
    for (;;) {
      // The most frequent ones need no frame of their own.
      const Act act = me.choose();
      if (act == Act::kReceive) {
        me.got(co_await me.receive());
      } else if (act == Act::kSend) {
        co_await me.send();
        me.resumed();
      } else if (act == Act::kRespond) {
        co_await me.respond();
        me.resumed();
      } else if (!co_await rarer(&me, act)) {
        co_return;
      }
    }
  } catch (const wasm::native::Trap& trap) {
    me.trapped(trap.reason);
    throw;
  }
}

}  // namespace kinode::sim
