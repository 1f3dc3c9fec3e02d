// The vfs beside the bare system calls that do the same. Rates with `vs_raw` are measured in turns
// with their floor, so that both see the same machine.
#include <../tests/support/scratch.h>
#include <benchmark/benchmark.h>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <semaphore>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "modules/vfs/vfs_module.h"
#include "rt/thread_executor.h"

namespace kinode::vfs {
namespace {

/// A node of one module: counts the answers.
class BenchPort final : public port::Port {
 public:
  BenchPort() : executor_(clock_, one_worker()) { executor_.start(); }
  ~BenchPort() override { executor_.stop(); }

  const std::string& our_node() const override { return our_node_; }
  port::Routed send(msg::EnvelopeRef envelope) override {
    if (const auto* response = envelope->response()) {
      if (response->body.text().starts_with("{\"Err\"")) failed_ = true;
      answers_.release();
    }
    return port::Routed::kDelivered;
  }
  bool is_alive(const msg::ProcessId&) const override { return true; }
  bool has_capability(const msg::ProcessId&, const msg::Capability&) const override { return true; }
  Status grant(const msg::ProcessId&, const msg::Capability&) override { return {}; }
  void print(std::uint8_t, const msg::ProcessId&, std::string) override {}
  rt::Executor& executor() override { return executor_; }
  Random& random() override { return random_; }
  Log& log() override { return log_; }

  void wait() { answers_.acquire(); }
  bool failed() const { return failed_; }

 private:
  static rt::ThreadExecutorOptions one_worker() {
    rt::ThreadExecutorOptions options;
    options.workers = 1;
    return options;
  }

