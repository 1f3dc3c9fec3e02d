#include "modules/backup/instant.h"

#include <condition_variable>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "port/frozen_files.h"
#include "rt/mutex.h"

namespace kinode::backup {

namespace {

/// This thread is nobody else's.
void rest(Nanos time) {
  rt::Mutex mutex;
  std::condition_variable_any nobody;
  const rt::Lock lock(mutex);
  nobody.wait_for(mutex, time);
}

Result<FrozenHome> freeze_all(const std::vector<LivePart>& parts) {
  FrozenHome out;
  for (const auto& one : parts) {
    auto frozen = one.part->freeze();
    if (!frozen) return fail_in(one.name, std::move(frozen.error()));
    out.parts.push_back(std::move(*frozen));
  }
  return out;
}

}  // namespace

Result<FrozenHome> take_instant(store::WriteGate& gate, const std::vector<LivePart>& parts,
                                const Clock& clock, const std::atomic<bool>& stop) {
  for (const auto& one : parts) {
    if (auto ok = one.part->prepare_freeze(); !ok) return fail_in(one.name, std::move(ok.error()));
  }
  Nanos pause = limits::kBackupGatePause;
  for (std::size_t tries = 0; tries < limits::kBackupGateTriesMax; ++tries) {
    if (stop.load()) return fail(Code::kUnavailable, "the backup was stopped");
    const auto began = clock.now();
    if (gate.close(limits::kBackupGateTimeMax)) {
      auto out = freeze_all(parts);
      gate.open();
      if (out) out->paused = clock.now() - began;
      return out;
    }
    rest(pause);
    pause *= 2;
  }
  return fail(Code::kOverloaded,
              "somebody is always in the middle of a write that takes long (an archive that is "
              "unpacked, a database that is opened): try again later");
}

std::string KernelPart::place() const { return fmt::format("{}/{}", scratch_, number_); }

Status KernelPart::prepare_freeze() {
  ++number_;
  kv_.link_tables(place());
  return {};
}

Result<std::unique_ptr<port::FrozenPart>> KernelPart::freeze() {
  struct stat info{};
  if (::stat(directory_.c_str(), &info) != 0) {
    return fail(Code::kIo, fmt::format("{} cannot be looked at", directory_));
  }
  auto linked = kv_.link_files(place());
  if (!linked) return std::unexpected(std::move(linked.error()));
  std::vector<port::FrozenFile> files;
  files.push_back({port::entry_of(info, "kernel"), {}, {}});
  for (auto& one : *linked) {
    port::FrozenFile file;
    file.source = place() + "/" + one.name;
    if (one.text) {
      file.source.clear();
      file.text = std::move(*one.text);
      file.entry.mode = 0644;
    } else if (::stat(file.source.c_str(), &info) == 0) {
      info.st_size = static_cast<off_t>(one.size);
      file.entry = port::entry_of(info, {});
    }
    file.entry.path = "kernel/" + one.name;
    file.entry.size = one.size;
    files.push_back(std::move(file));
  }
  return std::make_unique<port::FrozenFiles>(std::move(files), place());
}

}  // namespace kinode::backup
