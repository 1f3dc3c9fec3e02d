#include "modules/terminal/print_queue.h"

#include "base/limits.h"

namespace kinode::terminal {

bool PrintQueue::append(ShownPrint print) {
  const bool was_empty = queue_.empty();
  bytes_ += print.content.size();
  queue_.push_back(std::move(print));
  while (queue_.size() > limits::kPrintQueueCountMax ||
         (bytes_ > limits::kPrintQueueBytesMax && queue_.size() > 1)) {
    bytes_ -= queue_.front().content.size();
    queue_.pop_front();
    ++dropped_;
  }
  return was_empty;
}

bool PrintQueue::push(const msg::ProcessId& source, ShownPrint print) {
  rt::Lock lock(mutex_);
  if (!table_.shows(print.level, source)) return false;
  return append(std::move(print));
}

bool PrintQueue::push_plain(std::string text, std::uint8_t level) {
  rt::Lock lock(mutex_);
  return append({0, level, std::move(text), true});
}

PrintQueue::Taken PrintQueue::take(std::size_t count_max, std::size_t bytes_max) {
  Taken out;
  rt::Lock lock(mutex_);
  out.dropped = std::exchange(dropped_, 0);
  std::size_t bytes = 0;
  while (!queue_.empty() && out.prints.size() < count_max && bytes < bytes_max) {
    bytes += queue_.front().content.size();
    out.prints.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  bytes_ -= bytes;
  return out;
}

bool PrintQueue::empty() const {
  rt::Lock lock(mutex_);
  return queue_.empty();
}

VerbosityTable PrintQueue::table() const {
  rt::Lock lock(mutex_);
  return table_;
}

std::uint8_t PrintQueue::cycle_verbosity() {
  rt::Lock lock(mutex_);
  return table_.cycle();
}

bool PrintQueue::set_process(const msg::ProcessId& process, ProcessVerbosity verbosity) {
  rt::Lock lock(mutex_);
  return table_.set(process, verbosity);
}

void PrintQueue::remove_process(const msg::ProcessId& process) {
  rt::Lock lock(mutex_);
  table_.remove(process);
}

}  // namespace kinode::terminal
