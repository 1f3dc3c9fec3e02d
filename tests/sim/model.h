// The truth about a simulated node: what the rules of kernel.md say must be, kept beside the kernel
// and never read from it.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "names.h"

namespace kinode::sim {

/// A message, by its number in the order of sending; 0 is none.
using Token = std::uint32_t;
/// One run of a process, or of a module; 0 is none.
using LifeId = std::uint32_t;

/// A blob whose content is not a token.
inline constexpr Token kForeignBlob = ~Token{0};

enum class Verdict : std::uint8_t { kDelivered, kNoTarget, kDenied, kOffline };
enum class MessageKind : std::uint8_t { kRequest, kResponse, kOnExit };

struct Message {
  MessageKind kind = MessageKind::kRequest;
  Slot from = kNobody;
  Slot to = kNobody;
  Slot answer_slot = kNobody;  // whom an answer goes to
  Verdict verdict = Verdict::kNoTarget;
  LifeId from_life = 0;
  LifeId to_life = 0;
  Token group = 0;         // messages with the same id
  Token answer_token = 0;  // the request that an answer belongs to
  Token prompting = 0;     // of a request: what its sender was answering
  Token answers = 0;       // of a response: what was answered
  Token blob = 0;
  CapSet caps;  // that may arrive with it
  Instant sent;
  Instant deadline;
  std::uint32_t command = 0;  // 0 is none; of an on-exit request: what it carried
  std::uint32_t millis = 0;   // of a request to the timer
  std::uint16_t fired = 0;    // on-exit: sent so often
  std::uint16_t received = 0;
  std::uint16_t asked = 0;  // modules (a bit per slot) that were asked to answer it
  bool expects = false;
  bool has_rsvp = false;
  bool wants = false;       // somebody waits for an answer
  bool may_vanish = false;  // found a full mailbox, or a run that is being killed
  bool answered = false;    // an answer is on its way to the asker
  bool told = false;        // the news that it will not be answered is on its way
  bool resolved = false;
  bool shared = false;  // its sender has expected another response with this id

  bool delivered() const { return verdict == Verdict::kDelivered; }
};

enum class LifeState : std::uint8_t { kWaiting, kStarted, kRunning, kEnded, kKilled };

/// What a run is suspended in.
enum class Blocked : std::uint8_t { kNo, kYield, kReceive, kAwait, kSend, kHost };

struct Life {
  Slot slot = kNobody;
  LifeState state = LifeState::kWaiting;
  Blocked blocked = Blocked::kNo;
  bool blob_current = false;
  Token prompting = 0;
  Token last_blob = 0;
  Token awaited = 0;
  Instant held_up;  // when it last sent what may have to wait for room
  std::uint64_t held_step = 0;
  std::uint32_t may_wait = 0;    // how many messages may wait for room, one after the other
  Instant started;               // when it could have run first
  Instant begun;                 // when it did
  std::uint64_t ready_step = 0;  // since when it has been due for a slice
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  std::uint32_t unread_answers = 0;  // since it was last seen to have read all
  std::uint32_t crowd = 0;           // messages in its mailbox that may not be there
  CapSet received_caps;
  std::vector<Token> inbox;  // certain and not received, in order
  // Requests that wait for their outcome; of a module, which may wait for ever, those whose outcome
  // is under way.
  std::vector<Token> outstanding;
  std::vector<std::pair<LifeId, Token>> heard;  // the last request from each sender
};

enum class Ends : std::uint8_t { kNone, kRestart, kRequests };

struct OnExitPlan {
  Ends kind = Ends::kNone;
  std::vector<Token> requests;
  bool operator==(const OnExitPlan&) const = default;
};

enum class Phase : std::uint8_t { kAbsent, kWaiting, kRunning, kBackingOff, kModule };

struct ProcessModel {
  Phase phase = Phase::kAbsent;
  bool is_public = false;
  OnExitPlan on_exit;
  CapSet caps;
  LifeId life = 0;
  Instant due;  // of a restart
  std::uint32_t attempts = 0;
  Nanos backoff{0};
  bool unsure = false;  // how long it ran is not known to the nanosecond, so neither is the wait
  std::uint64_t killed_step = 0;  // when a run of the name was killed last
  bool exists() const { return phase != Phase::kAbsent; }
};

/// What is on disk about a process, and what passed through it in the present step: a crash may
/// leave any of it.
struct StoredModel {
  bool there = false;
  bool is_public = false;
  OnExitPlan on_exit;
  CapSet caps;

