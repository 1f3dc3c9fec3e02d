#include "wasm/wasmtime_engine.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <malloc.h>
#include <string>
#include <thread>
#include <utility>

#include "wasm/component_check.h"
#include "wasm/content_hash.h"
#include "wasm/image_cache.h"
#include "wasm/shim_abi.h"
#include "wasm/shim_host.h"

namespace kinode::wasm {
namespace {

struct ShimDelete {
  void operator()(ShimEngine* engine) const { kinode_shim_engine_delete(engine); }
  void operator()(ShimProgram* program) const { kinode_shim_program_delete(program); }
  void operator()(ShimInstance* instance) const { kinode_shim_instance_delete(instance); }
};
template <class T>
using ShimOwned = std::unique_ptr<T, ShimDelete>;

/// The compilation of an interpreter leaves 300 MB in the allocator; that of most guests next to
/// none, and then trimming would hold up other threads for nothing.
constexpr std::size_t kTrimAboveBytes = 1 << 20;

/// The shim holds one reference for as long as anything may still wake the instance.
ShimWaker shim_waker(std::shared_ptr<Waker> waker) {
  using Held = std::shared_ptr<Waker>;
  return {.context = new Held(std::move(waker)),
          .wake =
              [](void* held) {
                if (auto& w = *static_cast<Held*>(held)) w->wake();
              },
          .drop = [](void* held) { delete static_cast<Held*>(held); }};
}

#if __has_feature(thread_sanitizer)
/// A guest's stack is mapped by the uninstrumented shim: when its addresses come back for another
/// guest, the sanitizer has to be told that the first one is gone.
class StackOwner {
 public:
  void taken() {
    if (!std::exchange(taken_, true)) returned_count().load(std::memory_order_acquire);
  }
  void returned() { returned_count().fetch_add(1, std::memory_order_release); }

 private:
  static std::atomic<int>& returned_count() {
    static std::atomic<int> count{0};
    return count;
  }
  bool taken_ = false;
};
#else
struct StackOwner {
  void taken() {}
  void returned() {}
};
#endif

class WasmtimeInstance final : public Instance {
 public:
  explicit WasmtimeInstance(ShimOwned<ShimInstance> shim) : shim_(std::move(shim)) {}
  WasmtimeInstance(const WasmtimeInstance&) = delete;
  WasmtimeInstance& operator=(const WasmtimeInstance&) = delete;
  ~WasmtimeInstance() override {
    shim_.reset();
    stack_.returned();
  }

  Polled poll() override {
    stack_.taken();
    const auto polled = static_cast<Polled>(kinode_shim_instance_poll(shim_.get()));
    if (polled != Polled::kPending) stack_.returned();
    return polled;
  }

  std::string failure() const override {
    std::string text;
    const auto sink = ShimSink::to(text);
    kinode_shim_instance_failure(shim_.get(), &sink);
    return text;
  }

  std::string stderr_tail() const override {
    std::string text;
    const auto sink = ShimSink::to(text);
    kinode_shim_instance_stderr(shim_.get(), &sink);
    return text;
  }

  std::size_t memory_bytes() const override {
    return kinode_shim_instance_memory_bytes(shim_.get());
  }

 private:
  ShimOwned<ShimInstance> shim_;
  [[no_unique_address]] StackOwner stack_;
};

class WasmtimeProgram final : public Program {
 public:
  WasmtimeProgram(ShimOwned<ShimProgram> shim, World world)
      : shim_(std::move(shim)), world_(world) {}

  World world() const override { return world_; }

  Result<std::unique_ptr<Instance>> instantiate(InstanceSetup setup) const override {
    const ShimSetup shim_setup{
        .our = GuestBytes::of(setup.our),
        .memory_bytes_max = setup.limits.memory_bytes_max,
        .table_elements_max = setup.limits.table_elements_max,
        .temp_dir = setup.temp_dir ? GuestBytes::of(*setup.temp_dir) : GuestBytes(),
        .host = &shim_host_table(),
        .host_context = setup.host,
        .waker = shim_waker(std::move(setup.waker)),
    };
    std::string reason;
    const auto error = ShimSink::to(reason);
    ShimOwned<ShimInstance> instance(kinode_shim_instance_new(shim_.get(), &shim_setup, &error));
    if (!instance) return fail(Code::kIo, "the process cannot start: " + reason);
    return std::make_unique<WasmtimeInstance>(std::move(instance));
  }

