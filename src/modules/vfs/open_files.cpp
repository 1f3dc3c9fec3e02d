#include "modules/vfs/open_files.h"

#include <algorithm>

#include "base/limits.h"

namespace kinode::vfs {

// Every function lets go of the lock before what it dropped is closed.

std::size_t OpenFiles::limits_first() { return limits::kVfsFirstFdsMax; }

OpenFiles::Entry* OpenFiles::entry_of(const msg::ProcessId& process, const VfsPath& path,
                                      bool make) {
  auto of_process = open_.find(process);
  if (of_process == open_.end()) {
    if (!make) return nullptr;
    of_process = open_.try_emplace(process).first;
  }
  Files& files = of_process->second;
  auto it = files.find(path.below_root());
  if (it == files.end()) {
    if (!make || files.size() >= limits::kVfsOpenPerProcessMax) return nullptr;
    it = files.try_emplace(path.below_root()).first;
    it->second.process = &of_process->first;
    it->second.path = &it->first;
  }
  return &it->second;
}

void OpenFiles::drop_handle(Entry& entry, Closing& closing) {
  if (!entry.handle) return;
  closing.push_back(std::move(entry.handle));
  entry.handle = nullptr;
  order_.erase(entry.place);
}

void OpenFiles::erase(const msg::ProcessId& process, const std::string& path, Closing& closing) {
  const auto of_process = open_.find(process);
  if (of_process == open_.end()) return;
  const auto it = of_process->second.find(path);
  if (it == of_process->second.end()) return;
  drop_handle(it->second, closing);
  of_process->second.erase(it);
  if (of_process->second.empty()) open_.erase(of_process);
}

bool OpenFiles::shrink(Closing& closing) {
  bool any = false;
  while (order_.size() > std::max<std::size_t>(limit_, 1)) {
    Entry& oldest = *order_.front();
    drop_handle(oldest, closing);
    any = true;
    // At the start is where it would begin again anyway.
    if (oldest.cursor == 0) {
      const msg::ProcessId process = *oldest.process;
      const std::string path = *oldest.path;
      erase(process, path, closing);
    }
  }
  return any;
}

RunRef OpenFiles::run_of(const msg::ProcessId& process) {
  rt::Lock lock(mutex_);
  RunRef& run = runs_[process];
  if (!run) run = std::make_shared<Run>();
  return run;
}

OpenFiles::Found OpenFiles::find(const msg::ProcessId& process, const VfsPath& path) {
  rt::Lock lock(mutex_);
  Found out{nullptr, 0, epoch_};
  Entry* entry = entry_of(process, path, false);
  if (entry == nullptr) return out;
  out.cursor = entry->cursor;
  out.handle = entry->handle;
  if (out.handle) order_.splice(order_.end(), order_, entry->place);
  return out;
}

OpenFiles::Put OpenFiles::put(const msg::ProcessId& process, const RunRef& run, const VfsPath& path,
                              HandleRef handle, std::uint64_t cursor, std::uint64_t epoch) {
  Closing closing;
  Put out;
  rt::Lock lock(mutex_);
  if (run->has_ended) return {.kept = true};
  Entry* entry = entry_of(process, path, true);
  if (entry == nullptr) return out;
  out.kept = true;
  entry->cursor = cursor;
  drop_handle(*entry, closing);
  if (epoch != epoch_) return out;
  entry->handle = std::move(handle);
  entry->place = order_.insert(order_.end(), entry);
  out.hit_limit = shrink(closing);
  return out;
}

bool OpenFiles::set_cursor(const msg::ProcessId& process, const RunRef& run, const VfsPath& path,
                           std::uint64_t cursor) {
  rt::Lock lock(mutex_);
  if (run->has_ended) return true;
  Entry* entry = entry_of(process, path, cursor != 0);
  if (entry != nullptr) entry->cursor = cursor;
  return entry != nullptr || cursor == 0;
}

void OpenFiles::close(const msg::ProcessId& process, const VfsPath& path) {
  Closing closing;
  rt::Lock lock(mutex_);
  erase(process, path.below_root(), closing);
}

void OpenFiles::forget(const msg::ProcessId& process) {
  Closing closing;
  rt::Lock lock(mutex_);
  if (const auto run = runs_.find(process); run != runs_.end()) {
    run->second->has_ended = true;
    runs_.erase(run);
  }
  const auto it = open_.find(process);
  if (it == open_.end()) return;
  for (auto& [path, entry] : it->second) drop_handle(entry, closing);
  open_.erase(it);
}

void OpenFiles::forget_below(const VfsPath& path) {
  Closing closing;
  rt::Lock lock(mutex_);
  ++epoch_;
  const std::string& directory = path.below_root();
  for (auto of_process = open_.begin(); of_process != open_.end();) {
    Files& files = of_process->second;
    for (auto it = files.lower_bound(directory);
         it != files.end() && it->first.starts_with(directory);) {
      if (!is_at_or_below(it->first, directory)) {
        ++it;
        continue;
      }
      drop_handle(it->second, closing);
      it = files.erase(it);
    }
    of_process = files.empty() ? open_.erase(of_process) : std::next(of_process);
  }
}

void OpenFiles::reopen_below(const VfsPath& path) {
  Closing closing;
  rt::Lock lock(mutex_);
  ++epoch_;
  const std::string& directory = path.below_root();
  for (auto& [process, files] : open_) {
    for (auto it = files.lower_bound(directory);
         it != files.end() && it->first.starts_with(directory); ++it) {
      if (is_at_or_below(it->first, directory)) drop_handle(it->second, closing);
    }
  }
}

void OpenFiles::set_limit(std::size_t descriptors) {
  Closing closing;
  rt::Lock lock(mutex_);
  limit_ = descriptors;
  shrink(closing);
}

std::size_t OpenFiles::descriptors() const {
  rt::Lock lock(mutex_);
  return order_.size();
}

std::size_t OpenFiles::files() const {
  rt::Lock lock(mutex_);
  std::size_t count = 0;
  for (const auto& [process, files] : open_) count += files.size();
  return count;
}

}  // namespace kinode::vfs