  const std::string our_node_ = "a.os";
  OsClock clock_;
  OsRandom random_;
  NullLog log_;
  rt::ThreadExecutor executor_;
  std::counting_semaphore<> answers_{0};
  std::atomic<bool> failed_ = false;
};

double now_of(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
double wall() { return now_of(CLOCK_MONOTONIC); }
double cpu() { return now_of(CLOCK_PROCESS_CPUTIME_ID); }

class Rig {
 public:
  Rig() {
    if (!vfs_.start(port_)) std::abort();
    ask("/p:n.os/d", "\"CreateDrive\"");
  }
  ~Rig() { vfs_.stop(); }

  msg::EnvelopeRef request(std::string_view path, std::string_view action, Bytes blob = {}) {
    auto out = std::make_shared<msg::Envelope>();
    out->id = 7;
    out->source = source_;
    out->target = target_;
    msg::Request request;
    request.expects_response = 5;
    request.body = Bytes::copy(fmt::format(R"({{"path":"{}","action":{}}})", path, action));
    out->message = std::move(request);
    if (!blob.empty()) {
      auto carried = std::make_shared<msg::Blob>();
      carried->bytes = std::move(blob);
      out->blob = std::move(carried);
    }
    return out;
  }
  void ask(const msg::EnvelopeRef& request) {
    vfs_.handle(request);
    port_.wait();
  }
  void ask(std::string_view path, std::string_view action, Bytes blob = {}) {
    ask(request(path, action, std::move(blob)));
  }
  /// All sent before the first answer is awaited.
  void ask_all(const msg::EnvelopeRef& request, int times) {
    for (int i = 0; i < times; ++i) vfs_.handle(request);
    for (int i = 0; i < times; ++i) port_.wait();
  }
  std::string disk(std::string_view name) const {
    return scratch_ / ("vfs/p:n.os/d/" + std::string(name));
  }
  bool failed() const { return port_.failed(); }

 private:
  support::Scratch scratch_;
  BenchPort port_;
  VfsModule vfs_{scratch_ / "vfs"};
  const msg::AddressRef source_ = msg::share(msg::Address::parse("a.os@m:p:n.os").value());
  const msg::AddressRef target_ = msg::share(msg::Address::parse("a.os@vfs:distro:sys").value());
};

/// Runs both in turns, each at least `each` times; processor time where the machine may be busy
/// with something else. The counter `vs_raw` is the quotient of their times by `clock`.
template <class Ours, class Raw>
void compare(benchmark::State& state, const Rig& rig, double (*clock)(), Ours ours, Raw raw,
             int each = 1) {
  double ours_s = 0;
  double raw_s = 0;
  for (auto _ : state) {
    double start = clock();
    for (int i = 0; i < each; ++i) raw();
    raw_s += clock() - start;
    start = clock();
    for (int i = 0; i < each; ++i) ours();
    const double took = clock() - start;
    ours_s += took;
    state.SetIterationTime(took);
  }
  const double count = static_cast<double>(state.iterations()) * each;
  state.counters["vs_raw"] = ours_s / raw_s;
  state.counters["raw_us"] = raw_s / count * 1e6;
  state.counters["us"] = ours_s / count * 1e6;
  if (rig.failed()) state.SkipWithError("the vfs answered with an error");
}

constexpr std::size_t kMb = 1u << 20;

void vfs_read_1mb(benchmark::State& state) {
  Rig rig;
  rig.ask("/p:n.os/d/a", "\"Write\"", Bytes::copy(std::string(kMb, 'x')));
  const auto request = rig.request("/p:n.os/d/a", "\"Read\"");
  std::vector<char> buffer(kMb);
  const std::string path = rig.disk("a");
  compare(
      state, rig, cpu, [&] { rig.ask(request); },
      [&] {
        const Fd fd(::open(path.c_str(), O_RDONLY));
        benchmark::DoNotOptimize(::pread(fd.get(), buffer.data(), kMb, 0));
      });
}

void vfs_write_1mb(benchmark::State& state) {
  Rig rig;
  const std::string content(kMb, 'x');
  rig.ask("/p:n.os/d/a", "\"CreateFile\"");
  const auto request =
      rig.request("/p:n.os/d/a", R"({"WriteAt":{"offset":0}})", Bytes::copy(content));
  const Fd fd(::open(rig.disk("raw").c_str(), O_RDWR | O_CREAT, 0644));
  compare(
      state, rig, cpu, [&] { rig.ask(request); },
      [&] { benchmark::DoNotOptimize(::pwrite(fd.get(), content.data(), kMb, 0)); });
}

/// Write replaces a file as a whole; the floor does the same as programs do it by hand.
void vfs_replace_1mb(benchmark::State& state) {
  Rig rig;
  const std::string content(kMb, 'x');
  const auto request = rig.request("/p:n.os/d/a", "\"Write\"", Bytes::copy(content));
  const std::string path = rig.disk("raw");
  const std::string fresh = path + ".new";
  compare(
      state, rig, cpu, [&] { rig.ask(request); },
      [&] {
        const Fd fd(::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644));
        benchmark::DoNotOptimize(::pwrite(fd.get(), content.data(), kMb, 0));
        ::rename(fresh.c_str(), path.c_str());
      });
}

/// Many at once, as programs that do not wait for each answer send them.
void vfs_write_4kb(benchmark::State& state) {
  Rig rig;
  const std::string content(4096, 'x');
  rig.ask("/p:n.os/d/a", "\"CreateFile\"");
  const auto request =
      rig.request("/p:n.os/d/a", R"({"WriteAt":{"offset":0}})", Bytes::copy(content));
  const Fd fd(::open(rig.disk("raw").c_str(), O_RDWR | O_CREAT, 0644));
  constexpr int kTimes = 500;
  compare(
      state, rig, cpu, [&] { rig.ask_all(request, kTimes); },
      [&] {
        for (int i = 0; i < kTimes; ++i) {
          benchmark::DoNotOptimize(::pwrite(fd.get(), content.data(), content.size(), 0));
        }
      });
}

/// CPU of the whole process beside that of an open and a stat by path.
void vfs_metadata_cpu(benchmark::State& state) {
  Rig rig;
  rig.ask("/p:n.os/d/a", "\"Write\"", Bytes::copy("x"));
  const auto request = rig.request("/p:n.os/d/a", "\"Metadata\"");
  const std::string path = rig.disk("a");
  compare(
      state, rig, cpu, [&] { rig.ask(request); },
      [&] {
        struct stat info{};
        const Fd fd(::open(path.c_str(), O_PATH));
        benchmark::DoNotOptimize(::fstat(fd.get(), &info));
      },
      1000);
}

void vfs_readdir_10k(benchmark::State& state) {
  Rig rig;
  for (int i = 0; i < 10'000; ++i) {
    const Fd fd(::open(rig.disk(fmt::format("file-{}", i)).c_str(), O_CREAT | O_WRONLY, 0644));
  }
  const auto request = rig.request("/p:n.os/d", "\"ReadDir\"");
  for (auto _ : state) {
    const double start = wall();
    rig.ask(request);
    state.SetIterationTime(wall() - start);
  }
}

void vfs_hash_256mb(benchmark::State& state) {
  Rig rig;
  constexpr std::size_t kSize = 256 * kMb;
  rig.ask("/p:n.os/d/a", "\"Write\"", Bytes::copy(std::string(kSize, 'x')));
  const auto request = rig.request("/p:n.os/d/a", "\"Hash\"");
  const std::string path = rig.disk("a");
  std::vector<unsigned char> chunk(256u << 10);
  compare(
      state, rig, cpu, [&] { rig.ask(request); },
      [&] {
        const Fd fd(::open(path.c_str(), O_RDONLY));
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
        for (ssize_t got = 0; (got = ::read(fd.get(), chunk.data(), chunk.size())) > 0;) {
          EVP_DigestUpdate(context, chunk.data(), static_cast<std::size_t>(got));
        }
        unsigned char out[32];
        EVP_DigestFinal_ex(context, out, nullptr);
        EVP_MD_CTX_free(context);
      });
}

BENCHMARK(vfs_read_1mb)->UseManualTime();
BENCHMARK(vfs_write_1mb)->UseManualTime();
BENCHMARK(vfs_replace_1mb)->UseManualTime();
BENCHMARK(vfs_write_4kb)->UseManualTime();
BENCHMARK(vfs_metadata_cpu)->UseManualTime();
BENCHMARK(vfs_readdir_10k)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(vfs_hash_256mb)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace kinode::vfs
