#include "modules.h"

namespace kinode::sim {

namespace {

/// Ids of modules' messages; those of guests are drawn and never look so.
constexpr std::uint64_t kModuleIds = 0x5151'0000'0000'0000;

std::optional<Token> token_of_id(std::uint64_t id) {
  if ((id & ~std::uint64_t{0xffff'ffff}) != kModuleIds) return std::nullopt;
  return static_cast<Token>(id);
}

const msg::SignedCaps& caps_of(const msg::Envelope& envelope) {
  static const msg::SignedCaps kNone;
  if (envelope.request() != nullptr) return envelope.request()->capabilities;
  if (envelope.response() != nullptr) return envelope.response()->capabilities;
  return kNone;
}

}  // namespace

Status SimModule::start(port::Port& port) {
  port_ = &port;
  self_ = msg::share(stage_.names.address(slot_));
  return {};
}

Seen SimModule::see(const msg::Envelope& envelope) const {
  Seen seen;
  seen.source = stage_.names.slot_of(*envelope.source);
  if (const auto* request = envelope.request()) {
    seen.body = request->body.view();
    seen.expects = request->expects_response.has_value();
  } else if (const auto* response = envelope.response()) {
    seen.kind = Seen::Kind::kResponse;
    seen.body = response->body.view();
  } else {
    seen.kind = Seen::Kind::kError;
  }
  for (const auto& held : caps_of(envelope)) {
    const auto id = stage_.names.cap_of(held.cap);
    if (id) {
      seen.caps.set(*id);
    } else {
      seen.caps_known = false;
    }
  }
  seen.has_blob = envelope.blob != nullptr;
  if (seen.has_blob) seen.blob = blob_token(envelope.blob->bytes.view());
  return seen;
}

void SimModule::handle(msg::EnvelopeRef envelope) noexcept {
  ++stage_.events;
  const Seen seen = see(*envelope);
  const Token token = token_in(seen.body).value_or(0);
  stage_.trace.note("handle", slot_, token);
  stage_.checkers.module_received(stage_.model.process(slot_).life, seen,
                                  token_of_id(envelope->id));
  if (seen.kind == Seen::Kind::kRequest && stage_.model.knows(token) &&
      stage_.model.message(token).wants) {
    asked(envelope, token);
  }
}

void SimModule::check_routed(Token token, port::Routed routed) {
  const Message& m = stage_.model.message(token);
  if (m.may_vanish) return;
  port::Routed right = port::Routed::kDelivered;
  if (m.verdict == Verdict::kDenied) right = port::Routed::kDenied;
  if (m.verdict == Verdict::kNoTarget) right = port::Routed::kNoTarget;
  if (routed == right) return;
  stage_.report.fail(fmt::format("message {} of {} to {} was routed with verdict {} instead of {}",
                                 token, stage_.names.text(slot_), stage_.names.text(m.to),
                                 static_cast<int>(routed), static_cast<int>(right)));
}

void SimModule::send(const RequestPlan& plan, const std::optional<std::string>& body,
                     std::optional<std::string> metadata) {
  const Token token = stage_.model.request(stage_.model.process(slot_).life, plan);
  auto e = std::make_shared<msg::Envelope>();
  e->id = kModuleIds | token;
  e->source = self_;
  e->target = msg::share(stage_.names.address(plan.to));
  auto& request = std::get<msg::Request>(e->message);
  request.expects_response = plan.expects;
  request.body = body ? Bytes::copy(*body) : body_of(token);
  request.metadata = std::move(metadata);
  for (const CapId id : members(plan.attach)) {
    request.capabilities.push_back({stage_.names.capability(id), {}});
  }
  if (plan.blob) {
    e->blob = std::make_shared<msg::Blob>(
        msg::Blob{{}, body ? Bytes::copy(Names::component()) : blob_of(token)});
  }
  stage_.trace.note("module-send", slot_, token);
  check_routed(token, port_->send(std::move(e)));
}

void SimModule::respond(const msg::Envelope& envelope, Token request) {
  const Token token = stage_.model.module_response(slot_, request);
  auto e = std::make_shared<msg::Envelope>();
  e->id = envelope.id;
  e->source = self_;
  e->target = envelope.rsvp ? envelope.rsvp : envelope.source;
  msg::Response response;
  response.body = body_of(token);
  e->message = std::move(response);
  stage_.trace.note("module-respond", slot_, token);
  check_routed(token, port_->send(std::move(e)));
}

void Owner::asked(const msg::EnvelopeRef& envelope, Token request) {
  if (stage().dice.percent(70)) respond(*envelope, request);
}

void Owner::command(const Command& command) {
  RequestPlan plan;
  plan.to = kKernel;
  plan.command = stage().model.add_command(command);
  plan.blob = command.kind == Command::Kind::kInitialize && command.has_blob;
  if (stage().dice.percent(80)) plan.expects = 5;
  std::optional<std::string> metadata;
  if (command.no_revoke) metadata = "no-revoke";
  send(plan, text_of(command, stage()), std::move(metadata));
}

void Owner::talk() {
  RequestPlan plan;
  // Mostly to somebody who can hear it.
  const int tries = stage().dice.percent(90) ? 8 : 1;
  for (int i = 0; i < tries; ++i) {
    plan.to =
        static_cast<Slot>(kFirstGuest + stage().dice.below(stage().names.size() - kFirstGuest));
    if (stage().model.verdict(kOwner, plan.to) == Verdict::kDelivered) break;
  }
  if (stage().dice.percent(60)) plan.expects = 5;
  plan.blob = stage().dice.one_in(8);
  if (stage().dice.one_in(8)) plan.attach = some_rights(stage());
  send(plan);
}

void Owner::bring_up() {
  Command make;
  make.kind = Command::Kind::kInitialize;
  make.target = static_cast<Slot>(kFirstGuest + stage().dice.below(kGuests));
  make.on_exit = some_on_exit(stage(), make.target, true);
  make.is_public = stage().dice.percent(60);
  command(make);
  Command grant;
  grant.kind = Command::Kind::kGrant;
  grant.target = make.target;
  grant.caps = some_rights(stage()) | some_rights(stage());
  if (stage().dice.one_in(3)) grant.caps.set(cap_id(kKernel, Right::kMessaging));
  if (stage().dice.one_in(3)) grant.caps.set(cap_id(kState, Right::kMessaging));
  if (stage().dice.one_in(8)) grant.caps.set(cap_id(kKernel, Right::kSpecial));
  command(grant);
  Command run;
  run.kind = Command::Kind::kRun;
  run.target = make.target;
  command(run);
}

void Owner::act() {
  unsigned lives = 0;
  for (Slot slot = kFirstGuest; slot < stage().names.size(); ++slot) {
    if (stage().model.process(slot).life != 0) ++lives;
  }
  if (lives < 6 && stage().dice.percent(lives < 2 ? 70 : 12)) return bring_up();
  if (stage().dice.percent(6)) return command(some_command(stage()));
  for (std::uint32_t i = 1 + stage().dice.below(3); i > 0; --i) talk();
}

void Slow::asked(const msg::EnvelopeRef& envelope, Token request) {
  const std::uint32_t roll = stage().dice.below(100);
  if (roll < 30) return respond(*envelope, request);
  if (roll < 40) {
    respond(*envelope, request);
    return respond(*envelope, request);
  }
  if (roll < 45) return forge(*envelope);
  if (roll < 70) return;
  const auto after = std::chrono::milliseconds(1 + stage().dice.below(3000));
  rt::Executor& executor = port().executor();
  executor.timers().call_at(executor.clock().now() + after,
                            [this, envelope, request] { respond(*envelope, request); });
}

void Slow::forge(const msg::Envelope& envelope) {
  // An answer to a request that was never made; whoever gets it has to drop it.
  if (Life* life = stage().model.life_of(stage().names.slot_of(*envelope.source))) {
    ++life->unread_answers;
  }
  auto e = std::make_shared<msg::Envelope>();
  e->id = envelope.id ^ 0x8000;
  e->source = envelope.target;
  e->target = envelope.source;
  msg::Response response;
  response.body = body_of(~Token{0});
  e->message = std::move(response);
  port().send(std::move(e));
}

}  // namespace kinode::sim
