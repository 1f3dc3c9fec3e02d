// What guests send: requests, answers, commands, and what they attach.
#include "commands.h"
#include "guest.h"
#include "msg/json_kernel.h"
#include "msg/json_state.h"

namespace kinode::sim {

using wasm::NativeSend;
using wasm::native::Sent;

Slot Guest::somebody() {
  const std::uint32_t roll = dice_.below(100);
  if (roll < 78) {
    // Mostly to somebody who is there.
    auto slot = static_cast<Slot>(kFirstGuest + dice_.below(kGuests));
    for (int i = 0; i < 8 && stage_.model.process(slot).life == 0; ++i) {
      slot = static_cast<Slot>(kFirstGuest + dice_.below(kGuests));
    }
    return slot;
  }
  if (roll < 84) {
    return static_cast<Slot>(kFirstGuest + dice_.below(stage_.names.size() - kFirstGuest));
  }
  if (roll < 93) return kSlow;
  if (roll < 96) return kOwner;
  if (roll < 98) return kElsewhere;
  const auto slot = static_cast<Slot>(dice_.below(kFirstGuest));
  return slot == kKernel && held_up() ? kSlow : slot;
}

CapSet Guest::some_caps() {
  // Held, received and forged ones.
  CapSet out;
  const std::uint32_t count = dice_.below(4);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Slot issuer = dice_.percent(25) ? slot_ : somebody();
    out.set(cap_id(issuer, static_cast<Right>(dice_.below(kRights))));
  }
  if (dice_.one_in(4)) out |= life().received_caps;
  if (dice_.one_in(32)) out |= stage_.model.process(slot_).caps;
  return out;
}

msg::SignedCaps Guest::attached(const CapSet& caps) const {
  msg::SignedCaps out;
  for (std::size_t i = caps._Find_first(); i < caps.size(); i = caps._Find_next(i)) {
    out.push_back({stage_.names.capability(static_cast<CapId>(i)), {}});
  }
  return out;
}

RequestPlan Guest::plan() {
  RequestPlan plan;
  plan.to = somebody();
  const std::uint64_t bits = dice_.next();
  if ((bits & 1) != 0) {
    static constexpr std::uint64_t kSeconds[] = {1, 1, 2, 3, 5, 5, 8, 30};
    plan.expects = kSeconds[(bits >> 1) & 7];
    if (((bits >> 4) & 63) == 0) plan.expects = 0;
    if (((bits >> 10) & 1023) == 0) plan.expects = ~std::uint64_t{0};
  }
  plan.inherit = ((bits >> 20) & 3) == 0;
  plan.blob = ((bits >> 22) & 7) == 0;
  if (((bits >> 25) & 15) == 0) plan.attach = some_caps();
  return plan;
}

NativeSend Guest::send_of(const RequestPlan& plan, const std::optional<std::string>& body) {
  const Token token = stage_.model.request(life_, plan);
  NativeSend send;
  send.target = stage_.names.address(plan.to);
  if (plan.to != kElsewhere && (token & 15) == 7) send.target.node = msg::kOurNode;
  send.request.inherit = plan.inherit;
  send.request.expects_response = plan.expects;
  send.request.body = body ? Bytes::copy(*body) : body_of(token);
  if (plan.attach.any()) send.request.capabilities = attached(plan.attach);
  if (plan.expects) send.context = body_of(token);
  if (plan.blob) send.blob = msg::Blob{{}, blob_of(token)};
  act("send", token);
  if (stage_.trace.prints()) {
    const Message& m = stage_.model.message(token);
    stage_.trace.line(fmt::format("{} -> {}{}{}{}, id of {}, answers to {}, verdict {}",
                                  stage_.names.text(slot_), stage_.names.text(plan.to),
                                  plan.expects ? " expects" : "", plan.inherit ? " inherits" : "",
                                  plan.blob ? " blob" : "", m.group,
                                  stage_.names.text(m.answer_slot), static_cast<int>(m.verdict)));
  }
  return send;
}

Sent Guest::send() { return api_.send_request(send_of(plan())); }