 private:
  ShimOwned<ShimProgram> shim_;
  const World world_;
};

class WasmtimeEngine final : public Engine {
 public:
  WasmtimeEngine(ShimOwned<ShimEngine> shim, std::optional<ImageCache> cache, Log* log)
      : shim_(std::move(shim)), cache_(std::move(cache)), log_(log) {
    const auto sink = ShimSink::to(fingerprint_);
    kinode_shim_engine_fingerprint(shim_.get(), &sink);
  }

  Result<std::shared_ptr<const Program>> compile(ByteView component) override {
    const auto world = check_component(component);
    if (!world) return std::unexpected(world.error());
    const auto key = cache_ ? content_hash({component, as_bytes(fingerprint_)}) : std::string();
    auto program = load(key, *world);
    if (!program) {
      auto compiled = compile_anew(component, *world, key);
      if (!compiled) return std::unexpected(compiled.error());
      program = std::move(*compiled);
    }
    return std::make_shared<const WasmtimeProgram>(std::move(program), *world);
  }

  void tick() noexcept override { kinode_shim_engine_tick(shim_.get()); }

 private:
  Result<ShimOwned<ShimProgram>> compile_anew(ByteView component, World world,
                                              const std::string& key) const {
    std::string reason;
    const auto error = ShimSink::to(reason);
    ShimOwned<ShimProgram> program(kinode_shim_compile(shim_.get(), GuestBytes::of(component),
                                                       static_cast<std::uint32_t>(world), &error));
    if (!program) {
      return fail(Code::kInvalid, "the component does not fit this node: " + reason);
    }
    keep(key, *program);
    // From the file its code is shared with the page cache, and read only where it runs.
    if (auto kept = load(key, world)) program = std::move(kept);
    if (component.size() > kTrimAboveBytes) ::malloc_trim(0);
    return program;
  }

  /// Null when it has to be compiled.
  ShimOwned<ShimProgram> load(const std::string& key, World world) const {
    if (!cache_) return nullptr;
    const auto image = cache_->find(key);
    if (!image) return nullptr;
    std::string reason;
    const auto error = ShimSink::to(reason);
    return ShimOwned<ShimProgram>(kinode_shim_load(shim_.get(), GuestBytes::of(image->native()),
                                                   static_cast<std::uint32_t>(world), &error));
  }

  void keep(const std::string& key, const ShimProgram& program) const {
    if (!cache_) return;
    std::string image, reason;
    const auto out = ShimSink::to(image);
    const auto error = ShimSink::to(reason);
    if (kinode_shim_serialize(&program, &out, &error)) {
      const auto put = cache_->put(key, as_bytes(image));
      if (put) return;
      reason = put.error().detail;
    }
    if (log_) Tagged(*log_, "wasm").warn("a compiled program is not kept: {}", reason);
  }

  ShimOwned<ShimEngine> shim_;
  std::string fingerprint_;
  std::optional<ImageCache> cache_;
  Log* log_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_wasmtime_engine(const WasmtimeConfig& config) {
  std::optional<ImageCache> cache;
  if (config.cache_dir) {
    auto opened = ImageCache::open(*config.cache_dir, config.cache_bytes_max);
    if (!opened) return std::unexpected(opened.error());
    cache = std::move(*opened);
  }
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const ShimConfig shim_config{
      .pool_size = config.pool_size,
      .compile_threads = config.compile_threads == 0 ? cores : config.compile_threads,
      .stack_bytes = limits::kGuestStackBytes,
      .stderr_bytes = limits::kStderrRingBytes,
      .typed_border = config.typed_border,
      .backtrace_lines = config.backtrace_lines,
  };
  std::string reason;
  const auto error = ShimSink::to(reason);
  ShimOwned<ShimEngine> shim(kinode_shim_engine_new(&shim_config, &error));
  if (!shim) return fail(Code::kUnsupported, "the engine cannot start here: " + reason);
  return std::make_unique<WasmtimeEngine>(std::move(shim), std::move(cache), config.log);
}

}  // namespace kinode::wasm
