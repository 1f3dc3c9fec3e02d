#include "modules/backup/pack_survey.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <fmt/format.h>
#include <thread>

#include "base/limits.h"
#include "modules/backup/pack.h"

namespace kinode::backup {

void note_finding(VerifyReport& report, std::string sentence) {
  if (report.findings.size() < limits::kBackupFindingsMax) {
    report.findings.push_back(std::move(sentence));
  } else {
    report.more_findings = true;
  }
}

void PackSurvey::expect(PackContents pack) { expected_.insert_or_assign(pack.id, std::move(pack)); }

void PackSurvey::check_chunks(const PackContents& contents, ByteView bytes, Look& out) const {
  PackReader reader(repository_.keys(), contents.id);
  std::uint64_t offset = magic_of(ObjectKind::kPack).size();
  std::uint32_t ordinal = 0;
  std::size_t bad = 0;
  for (const PackedChunk& chunk : contents.chunks) {
    const bool there = offset + chunk.stored_size <= bytes.size();
    if (there && reader.open(chunk, ordinal, bytes.subspan(offset, chunk.stored_size))) {
      out.good.push_back(chunk.id);
    } else {
      ++bad;
    }
    offset += chunk.stored_size;
    ++ordinal;
  }
  out.chunks = contents.chunks.size();
  if (bad > 0) {
    out.findings.push_back(fmt::format("{}: {} of its {} chunks are damaged",
                                       name_of(ObjectKind::kPack, contents.id), bad, out.chunks));
  }
}

PackSurvey::Look PackSurvey::look(const Repository::Listed& pack) const {
  Look out;
  const std::string name = name_of(ObjectKind::kPack, pack.id);
  const auto bytes = repository_.target().get(name);
  if (!bytes) {
    out.findings.push_back(fmt::format("{}: {}", name, bytes.error().detail));
    return out;
  }
  out.bytes = bytes->size();
  const auto own = PackReader(repository_.keys(), pack.id).contents(*bytes);
  const auto expected = expected_.find(pack.id);
  if (!own) {
    out.findings.push_back(fmt::format("{}: {}", name, own.error().detail));
  } else if (expected != expected_.end() && expected->second != *own) {
    out.findings.push_back(name + ": it holds other chunks than the index says");
  }
  if (expected != expected_.end()) {
    check_chunks(expected->second, *bytes, out);
  } else if (own) {
    check_chunks(*own, *bytes, out);
  }
  return out;
}

void PackSurvey::take(const Look& look, VerifyReport& report) {
  ++report.packs;
  report.chunks += look.chunks;
  report.bytes += look.bytes;
  good_.insert(look.good.begin(), look.good.end());
  for (const std::string& finding : look.findings) note_finding(report, finding);
}

Status PackSurvey::run(VerifyReport& report) {
  auto packs = repository_.list(ObjectKind::kPack);
  if (!packs) return std::unexpected(std::move(packs.error()));
  rt::Mutex mutex;
  std::condition_variable_any changed;
  std::deque<Look> looks;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;
  const auto work = [&] {
    for (std::size_t i = next++; i < packs->size() && !stop; i = next++) {
      Look one = look((*packs)[i]);
      {
        const rt::Lock lock(mutex);
        looks.push_back(std::move(one));
      }
      changed.notify_one();
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.workers, 1); ++i) {
    threads.emplace_back(work);
  }
  for (std::size_t done = 0; done < packs->size() && !stop; ++done) {
    Look one;
    {
      const rt::Lock lock(mutex);
      while (looks.empty()) changed.wait(mutex);
      one = std::move(looks.front());
      looks.pop_front();
    }
    take(one, report);
    if (options_.progress) options_.progress({done + 1, packs->size()});
    if (options_.stop != nullptr && options_.stop->load()) stop = true;
  }
  threads.clear();
  if (stop) return fail(Code::kUnavailable, "the verification was stopped");
  const auto is_listed = [&](const ObjectId& id) {
    return std::ranges::binary_search(*packs, id, {}, &Repository::Listed::id);
  };
  for (const auto& [id, contents] : expected_) {
    if (is_listed(id)) continue;
    note_finding(report, fmt::format("{} is missing, with {} chunks",
                                     name_of(ObjectKind::kPack, id), contents.chunks.size()));
  }
  return {};
}

}  // namespace kinode::backup