  bool erased = false;
  bool is_new = false;  // the row was written when there was none
  CapSet with_row;      // in the same batch, and not removed since
  CapSet removed;
  CapSet added;
  std::vector<OnExitPlan> plans;

  void begin_step() {
    erased = is_new = false;
    with_row = removed = added = CapSet();
    plans.clear();
  }
  void add(const CapSet& some) {
    caps |= some;
    added |= some;
  }
  void remove(const CapSet& some) {
    caps &= ~some;
    with_row &= ~some;
    removed |= some;
  }
  void erase(const CapSet& held) {
    there = is_new = false;
    erased = true;
    remove(held);
  }
};

struct Command {
  enum class Kind : std::uint8_t {
    kJunk,
    kInitialize,
    kGrant,
    kDrop,
    kSetOnExit,
    kRun,
    kKill,
    kHasCap
  };
  Kind kind = Kind::kJunk;
  Slot target = kNobody;  // kNobody: a name that may not be taken
  CapSet caps;
  OnExitPlan on_exit;
  bool is_public = false;
  bool no_revoke = false;
  bool has_blob = true;
};

struct RequestPlan {
  Slot to = kNobody;
  std::optional<std::uint64_t> expects;
  bool inherit = false;
  bool blob = false;
  CapSet attach;
  std::uint32_t command = 0;
  std::uint32_t millis = 0;
};

struct ResponsePlan {
  bool inherit = false;
  bool blob = false;
  CapSet attach;
};

/// Rights of a new process, and who gets them.
using Grants = std::vector<std::pair<Slot, Right>>;

struct SpawnPlan {
  Slot name = kNobody;  // kNobody: a random one
  bool found = true;    // whether the path may be read and holds a component
  OnExitPlan on_exit;
  CapSet request;
  Grants grants;
  bool is_public = false;
};

/// One thread.
class Model {
 public:
  /// `names` and what `clock` points to outlive the model.
  Model(const Names& names, const Clock* const* clock) : names_(names), clock_(clock) {}

  // --- what the node is built of ---
  void add_module(Slot slot, bool is_public);
  void boot();   // what is stored runs again
  void crash();  // nothing runs any more

  // --- rights and messages: model_messages.cpp ---
  Verdict verdict(Slot from, Slot to);
  CapSet may_attach(Slot from, const CapSet& wanted) const;
  Token request(LifeId from, const RequestPlan& plan);
  /// Nothing when the run has nothing to answer.
  Token response(LifeId from, const ResponsePlan& plan);
  /// By a module: to a request it has received.
  Token module_response(Slot from, Token request);
  Token on_exit_request(Slot from, Slot to, const CapSet& attach);
  void take_from_inbox(Life& life, Token token);
  /// How many responses with the id of `request` went to its sender.
  std::size_t answers_in(const Message& request) const;
  void resolve(Life& life, Token token);

  // --- lives: model_life.cpp ---
  /// The script of a process begins; 0 when it must not.
  LifeId begin(Slot slot);
  void ended(LifeId life);
  void note_idle(std::uint64_t step);

  // --- what guests do about themselves; false: it cannot be stored, and who asked is told ---
  bool set_on_exit(Slot slot, const OnExitPlan& plan);
  bool add_caps(Slot slot, const CapSet& caps);
  bool drop_caps(Slot slot, const CapSet& caps);
  CapSet savable(LifeId life, const CapSet& wanted) const;
  enum class Spawned : std::uint8_t { kOk, kNameTaken, kNoFile };
  Spawned spawn_verdict(Slot parent, const SpawnPlan& plan) const;
  /// After kOk; `name` is the one that was given or drawn.
  void spawned(Slot parent, Slot name, const SpawnPlan& plan);

