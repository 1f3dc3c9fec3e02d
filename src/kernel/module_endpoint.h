// A module, or the kernel itself, behind a mailbox.
#pragma once

#include <functional>

#include "kernel/process_record.h"

namespace kinode::kernel {

/// Hands messages to a function, in order, one at a time, on the worker that pushed.
class HandlerEndpoint final : public Endpoint {
 public:
  using Handler = std::function<void(msg::EnvelopeRef)>;

  HandlerEndpoint(const ProcessRecord& record, rt::Executor& executor, Handler handler)
      : Endpoint(record, {limits::kModuleMailboxCountMax, limits::kModuleMailboxBytesMax}),
        executor_(executor),
        handler_(std::move(handler)) {
    // A module keeps no contexts here; what it may be answered is bounded like everything else.
    answers_expected.store(limits::kModuleMailboxCountMax);
    set_weight(limits::kModuleCpuWeight);
  }

  rt::Slice run_slice() noexcept override {
    // A bounded batch, so that a busy module shares its worker.
    const Instant end = executor_.clock().now() + limits::kGuestSlice;
    for (int i = 0; i < kBatch; ++i) {
      auto item = mailbox().pop(executor_);
      if (!item) return rt::Slice::kWaiting;
      handler_(std::move(item->value));
      if (executor_.clock().now() >= end) break;
    }
    return rt::Slice::kMore;
  }

 private:
  static constexpr int kBatch = 64;
  rt::Executor& executor_;
  const Handler handler_;
};

}  // namespace kinode::kernel
