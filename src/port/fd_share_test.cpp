#include "port/fd_share.h"

#include <gtest/gtest.h>

namespace kinode::port {
namespace {

TEST(FdShare, TheDescriptorLimitIsRead) {
  EXPECT_EQ(decode_fds_limit(as_bytes(R"({"FdsLimit":60})")).value(), 60u);
  EXPECT_FALSE(decode_fds_limit(as_bytes(R"({"FdsLimit":-1})")));
  EXPECT_FALSE(decode_fds_limit(as_bytes(R"("FdsLimitHit")")));
}

}  // namespace
}  // namespace kinode::port
