// Envelopes for native programs at extension sockets (io.md 4.5, 15.2).
#include "modules/http_server/extension_frame.h"

#include <gtest/gtest.h>

namespace kinode::http_server {
namespace {

ByteVector golden() {
  return hex_decode(
             "81b4576562536f636b65744578745075736844617461"
             "83a2696407"
             "b36b696e6f64655f6d6573736167655f74797065a8526573706f6e7365"
             "a4626c6f62936869ccff")
      .value();
}

const ExtensionFrame kFrame{7, ReplyKind::kResponse, Bytes::copy("\x68\x69\xff")};

TEST(ExtensionFrame, GoldenVector) {
  EXPECT_EQ(hex_encode(encode_extension_frame(kFrame).view()), hex_encode(golden()));
  EXPECT_EQ(decode_extension_frame(golden()), kFrame);
}

TEST(ExtensionFrame, OtherFormsAreUnderstood) {
  const char* const forms[] = {
      // bytes as `bin`
      "81b4576562536f636b6574457874507573684461746183a2696407"
      "b36b696e6f64655f6d6573736167655f74797065a8526573706f6e7365a4626c6f62c4036869ff",
      // fields in order, without names
      "81b4576562536f636b6574457874507573684461746193"
      "07a8526573706f6e7365936869ccff",
      // the successor's name, and another order
      "81b4576562536f636b6574457874507573684461746183a4626c6f62936869ccff"
      "b66879706572776172655f6d6573736167655f74797065a8526573706f6e7365a2696407",
  };
  for (const char* form : forms) {
    EXPECT_EQ(decode_extension_frame(hex_decode(form).value()), kFrame) << form;
  }
}

TEST(ExtensionFrame, WhatIsSomethingElseIsNone) {
  EXPECT_FALSE(decode_extension_frame({}));
  EXPECT_FALSE(decode_extension_frame(as_bytes("plain bytes")));
  ByteVector cut = golden();
  while (!cut.empty()) {
    cut.pop_back();
    EXPECT_FALSE(decode_extension_frame(cut)) << cut.size();
  }
  // Without a kind, by whatever name.
  EXPECT_FALSE(decode_extension_frame(
      hex_decode("81b4576562536f636b6574457874507573684461746182a2696407a4626c6f6290").value()));
}

}  // namespace
}  // namespace kinode::http_server
