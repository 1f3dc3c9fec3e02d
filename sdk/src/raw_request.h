// A request as the bindings take it.
#pragma once

#include "kinode/request.h"
#include "process_v1.h"

namespace kinode {

/// Refers to a Request, which has to live as long.
class RawRequest {
 public:
  explicit RawRequest(const Request& from);
  RawRequest(const RawRequest&) = delete;
  RawRequest& operator=(const RawRequest&) = delete;

  kinode_process_standard_address_t* target() { return &target_; }
  kinode_process_standard_request_t* request() { return &request_; }
  /// Null if there is none.
  kinode_process_standard_context_t* context() {
    return context_.is_some ? &context_.val : nullptr;
  }
  kinode_process_standard_lazy_load_blob_t* blob() { return blob_.is_some ? &blob_.val : nullptr; }

  const kinode_process_standard_option_context_t& optional_context() const { return context_; }
  const kinode_process_standard_option_lazy_load_blob_t& optional_blob() const { return blob_; }

 private:
  detail::RawCapabilities capabilities_;
  kinode_process_standard_address_t target_;
  kinode_process_standard_request_t request_ = {};
  kinode_process_standard_option_context_t context_ = {};
  kinode_process_standard_option_lazy_load_blob_t blob_ = {};
};

}  // namespace kinode
