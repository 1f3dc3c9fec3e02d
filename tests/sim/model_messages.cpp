// Who may send what to whom, and where an answer goes (kernel.md 2.5, 3.4).
#include <algorithm>

#include "model.h"

namespace kinode::sim {

namespace {

bool is_exempt(Slot slot) { return slot == kKernel || slot == kState || slot == kVfs; }

// Answers beyond those that were asked for may be dropped; stay clear of where that begins.
constexpr std::uint32_t kAnswersSafe = 48;

// Of those that wait for room; more are refused at once.
constexpr std::uint32_t kParkedSafe = limits::kParkedMessagesMax + 2;

}  // namespace

Token Model::new_message() {
  messages_.emplace_back();
  messages_.back().sent = now();
  return static_cast<Token>(messages_.size() - 1);
}

Verdict Model::verdict(Slot from, Slot to) {
  const CapSet& held = processes_[from].caps;
  if (to == kElsewhere) {
    return held.test(cap_id(kKernel, Right::kSpecial)) ? Verdict::kOffline : Verdict::kDenied;
  }
  see_restart(to);
  const ProcessModel& target = processes_[to];
  if (!target.exists()) return Verdict::kNoTarget;
  if (!target.is_public && !is_exempt(from) && !held.test(cap_id(to, Right::kMessaging))) {
    return Verdict::kDenied;
  }
  return target.life == 0 ? Verdict::kNoTarget : Verdict::kDelivered;
}

CapSet Model::may_attach(Slot from, const CapSet& wanted) const {
  return wanted & (processes_[from].caps | issued_by(from));
}

void Model::hold_up(Life& life) {
  // Each that waits for room may wait for a second, one after the other.
  life.may_wait = life.held_step == step ? std::min(life.may_wait + 1, kParkedSafe) : 1;
  life.blocked = Blocked::kSend;
  life.held_up = now();
  life.held_step = step;
}

void Model::deliver(Token token) {
  Message& m = messages_[token];
  m.verdict = verdict(m.from, m.to);
  if (m.to == kElsewhere) return;
  // Until everybody has had a slice, a run that was killed may still swallow messages of those who
  // remember the way to it.
  const ProcessModel& target = processes_[m.to];
  if (target.killed_step > last_idle_step) m.may_vanish = true;
  if (!m.delivered()) return;
  m.to_life = target.life;
  Life& life = lives_[m.to_life];
  if (m.kind == MessageKind::kResponse) {
    if (++life.unread_answers > kAnswersSafe) m.may_vanish = true;
    return;
  }
  // What the node's own modules take out of their mailboxes nobody sees.
  if (m.to == kTimer || m.to == kState) return;
  if (target.phase != Phase::kModule && life.inbox.size() + life.crowd >= mailbox_count) {
    m.may_vanish = true;
  }
  // What is sent while something waits for room waits behind it; in its next slice that has left.
  // Modules never wait.
  const bool can_wait = m.from_life != 0 && processes_[m.from].phase != Phase::kModule;
  if (can_wait && lives_[m.from_life].held_step == step) m.may_vanish = true;
  if (m.may_vanish) {
    ++life.crowd;
    if (can_wait) hold_up(lives_[m.from_life]);
  } else {
    if (life.inbox.empty()) life.ready_step = step;
    life.inbox.push_back(token);
  }
}

void Model::note_shared(Life& life, Message& request) {
  // An answer with this id may come here for another reason: the process has used it before, or an
  // earlier run of it has.
  auto& used = ids_used_[life.slot];
  const bool before = std::find(used.begin(), used.end(), request.group) != used.end() ||
                      messages_[life.prompting].answer_slot == life.slot;
  used.push_back(request.group);
  if (!before) return;
  request.shared = true;
  for (const Token other : life.outstanding) {
    if (messages_[other].group == request.group) messages_[other].shared = true;
  }
}

Token Model::request(LifeId from, const RequestPlan& plan) {
  const Token token = new_message();
  Life& life = lives_[from];
  Message& m = messages_[token];
  m.from = life.slot;
  m.from_life = from;
  m.to = plan.to;
  m.group = token;
  m.answer_slot = life.slot;
  m.command = plan.command;
  m.millis = plan.millis;
  m.caps = may_attach(life.slot, plan.attach);
  const bool is_module = processes_[life.slot].phase == Phase::kModule;
  if (is_module) {
    m.caps = plan.attach;    // modules are trusted
    m.answer_token = token;  // and see every answer
  }
  const bool inherits = plan.inherit && life.prompting != 0;
  if (inherits) m.group = messages_[life.prompting].group;
  if (plan.expects) {
    m.expects = m.wants = true;
    m.has_rsvp = !is_module;
    m.answer_token = token;
    m.prompting = life.prompting;
    // A century is for ever.
    const auto seconds = std::min<std::uint64_t>(*plan.expects, 100ull * 365 * 86400);
    m.deadline = now() + std::chrono::seconds(seconds);
    if (!inherits) ids_used_[life.slot].push_back(m.group);
    if (!is_module) life.outstanding.push_back(token);
  } else if (inherits && messages_[life.prompting].has_rsvp) {
    const Message& asked = messages_[life.prompting];
    m.wants = m.has_rsvp = true;
    m.answer_slot = asked.answer_slot;
    m.answer_token = asked.answer_token;
  }
  // A module may answer even what expects no response.
  if (inherits && m.answer_slot == life.slot) note_shared(life, m);
  if (plan.blob) {
    m.blob = token;
  } else if (plan.inherit && life.blob_current) {
    m.blob = life.last_blob;
  }
  ++life.sent;
  deliver(token);
  if (m.answer_token != 0 && m.delivered() && m.to < kVfs) {
    messages_[m.answer_token].asked |= static_cast<std::uint16_t>(1u << m.to);
  }
  return token;
}

Token Model::response(LifeId from, const ResponsePlan& plan) {
  Life& life = lives_[from];
  if (life.prompting == 0) return 0;
  const Token asked = life.prompting;
  const Token token = module_response(life.slot, asked);
  Message& m = messages_[token];
  m.from_life = from;
  m.caps = may_attach(life.slot, plan.attach);
  if (plan.inherit) {
    m.blob = life.blob_current ? life.last_blob : 0;
  } else if (plan.blob) {
    m.blob = token;
  }
  ++life.sent;
  return token;
}

Token Model::module_response(Slot from, Token request) {
  const Token token = new_message();
  Message& m = messages_[token];
  const Message& asked = messages_[request];
  m.kind = MessageKind::kResponse;
  m.from = from;
  m.to = asked.answer_slot;
  m.answers = asked.answer_token;
  m.group = asked.group;
  deliver(token);
  if (!m.delivered() || m.may_vanish || m.answers == 0) return token;
  Message& root = messages_[m.answers];
  if (root.from_life != m.to_life) return token;
  if (!root.resolved) outcome_under_way(m.answers, true);
  return token;
}

void Model::outcome_under_way(Token request, bool answered) {
  Message& m = messages_[request];
  const bool was = m.answered || m.told;
  (answered ? m.answered : m.told) = true;
  if (!was && processes_[m.from].phase == Phase::kModule) {
    lives_[m.from_life].outstanding.push_back(request);
  }
}

Token Model::on_exit_request(Slot from, Slot to, const CapSet& attach) {
  const Token token = new_message();
  Message& m = messages_[token];
  m.kind = MessageKind::kOnExit;
  m.from = from;
  m.to = to;
  m.group = token;
  m.answer_slot = from;
  m.caps = attach;
  m.command = static_cast<std::uint32_t>(on_exit_caps_.size());
  on_exit_caps_.emplace_back();
  return token;
}

void Model::send_on_exit(Slot slot, const OnExitPlan& plan) {
  for (const Token token : plan.requests) {
    Message& m = messages_[token];
    m.from = slot;
    m.may_vanish = false;
    on_exit_caps_[m.command] |= may_attach(slot, m.caps);
    deliver(token);
    if (m.delivered()) ++m.fired;
  }
}

void Model::take_from_inbox(Life& life, Token token) {
  const auto found = std::find(life.inbox.begin(), life.inbox.end(), token);
  if (found != life.inbox.end()) {
    life.inbox.erase(found);
  } else if (life.crowd > 0) {
    --life.crowd;
  }
}

std::size_t Model::answers_in(const Message& request) const {
  return static_cast<std::size_t>(std::ranges::count_if(messages_, [&](const Message& m) {
    if (m.group != request.group || !m.delivered()) return false;
    // What the node's own modules answer is seen by what they were asked.
    if (m.kind == MessageKind::kRequest) return m.to == kKernel || m.to == kTimer || m.to == kState;
    return m.kind == MessageKind::kResponse && m.to_life == request.from_life;
  }));
}

void Model::resolve(Life& life, Token token) {
  messages_[token].resolved = true;
  std::erase(life.outstanding, token);
}

}  // namespace kinode::sim