  // --- the kernel: model_kernel.cpp ---
  std::uint32_t add_command(Command command);
  /// The kernel has taken the oldest message out of its mailbox.
  void kernel_step();
  /// Whether the kernel may have answered `root` with this text.
  bool kernel_may_say(Token root, std::string_view body) const;
  const CapSet& on_exit_caps(const Message& m) const { return on_exit_caps_[m.command]; }

  ProcessModel& process(Slot slot) { return processes_[slot]; }
  const ProcessModel& process(Slot slot) const { return processes_[slot]; }
  using Stored = std::array<StoredModel, kSlots>;
  Stored& stored() { return stored_; }
  Life& life(LifeId id) { return lives_[id]; }
  Life* life_of(Slot slot) {
    const LifeId id = processes_[slot].life;
    return id == 0 ? nullptr : &lives_[id];
  }
  std::size_t lives() const { return lives_.size(); }
  Message& message(Token token) { return messages_[token]; }
  const Command& command(std::uint32_t index) const { return commands_[index]; }
  bool knows(Token token) const { return token != 0 && token < messages_.size(); }
  std::size_t kernel_inbox() { return lives_[processes_[kKernel].life].inbox.size(); }
  bool is_persisted(Slot slot) const;
  /// Whether a message of it may be waiting for room: then it gets no slice, even if what it waits
  /// for has come meanwhile.
  bool is_held_up(const Life& life) const {
    // A second for each, and time may pass while the timer's news wait for their turn.
    return now() - life.held_up <= life.may_wait * std::chrono::milliseconds(1250);
  }
  Instant now() const { return (*clock_)->now(); }

  /// What the world tells the model.
  std::size_t mailbox_count = limits::kMailboxCountMax;
  bool disk_is_full = false;
  std::uint64_t step = 0;
  std::uint64_t last_idle_step = 0;
  /// Whether anything of the process can get messages: asked only when a restart is due.
  std::function<bool(Slot)> runs_again;

 private:
  Token new_message();
  void deliver(Token token);
  void hold_up(Life& life);
  void note_shared(Life& life, Message& request);
  void send_on_exit(Slot slot, const OnExitPlan& plan);
  LifeId new_life(Slot slot, LifeState state);
  void see_restart(Slot slot);
  void restart(Slot slot, Instant started, Instant begun);
  void remove(Slot slot, bool revoke, bool& kept);
  void tell_askers(LifeId dead);
  /// An answer, or the news that there will be none, is on its way to whoever sent `request`.
  void outcome_under_way(Token request, bool answered);
  /// False when it cannot be: the name is taken, or there is no room for it and what is granted
  /// with it.
  bool may_initialize(Slot slot, const OnExitPlan& on_exit, const Grants& grants) const;
  void initialize(Slot slot, bool is_public, const OnExitPlan& on_exit, CapSet caps,
                  const Grants& grants);
  void persist(Slot slot);
  bool unstore(Slot slot, const CapSet& caps);
  void kernel_answers(Token command_message, std::string body);
  void do_initialize(const Message& message, const Command& command, Token token);
  void do_kill(const Message& message, const Command& command, Token token);

  const Names& names_;
  const Clock* const* clock_;
  std::array<ProcessModel, kSlots> processes_;
  Stored stored_;
  // Groups of requests whose answers came to a process, whichever run of it.
  std::array<std::vector<Token>, kSlots> ids_used_;
  std::deque<Life> lives_ = std::deque<Life>(1);  // references stay valid
  std::vector<Message> messages_{1};
  std::vector<Command> commands_{1};
  std::vector<std::pair<Token, std::string>> kernel_answers_;
  std::vector<CapSet> on_exit_caps_;
};

}  // namespace kinode::sim
