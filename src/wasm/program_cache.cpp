#include "wasm/program_cache.h"

#include "base/limits.h"
#include "wasm/content_hash.h"

namespace kinode::wasm {

Result<std::shared_ptr<const Program>> ProgramCache::compile(ByteView component) {
  const auto key = content_hash({component});
  std::promise<Compiled> promise;
  std::shared_future<Compiled> other;
  {
    rt::Lock lock(mutex_);
    auto& entry = entries_[key];
    if (auto program = entry.program.lock()) {
      keep(program);
      return program;
    }
    other = entry.in_flight;
    if (!other.valid()) entry.in_flight = promise.get_future().share();
  }
  if (other.valid()) return other.get();

  auto compiled = engine_->compile(component);
  {
    rt::Lock lock(mutex_);
    auto& entry = entries_[key];
    entry.in_flight = {};
    if (compiled) {
      entry.program = *compiled;
      keep(*compiled);
    }
    drop_unused();
  }
  promise.set_value(compiled);
  return compiled;
}

void ProgramCache::keep(const std::shared_ptr<const Program>& program) {
  if (!recent_.empty() && recent_.front() == program) return;
  std::erase(recent_, program);
  recent_.push_front(program);
  if (recent_.size() > limits::kProgramsKept) recent_.pop_back();
}

void ProgramCache::drop_unused() {
  std::erase_if(entries_, [](const auto& item) {
    return item.second.program.expired() && !item.second.in_flight.valid();
  });
}

}  // namespace kinode::wasm
