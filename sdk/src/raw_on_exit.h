// An OnExit as the bindings take it.
#pragma once

#include <memory>
#include <vector>

#include "kinode/on_exit.h"
#include "process_v1.h"
#include "raw_request.h"

namespace kinode {

/// Refers to an OnExit, which has to live as long.
class RawOnExit {
 public:
  explicit RawOnExit(const OnExit& from);
  kinode_process_standard_on_exit_t* get() { return &raw_; }

 private:
  using Entry = kinode_process_standard_tuple3_address_request_option_lazy_load_blob_t;

  std::vector<std::unique_ptr<RawRequest>> requests_;
  std::vector<Entry> entries_;
  kinode_process_standard_on_exit_t raw_ = {};
};

}  // namespace kinode
