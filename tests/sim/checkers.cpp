#include "checkers.h"

#include <algorithm>

namespace kinode::sim {

namespace {

constexpr Nanos kMillisecond = std::chrono::milliseconds(1);

/// Those whose answers carry no number.
bool answers_in_json(Slot slot) { return slot == kKernel || slot == kTimer || slot == kState; }

}  // namespace

std::string Checkers::who(LifeId id) const {
  return fmt::format("{}#{}", names_.text(model_.life(id).slot), id);
}

void Checkers::received(LifeId to, const Seen& seen) {
  Life& life = model_.life(to);
  ++life.received;
  if (seen.kind == Seen::Kind::kRequest) return take_request(to, seen);
  if (!seen.context) return fail("{} was told the outcome of a request without context", who(to));
  take_outcome(to, *seen.context, seen);
}

void Checkers::awaited(LifeId to, Token request, const Seen& seen) {
  ++model_.life(to).received;
  if (seen.kind == Seen::Kind::kRequest) {
    return fail("{} awaited an answer and got a request", who(to));
  }
  if (seen.context) return fail("{} got a context with what it awaited", who(to));
  take_outcome(to, request, seen);
}

void Checkers::check_source(LifeId to, const Message& m, const Seen& seen) {
  if (m.from != seen.source) {
    fail("{} got a message from {} that says it is from {}", who(to), who(m.from),
         who(seen.source));
  }
  if (m.to != model_.life(to).slot) fail("{} got a message for {}", who(to), who(m.to));
}

void Checkers::check_order(Life& life, const Message& m, Token token) {
  if (m.from_life == 0) return;
  for (auto& [from, last] : life.heard) {
    if (from != m.from_life) continue;
    if (token <= last) {
      fail("{} got message {} of {} after its message {}", who(life.slot), token, who(m.from_life),
           last);
    }
    last = token;
    return;
  }
  life.heard.emplace_back(m.from_life, token);
}

void Checkers::take_request(LifeId to, const Seen& seen) {
  Life& life = model_.life(to);
  const auto token = token_in(seen.body);
  if (!token || !model_.knows(*token)) return fail("{} got a request that nobody sent", who(to));
  Message& m = model_.message(*token);
  check_source(to, m, seen);
  if (m.kind == MessageKind::kOnExit) {
    if (m.fired == 0) return fail("{} got the on-exit request {} once too often", who(to), *token);
    --m.fired;
    if (!seen.caps_known || (seen.caps & ~model_.on_exit_caps(m)).any()) {
      fail("{} got on-exit request {} with capabilities that {} may not pass on", who(to), *token,
           who(m.from));
    }
    if (seen.expects) fail("the on-exit request {} expects a response", *token);
  } else {
    if (m.kind != MessageKind::kRequest) return fail("{} got a response as a request", who(to));
    if (m.verdict == Verdict::kDenied) {
      return fail("{} got message {} of {}, which had no capability to send it", who(to), *token,
                  who(m.from));
    }
    if (!m.delivered()) return fail("{} got message {}, which had no target", who(to), *token);
    if (++m.received > 1) return fail("{} got message {} twice", who(to), *token);
    if (m.to_life != to && !m.may_vanish) {
      fail("{} got message {}, which was for {}", who(to), *token, who(m.to_life));
    }
    check_order(life, m, *token);
    if (!seen.caps_known || seen.caps != m.caps) {
      fail("{} got message {} with other capabilities than {} may attach", who(to), *token,
           who(m.from));
    }
    if (seen.expects != m.expects) fail("message {} lost or got an expected response", *token);
    if (m.wants) life.prompting = *token;
  }
  life.received_caps |= seen.caps;
  model_.take_from_inbox(life, *token);
  take_blob(life, m.blob, seen);
}

void Checkers::take_blob(Life& life, Token expected, const Seen& seen) {
  if (expected == kForeignBlob ? !seen.has_blob : seen.has_blob != (expected != 0)) {
    fail("{} got a message {} a blob, which was sent {} one", who(life.slot),
         seen.has_blob ? "with" : "without", expected != 0 ? "with" : "without");
  } else if (expected != kForeignBlob && seen.has_blob && seen.blob != expected) {
    fail("{} got the blob {} instead of {}", who(life.slot), seen.blob, expected);
  }
  life.blob_current = seen.has_blob;
  if (seen.has_blob) life.last_blob = seen.blob;
}

void Checkers::take_outcome(LifeId to, Token request, const Seen& seen) {
  Life& life = model_.life(to);
  const auto& open = life.outstanding;
  if (std::find(open.begin(), open.end(), request) == open.end()) {
    return fail("{} was told an outcome of request {}, which {}", who(to), request,
                model_.knows(request) && model_.message(request).resolved ? "had one already"
                                                                          : "it never sent");
  }
  if (seen.kind == Seen::Kind::kError) {
    check_error(model_.message(request), seen);
    life.blob_current = false;
  } else {
    check_answer(to, request, seen);
    life.received_caps |= seen.caps;
  }
  life.prompting = model_.message(request).prompting;
  model_.resolve(life, request);
}

void Checkers::check_answer(LifeId to, Token request, const Seen& seen) {
  Life& life = model_.life(to);
  const Message& asked = model_.message(request);
  if (!answers_in_json(seen.source)) return check_coded_answer(to, asked, seen);
  take_blob(life, seen.has_blob ? kForeignBlob : 0, seen);
  if (asked.shared) return;
  if ((asked.asked & (1u << seen.source)) == 0) {
    return fail("{} answered request {}, which it was never asked", who(seen.source), request);
  }
  if (seen.source == kKernel && !model_.kernel_may_say(request, as_text(seen.body))) {
    fail("the kernel answered command {} with {}", request, as_text(seen.body));
  }
  if (seen.source == kTimer && asked.to == kTimer &&
      model_.now() < asked.sent + std::chrono::milliseconds(asked.millis)) {
    fail("the timer {} of {} popped early", request, who(to));
  }
}

void Checkers::check_coded_answer(LifeId to, const Message& asked, const Seen& seen) {
  Life& life = model_.life(to);
  const auto token = token_in(seen.body);
  if (!token || !model_.knows(*token)) return fail("{} got a response that nobody sent", who(to));
  Message& m = model_.message(*token);
  check_source(to, m, seen);
  if (m.kind != MessageKind::kResponse) return fail("{} got a request as a response", who(to));
  if (!m.delivered()) {
    return fail("{} got response {} of {}, which had no capability to send it", who(to), *token,
                who(m.from));
  }
  if (++m.received > 1) return fail("{} got response {} twice", who(to), *token);
  if (m.to_life != to)
    fail("{} got response {}, which was for {}", who(to), *token, who(m.to_life));
  if (m.group != asked.group) {
    fail("{} got response {} as the answer to another request", who(to), *token);
  }
  // One that is awaited is taken before what came earlier.
  if (seen.context) check_order(life, m, *token);
  check_fault_43(life, asked, m);
  if (!seen.caps_known || seen.caps != m.caps) {
    fail("{} got response {} with other capabilities than {} may attach", who(to), *token,
         who(m.from));
  }
  take_blob(life, m.blob, seen);
}

void Checkers::check_fault_43(const Life& life, const Message& asked, const Message& answer) {
  // Of several requests with one id, the one that went to the responder is answered; unless it has
  // failed meanwhile, which its sender may not have heard yet; or there were other answers with
  // this id, of which one may have been taken for its own.
  const auto& open = life.outstanding;
  const Token right = answer.answers;
  if (asked.to == answer.from || std::find(open.begin(), open.end(), right) == open.end()) return;
  const Message& rival = model_.message(right);
  if (rival.to != answer.from || rival.told || rival.deadline <= model_.now()) return;
  if (model_.answers_in(rival) > 1) return;
  fail("{} got an answer of {} for its request to {}", who(life.slot), who(answer.from),
       who(asked.to));
}

void Checkers::check_error(const Message& asked, const Seen& seen) {
  if (seen.source != asked.to)
    fail("a send error names {} instead of {}", who(seen.source), who(asked.to));
  const auto original = token_in(seen.body);
  if (asked.command == 0 && asked.to != kTimer && asked.to != kState &&
      (!original || !model_.knows(*original) || model_.message(*original).group != asked.group)) {
    fail("a send error of {} carries another request than the one that failed",
         who(asked.from_life));
  }
  if (seen.offline != (asked.verdict == Verdict::kOffline)) {
    return fail("a request of {} to {} failed as {}", who(asked.from_life), who(asked.to),
                seen.offline ? "offline" : "timed out");
  }
  if (model_.now() + kMillisecond > asked.deadline || asked.shared) return;
  const bool in_time = !asked.delivered() || asked.may_vanish || asked.told;
  if (!in_time) {
    fail("a request of {} to {} timed out early, though it was delivered", who(asked.from_life),
         who(asked.to));
  }
}

void Checkers::module_received(LifeId to, const Seen& seen, std::optional<Token> asked) {
  Life& life = model_.life(to);
  ++life.received;
  if (seen.kind == Seen::Kind::kRequest) return take_request(to, seen);
  if (!asked || !model_.knows(*asked) || model_.message(*asked).from_life != to) {
    return fail("{} was answered what it never asked", who(to));
  }
  Message& request = model_.message(*asked);
  if (seen.kind == Seen::Kind::kError) {
    if (!request.told && !request.may_vanish) {
      fail("{} was told that {} failed, which nobody knows", who(to), *asked);
    }
  } else {
    check_answer(to, *asked, seen);
    // A process may answer a module more than once.
    if (seen.source == kKernel && request.resolved) {
      fail("the kernel answered command {} twice", *asked);
    }
  }
  model_.resolve(life, *asked);
}

}  // namespace kinode::sim
