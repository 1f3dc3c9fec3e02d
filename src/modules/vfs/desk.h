// Takes orders, has them worked on in the right sequence, and answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "modules/vfs/drive_turns.h"
#include "modules/vfs/operation.h"
#include "modules/vfs/process_queue.h"
#include "port/port.h"
#include "rt/mutex.h"

namespace kinode::vfs {

/// One request on its way through the disk.
struct Task final : Job, DriveJob {
  msg::EnvelopeRef request;
  std::optional<Order> order;  // none: the list of packages
  std::unique_ptr<Operation> operation;
  std::size_t bytes = 0;
};
using TaskRef = std::shared_ptr<Task>;

/// Thread: any. Lifetime: shared with the work in the pool.
class Desk : public std::enable_shared_from_this<Desk> {
 public:
  /// `done` hears of each outcome, in order per lane, before its successor begins.
  using Done = std::function<void(const Task&, Outcome)>;

  /// Both outlive the desk.
  Desk(port::Port& port, const Tools& tools) : port_(port), tools_(tools) {}

  void on_done(Done done) { done_ = std::move(done); }

  /// Kept alive by the work in the pool: whoever owns the tools.
  void belongs_to(std::weak_ptr<void> owner) { owner_ = std::move(owner); }

  /// What an order can be answered at once, on this thread, without overtaking what waits before
  /// it; nothing if it has to be submitted.
  std::optional<Outcome> answer_now(const Order& order);

  /// False: this process, or all together, have too much waiting already.
  [[nodiscard]] bool submit(TaskRef task);

  /// Nothing new begins; what runs ends with its present step.
  void stop();

 private:
  struct Waiting {
    ProcessQueue queue;
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  using Ready = std::vector<TaskRef>;

  void collect(Waiting& waiting, Ready& ready) __attribute__((requires_capability(mutex_)));
  void start(const Ready& ready);
  void post(TaskRef task);
  void work(TaskRef task);
  TaskRef finish(const Task& task);
  std::optional<Outcome> step(const TaskRef& task);
  bool enter_drives(const TaskRef& task);
  void leave_drives(const TaskRef& task);
  bool is_pointless(const Task& task) const;

  port::Port& port_;
  const Tools& tools_;
  Done done_;
  std::weak_ptr<void> owner_;
  rt::Mutex mutex_;
  DriveTurns drives_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<msg::ProcessId, Waiting> waiting_ __attribute__((guarded_by(mutex_)));
  std::size_t bytes_ __attribute__((guarded_by(mutex_))) = 0;
  std::uint64_t next_key_ __attribute__((guarded_by(mutex_))) = 0;
  bool stopping_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace kinode::vfs