Sent Guest::send_list() {
  std::vector<NativeSend> list;
  const std::uint32_t count = 1 + dice_.below(8);
  // One that finds a full mailbox is the last: when the rest would be sent is not known.
  for (std::uint32_t i = 0; i < count && life().blocked != Blocked::kSend; ++i) {
    list.push_back(send_of(plan()));
  }
  return api_.send_requests(list);
}

Sent Guest::flood() {
  RequestPlan plan;
  plan.to = static_cast<Slot>(kFirstGuest + dice_.below(kGuests));
  const std::size_t count = stage_.model.mailbox_count + 100;
  for (std::size_t i = 0; i < count; ++i) {
    plan.expects.reset();
    if (dice_.one_in(16)) plan.expects = 5;
    NativeSend send = send_of(plan);
    // One that is not awaited suspends the guest at the one that is.
    static_cast<void>(api_.send_request(send));
  }
  return api_.send_request(send_of(plan));
}

Sent Guest::respond() {
  ResponsePlan plan;
  const std::uint64_t bits = dice_.next();
  plan.inherit = (bits & 7) == 0;
  plan.blob = ((bits >> 3) & 7) == 0;
  if (((bits >> 6) & 15) == 0) plan.attach = some_caps();
  const Token token = stage_.model.response(life_, plan);
  act("respond", token);
  if (stage_.trace.prints() && token != 0) {
    const Message& m = stage_.model.message(token);
    stage_.trace.line(fmt::format("{} answers {}, verdict {}", stage_.names.text(slot_),
                                  stage_.names.text(m.to), static_cast<int>(m.verdict)));
  }
  msg::Response response;
  response.inherit = plan.inherit;
  response.body = body_of(token);
  if (plan.attach.any()) response.capabilities = attached(plan.attach);
  std::optional<msg::Blob> blob;
  if (plan.blob) blob = msg::Blob{{}, blob_of(token)};
  return api_.send_response(response, blob);
}

NativeSend Guest::begin_await() {
  RequestPlan request = plan();
  if (request.to == slot_) request.to = kSlow;
  if (!request.expects) request.expects = 1 + dice_.below(5);
  if (*request.expects > 30) request.expects = 5;
  NativeSend send = send_of(request);
  send.context.reset();
  awaited_ = life().outstanding.back();
  life().awaited = awaited_;
  life().blocked = Blocked::kAwait;
  return send;
}

NativeSend Guest::wrong_await(bool self) {
  act(self ? "await-self" : "await-nothing");
  must_trap_ = true;
  NativeSend send;
  send.target = stage_.names.address(self ? slot_ : kSlow);
  if (self && dice_.one_in(2)) send.target.node = msg::kOurNode;
  if (self) send.request.expects_response = 5;
  return send;
}

Sent Guest::ask_timer() {
  static constexpr std::uint32_t kMillis[] = {0, 1, 3, 50, 900, 4000};
  RequestPlan request = plan();
  request.to = kTimer;
  request.millis = kMillis[dice_.below(6)];
  return api_.send_request(send_of(
      request, msg::encode_timer_action({msg::TimerAction::Kind::kSetTimer, request.millis})));
}

Sent Guest::ask_state() {
  RequestPlan request = plan();
  request.to = kState;
  request.blob = true;
  const auto kind = static_cast<msg::StateAction::Kind>(dice_.below(3));
  const Slot whose = dice_.percent(90) ? slot_ : somebody();
  NativeSend send =
      send_of(request, msg::encode_state_action({kind, stage_.names.address(whose).process}));
  // Whose it is can be seen in it.
  send.blob = msg::Blob{{}, blob_of(static_cast<Token>(dice_.next() << 6) | slot_)};
  return api_.send_request(send);
}

Sent Guest::command() {
  RequestPlan request = plan();
  request.to = kKernel;
  const Command command = some_command(stage_);
  request.command = stage_.model.add_command(command);
  request.blob = command.kind == Command::Kind::kInitialize && command.has_blob;
  if (!request.blob) request.inherit = false;
  NativeSend send = send_of(request, text_of(command, stage_));
  if (request.blob) send.blob = msg::Blob{{}, Bytes::copy(Names::component())};
  if (command.no_revoke) send.request.metadata = "no-revoke";
  return api_.send_request(send);
}

}  // namespace kinode::sim
