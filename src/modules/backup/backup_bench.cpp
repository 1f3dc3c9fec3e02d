// A whole backup from the page cache to a directory on disk, and what it is made of.
// KINODE_BENCH_MB: how much data; the bar is measured with 1024.
#include <../tests/support/scratch.h>
#include <benchmark/benchmark.h>
#include <charconv>
#include <malloc.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "base/splitmix.h"
#include "modules/backup/backup_writer.h"
#include "modules/backup/chunker.h"
#include "modules/backup/directory_part.h"
#include "modules/backup/directory_target.h"
#include "modules/backup/pack.h"
#include "modules/backup/restore.h"

namespace kinode::backup {
namespace {

constexpr std::size_t kMb = 1u << 20;

std::size_t data_mb() {
  std::size_t out = 32;
  if (const char* text = std::getenv("KINODE_BENCH_MB")) {
    std::from_chars(text, text + std::string_view(text).size(), out);
  }
  return out;
}

/// Half of it as dense as pictures, half like rows of a database: a compressor takes that to a
/// third.
std::string mixed(std::size_t size, std::uint64_t seed) {
  std::string out(size, '\0');
  std::uint64_t state = seed * 7919 + 1;
  const bool dense = seed % 2 == 0;
  for (std::size_t i = 0; i < size; i += 8) {
    std::uint64_t word = splitmix64(state);
    if (!dense) word &= 0x0707'0000'1f00'3f07u;
    std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, size - i));
  }
  return out;
}

/// A fifth of the bytes in files of 20 KB, a fifth in files of 200 KB, the rest in files of 16 MB.
void fill_home(const support::Scratch& home, std::size_t mb) {
  std::uint64_t seed = 0;
  const auto files = [&](std::size_t bytes, std::size_t each) {
    const std::string folder = "vfs" + std::to_string(each);
    std::filesystem::create_directory(home / folder);
    for (std::size_t done = 0; done < bytes; done += each) {
      home.write(folder + "/" + std::to_string(seed), mixed(each, seed));
      ++seed;
    }
  };
  files(mb * kMb / 5, 20'000);
  files(mb * kMb / 5, 200'000);
  files(mb * kMb * 3 / 5, 16 * kMb);
}

/// Of all threads, which says more than a clock where others work, too.
double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void backup_mbps(benchmark::State& state) {
  ::mallopt(M_MMAP_THRESHOLD, 64 << 20);  // as the program does
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  const support::Scratch home;
  fill_home(home, data_mb());
  const OsClock clock;
  OsRandom random;
  for (auto _ : state) {
    const support::Scratch into;
    DirectoryTarget target(into / "backups");
    auto secret = Secret::passphrase("bench");
    auto repository = Repository::create(target, *secret, random, {8, 1, 1});
    auto part = DirectoryPart::open(home.path());
    if (!repository || !part) return state.SkipWithError("cannot begin");
    port::FrozenPart* parts[] = {part->get()};
    BackupOptions options;
    options.clock = &clock;
    options.random = &random;
    options.gentle = false;
    const double cpu = cpu_seconds();
    const auto report = write_backup(**repository, parts, options);
    const double cpu_took = cpu_seconds() - cpu;
    if (!report) return state.SkipWithError(report.error().detail.c_str());
    const double took = std::chrono::duration<double>(report->took).count();
    state.counters["MBps"] = static_cast<double>(report->snapshot.bytes) / 1e6 / took;
    state.counters["MB_per_cpu_s"] = static_cast<double>(report->snapshot.bytes) / 1e6 / cpu_took;
    state.counters["stored"] =
        static_cast<double>(report->bytes_stored) / static_cast<double>(report->snapshot.bytes);
    const support::Scratch out;
    RestoreOptions how;
    how.clock = &clock;
    const auto restored = restore(**repository, report->snapshot, out / "home", how);
    if (!restored) return state.SkipWithError(restored.error().detail.c_str());
    state.counters["restore_MBps"] = static_cast<double>(restored->bytes) / 1e6 /
                                     std::chrono::duration<double>(restored->took).count();
  }
}
BENCHMARK(backup_mbps)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

/// A piece of average size, dense or not.
ByteVector piece(bool dense) {
  const std::string text = mixed(limits::kBackupChunkBytesAverage, dense ? 2 : 3);
  return {text.begin(), text.end()};
}

const Keys& keys() {
  static const Keys kKeys(crypto::SecretBytes(32));
  return kKeys;
}

void part_cut(benchmark::State& state) {
  const std::string text = mixed(8 * kMb, 2);
  const Chunker chunker(keys().gear());
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (ByteView rest = as_bytes(text); !rest.empty();) {
      const std::size_t size = chunker.cut(rest);
      rest = rest.subspan(size);
      bytes += static_cast<std::int64_t>(size);
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(part_cut);

void part_hash(benchmark::State& state) {
  const ByteVector plain = piece(true);
  for (auto _ : state) benchmark::DoNotOptimize(keys().chunk_id(plain));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(plain.size()));
}
BENCHMARK(part_hash);

void part_compress(benchmark::State& state) {
  const ByteVector plain = piece(state.range(0) != 0);
  ByteVector room;
  for (auto _ : state) benchmark::DoNotOptimize(compress(plain, room));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(plain.size()));
}
BENCHMARK(part_compress)->ArgName("dense")->Arg(0)->Arg(1);

void part_seal(benchmark::State& state) {
  const ByteVector plain = piece(true);
  auto key = keys().object_key(ObjectKind::kPack, {});
  ByteVector out;
  for (auto _ : state) {
    out.clear();
    if (!key.seal(piece_nonce(0), {}, plain, out)) return state.SkipWithError("cannot seal");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(plain.size()));
}
BENCHMARK(part_seal);

/// What reading back costs beside the disk.
void part_check(benchmark::State& state) {
  const ByteVector plain = piece(state.range(0) != 0);
  ByteVector room;
  PackedChunk chunk;
  chunk.id = keys().chunk_id(plain);
  chunk.plain_size = static_cast<std::uint32_t>(plain.size());
  const ByteView small = compress(plain, room);
  chunk.encoding = small.empty() ? Encoding::kPlain : Encoding::kZstd;
  PackBuilder builder(keys(), {});
  if (!builder.add(chunk, small.empty() ? ByteView(plain) : small)) {
    return state.SkipWithError("cannot seal");
  }
  const PackedChunk& stored = builder.contents().chunks.front();
  PackReader reader(keys(), {});
  for (auto _ : state) {
    const ByteView sealed = builder.view().subspan(8, stored.stored_size);
    if (!reader.check(stored, 0, sealed)) return state.SkipWithError("cannot open");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(plain.size()));
}
BENCHMARK(part_check)->ArgName("dense")->Arg(0)->Arg(1);

}  // namespace
}  // namespace kinode::backup
