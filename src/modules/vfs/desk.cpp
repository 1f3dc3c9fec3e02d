#include "modules/vfs/desk.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "port/work_meter.h"

namespace kinode::vfs {

namespace {

/// Then others get the thread.
constexpr std::size_t kTasksInARow = 32;

}  // namespace

std::optional<Outcome> Desk::answer_now(const Order& order) {
  {
    rt::Lock lock(mutex_);
    if (stopping_ || waiting_.contains(order.process)) return std::nullopt;
    if (drives_.is_held(std::string(order.path.drive_below_root()))) return std::nullopt;
  }
  // Requests of a process come one at a time, so none of its own begins meanwhile.
  return operate_now(tools_, order);
}

bool Desk::submit(TaskRef task) {
  Ready ready;
  {
    rt::Lock lock(mutex_);
    if (stopping_) return true;  // nobody is there to be told
    const msg::ProcessId& process = task->request->source->process;
    const auto at = waiting_.find(process);
    if (at != waiting_.end()) {
      const Waiting& waiting = at->second;
      if (waiting.count >= limits::kVfsWaitingPerProcessMax) return false;
      // One that is larger than all that is allowed still passes when nothing else waits.
      if (waiting.bytes + task->bytes > limits::kVfsWaitingBytesPerProcessMax) return false;
    }
    if (bytes_ > 0 && bytes_ + task->bytes > limits::kVfsWaitingBytesMax) return false;
    Waiting& waiting =
        waiting_.try_emplace(process, Waiting{ProcessQueue(limits::kVfsRunningPerProcessMax), 0, 0})
            .first->second;
    ++waiting.count;
    waiting.bytes += task->bytes;
    bytes_ += task->bytes;
    waiting.queue.add(std::move(task));
    collect(waiting, ready);
  }
  start(ready);
  return true;
}

void Desk::collect(Waiting& waiting, Ready& ready) {
  while (JobRef job = waiting.queue.next()) {
    ready.push_back(std::static_pointer_cast<Task>(std::move(job)));
  }
}

void Desk::start(const Ready& ready) {
  for (const auto& task : ready) post(task);
}

void Desk::post(TaskRef task) {
  std::string key;
  {
    rt::Lock lock(mutex_);
    if (stopping_) return;
    key = fmt::format("vfs {}", ++next_key_);  // the order is made here, not in the pool
  }
  port_.executor().blocking().submit(key, [owner = owner_.lock(), self = shared_from_this(),
                                           task = std::move(task)] { self->work(task); });
}

/// Nobody waits for it any more, and it changes nothing.
bool Desk::is_pointless(const Task& task) const {
  return task.order && task.order->action.kind == Kind::kHash &&
         !port_.is_alive(task.request->source->process);
}

void Desk::work(TaskRef task) {
  port::WorkMeter meter(port_, port_.executor().blocking());
  meter.share(task->request->source);  // as all that finish() gives
  // Small work that waits behind this is done at once: the way through the pool costs more.
  for (std::size_t n = 0; task && n < kTasksInARow; ++n) {
    if (task->order && !task->operation) task->operation = make_operation(tools_, *task->order);
    if (!enter_drives(task)) return;  // who leaves them posts it again
    auto outcome = step(task);
    leave_drives(task);
    if (!outcome && !is_pointless(*task)) break;
    task->operation.reset();
    if (outcome) done_(*task, std::move(*outcome));
    task = finish(*task);
  }
  if (task) post(std::move(task));
}

std::optional<Outcome> Desk::step(const TaskRef& task) {
  return task->order ? task->operation->step() : list_packages(tools_);
}

bool Desk::enter_drives(const TaskRef& task) {
  rt::Lock lock(mutex_);
  return drives_.start(task, task->operation && task->operation->is_next_step_alone());
}

void Desk::leave_drives(const TaskRef& task) {
  std::vector<DriveJobRef> free;
  {
    rt::Lock lock(mutex_);
    free = drives_.finished(task);
  }
  for (auto& job : free) post(std::static_pointer_cast<Task>(std::move(job)));
}

/// What this thread can go on with; the rest is posted.
TaskRef Desk::finish(const Task& task) {
  Ready ready;
  {
    rt::Lock lock(mutex_);
    const auto at = waiting_.find(task.request->source->process);
    Waiting& waiting = at->second;
    waiting.queue.finished(task);
    --waiting.count;
    waiting.bytes -= task.bytes;
    bytes_ -= task.bytes;
    collect(waiting, ready);
    if (waiting.queue.empty()) waiting_.erase(at);
    if (stopping_) return nullptr;
  }
  if (ready.empty()) return nullptr;
  for (std::size_t i = 1; i < ready.size(); ++i) post(std::move(ready[i]));
  return std::move(ready.front());
}

void Desk::stop() {
  rt::Lock lock(mutex_);
  stopping_ = true;
}

}  // namespace kinode::vfs
