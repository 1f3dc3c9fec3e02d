#include "guest.h"

namespace kinode::sim {

Guest::Guest(wasm::NativeGuest api, Stage* stage) : api_(api), stage_(*stage), dice_(stage->dice) {
  const auto our = msg::Address::parse(api_.init_argument());
  if (our) slot_ = stage_.names.slot_of(*our);
  if (slot_ != kNobody) life_ = stage_.model.begin(slot_);
  if (life_ == 0) {
    stage_.report.fail(fmt::format("{} runs, though nobody told it to", api_.init_argument()));
    return;
  }
  energy_ = static_cast<int>(20 + dice_.below(200));
  act("begin", slot_);
}

Guest::~Guest() {
  if (life_ == 0 || over_ || stage_.crashing) return;
  stage_.trace.note("destroyed", life_, 0);
  if (life().state != LifeState::kKilled) {
    stage_.report.fail(
        fmt::format("{}#{} was ended, though nobody killed it", stage_.names.text(slot_), life_));
  }
}

void Guest::act(std::string_view what, std::uint64_t with) {
  ++stage_.events;
  stage_.trace.note(what, life_, with);
  Life& self = life();
  if (self.state != LifeState::kRunning) {
    stage_.report.fail(
        fmt::format("{}#{} acts, though it was killed", stage_.names.text(slot_), life_));
  }
  self.ready_step = stage_.model.step;
  // It has a slice again, so whatever waited for room has left.
  if (self.held_step != stage_.model.step) self.held_up = Instant{};
}

void Guest::block(Blocked how, std::string_view what) {
  act(what);
  life().blocked = how;
}

void Guest::resumed() {
  unblock();
  life().ready_step = stage_.model.step;
}

Act Guest::choose() {
  if (std::exchange(owes_answer_, false) && dice_.percent(85)) return Act::kRespond;
  if (stage_.draining || energy_ <= 0) return Act::kReceive;
  --energy_;
  if (!life().inbox.empty() && dice_.percent(65)) return Act::kReceive;
  struct Weight {
    Act act;
    std::uint16_t below;
  };
  static constexpr Weight kWeights[] = {
      {Act::kSend, 560},         {Act::kReceive, 620},     {Act::kAwait, 710},
      {Act::kRespond, 740},      {Act::kRights, 770},      {Act::kSendList, 810},
      {Act::kTimer, 820},        {Act::kCommand, 830},     {Act::kSetState, 845},
      {Act::kGetState, 860},     {Act::kClearState, 863},  {Act::kOnExit, 870},
      {Act::kSpawn, 877},        {Act::kStateModule, 885}, {Act::kYield, 975},
      {Act::kTrap, 979},         {Act::kReturn, 985},      {Act::kAwaitSelf, 989},
      {Act::kAwaitNothing, 990}, {Act::kBadSpawn, 991},    {Act::kFlood, 992},
      {Act::kSend, 1000},
  };
  const std::uint32_t roll = dice_.below(1000);
  for (const auto& [act, below] : kWeights) {
    if (roll >= below) continue;
    // When a command gets through that waits for room is not known.
    return act == Act::kCommand && held_up() ? Act::kYield : act;
  }
  return Act::kSend;
}

Seen Guest::see(const wasm::NativeMessage& message) const {
  Seen seen;
  seen.source = stage_.names.slot_of(message.source);
  seen.body = message.body().view();
  if (message.context) {
    // One that cannot be read belongs to no request.
    seen.context = token_in(message.context->view()).value_or(0);
  }
  const msg::SignedCaps* caps = nullptr;
  if (const auto* request = message.request()) {
    seen.expects = request->expects_response.has_value();
    caps = &request->capabilities;
  } else if (const auto* response = message.response()) {
    seen.kind = Seen::Kind::kResponse;
    caps = &response->capabilities;
  } else {
    seen.kind = Seen::Kind::kError;
    seen.offline = message.send_error()->kind == msg::SendErrorKind::kOffline;
  }
  for (std::size_t i = 0; caps != nullptr && i < caps->size(); ++i) {
    const auto id = stage_.names.cap_of((*caps)[i].cap);
    if (id) {
      seen.caps.set(*id);
    } else {
      seen.caps_known = false;
    }
  }
  seen.has_blob = api_.has_blob();
  if (seen.has_blob) {
    const auto blob = api_.get_blob();
    seen.blob = blob ? blob_token(blob->bytes.view()) : 0;
  }
  return seen;
}

void Guest::got(const wasm::NativeMessage& message) {
  unblock();
  const Seen seen = see(message);
  const Token token = token_in(seen.body).value_or(0);
  stage_.trace.note("got", life_, token);
  stage_.checkers.received(life_, seen);
  owes_answer_ = seen.kind == Seen::Kind::kRequest && stage_.model.knows(token) &&
                 stage_.model.message(token).wants;
  // Talk begets talk, most of all the owner's.
  if (seen.source == kOwner && seen.kind == Seen::Kind::kRequest) {
    energy_ += static_cast<int>(8 + dice_.below(24));
  }
  if (energy_ <= 0 && life().inbox.empty() && dice_.percent(80)) {
    energy_ = static_cast<int>(1 + dice_.below(16));
  }
  if (dice_.one_in(64)) {
    const auto last = api_.last_blob();
    if ((last ? blob_token(last->bytes.view()) : 0) != life().last_blob) {
      stage_.report.fail(
          fmt::format("{}#{} sees another last blob", stage_.names.text(slot_), life_));
    }
  }
}

void Guest::got_awaited(const wasm::NativeMessage& message) {
  unblock();
  const Seen seen = see(message);
  stage_.trace.note("answered", life_, awaited_);
  stage_.checkers.awaited(life_, awaited_, seen);
}

void Guest::trap() {
  act("trap");
  stage_.model.ended(life_);
  over_ = true;
  api_.trap("told to");
}

void Guest::returns() {
  act("return");
  stage_.model.ended(life_);
  over_ = true;
}

void Guest::trapped(const std::string& reason) {
  if (over_) return;
  stage_.trace.note("trapped", life_, 0);
  if (!must_trap_ && !(may_trap_ && reason.contains("disk is full"))) {
    stage_.report.fail(fmt::format("{}#{} was trapped without fault: {}", stage_.names.text(slot_),
                                   life_, reason));
  }
  stage_.model.ended(life_);
  over_ = true;
}

void Guest::survived(std::string_view what) {
  stage_.report.fail(fmt::format("{}#{} survived {}", stage_.names.text(slot_), life_, what));
}

}  // namespace kinode::sim
