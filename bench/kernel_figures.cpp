#include "kernel_figures.h"

#include <../tests/support/scratch.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <tuple>
#include <vector>

namespace kinode::bench {

namespace {

constexpr int kRuns = 5;

msg::ProcessId id_of(std::size_t number) { return {fmt::format("p{}", number), "bench", "sys"}; }

kernel::RecordRef add(NodeRig& rig, std::size_t number, msg::OnExit::Kind on_exit) {
  kernel::NewProcess process;
  process.id = id_of(number);
  process.on_exit.kind = on_exit;
  process.wasm_bytes_handle = "/bench:sys/pkg/guest.wasm";
  auto record = rig.kernel().initialize(std::move(process));
  if (!record) {
    std::fprintf(stderr, "bench: %s\n", record.error().detail.c_str());
    std::exit(1);
  }
  return *record;
}

}  // namespace

KernelFigures::KernelFigures(wasm::Engine& engine, std::string component, bool is_short)
    : engine_(engine), component_(std::move(component)), is_short_(is_short) {}

void KernelFigures::routes(Figure& out) {
  const std::size_t processes = is_short_ ? 100 : 9'900;  // the driver and the kernel are there too
  const std::size_t caps = is_short_ ? 10 : 100;
  NodeRig rig(engine_, 1);
  std::vector<kernel::RecordRef> records;
  records.reserve(processes);
  for (std::size_t i = 0; i < processes; ++i) {
    records.push_back(add(rig, i, msg::OnExit::Kind::kNone));
  }
  for (std::size_t i = 0; i < processes; ++i) {
    for (std::size_t k = 1; k <= caps; ++k) {
      records[i]->caps.add({msg::messaging_cap(*records[(i + k * 97) % processes]->address), {}});
    }
  }
  const std::size_t count = is_short_ ? 1'000 : 1'000'000;
  SeededRandom random(1);
  std::vector<std::pair<const kernel::ProcessRecord*, const msg::Address*>> drawn;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = random.next_u64() % processes;
    const std::size_t k = 1 + random.next_u64() % caps;
    drawn.emplace_back(records[from].get(), records[(from + k * 97) % processes]->address.get());
  }
  for (int run = 0; run < (is_short_ ? 1 : kRuns); ++run) {
    const double seconds = cpu_of([&] {
      for (const auto& [from, to] : drawn) {
        if (!rig.kernel().router().resolve(*from, kernel::target_view(*to)).endpoint) std::abort();
      }
    });
    out.runs.push_back(seconds / static_cast<double>(count) * 1e9);
  }
}

void KernelFigures::grants(Figure& out) {
  const std::size_t processes = is_short_ ? 10 : 1'000;
  const std::size_t count = is_short_ ? 100 : 20'000;
  NodeRig rig(engine_, 1);
  std::vector<kernel::RecordRef> records;
  records.reserve(processes);
  for (std::size_t i = 0; i < processes; ++i) {
    records.push_back(add(rig, i, msg::OnExit::Kind::kRestart));
  }
  std::size_t serial = 0;
  for (int run = 0; run < (is_short_ ? 1 : kRuns); ++run) {
    const double seconds = cpu_of([&] {
      for (std::size_t i = 0; i < count; ++i, ++serial) {
        auto& record = *records[serial % processes];
        std::ignore = rig.kernel().add_caps(
            record, {{msg::Capability(*record.address, fmt::format("{{\"n\":{}}}", serial)), {}}});
      }
    });
    out.runs.push_back(seconds / static_cast<double>(count) * 1e6);
  }
}

void KernelFigures::boot(Figure& out) {
  const std::size_t processes = is_short_ ? 10 : 1'000;
  const support::Scratch home;
  {
    NodeRig rig(engine_, 1, home.path(), as_bytes(component_));
    for (std::size_t i = 0; i < processes; ++i) {
      kernel::NewProcess process;
      process.id = id_of(i);
      process.is_public = true;
      process.on_exit.kind = msg::OnExit::Kind::kRestart;
      process.wasm_bytes_handle = "/bench:sys/pkg/guest.wasm";
      std::ignore = rig.kernel().initialize(std::move(process));
    }
  }
  for (int run = 0; run < (is_short_ ? 1 : kRuns); ++run) {
    const double begun = wall_seconds();
    NodeRig rig(engine_, 1, home.path(), as_bytes(component_));
    for (std::size_t i = 0; i < processes; ++i) rig.ask(id_of(i).process, "done");
    rig.finish();
    out.runs.push_back((wall_seconds() - begun) * 1e3);
  }
}

void KernelFigures::many(Figure& memory, Figure& stop) {
  const std::size_t processes = is_short_ ? 10 : 9'900;
  std::optional<NodeRig> rig(std::in_place, engine_, 1);
  for (std::size_t i = 0; i < processes; ++i) {
    rig->start_guest(id_of(i).process, as_bytes(component_));
    rig->ask(id_of(i).process, "done");
  }
  rig->finish();
  memory.runs.push_back(resident_kb() / 1024);
  const double begun = wall_seconds();
  rig.reset();
  stop.runs.push_back((wall_seconds() - begun) * 1e3);
}

}  // namespace kinode::bench
