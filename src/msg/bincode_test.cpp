// The stored form of processes (kernel.md 1.7, appendix A).
#include "msg/bincode.h"

#include <gmock/gmock.h>
#include <map>

namespace kinode::msg {
namespace {

using testing::HasSubstr;

constexpr std::string_view kGoldenMap =
    "01000000000000000700000000000000703a6b3a73797311000000000000002f6b3a7379732f706b672f702e776173"
    "6d"
    "01010000000100000001000000000000000c00000000000000612e6f7340703a6b3a7379730b00000000000000226d"
    "65"
    "73736167696e67220200000000000000090900";

constexpr std::string_view kGoldenOnExit =
    "0200000001000000000000000b000000000000006f757240713a6b3a73797300000200000000000000686900000000"
    "00"
    "0000000000";

ByteVector unhex(std::string_view text) { return hex_decode(text).value(); }

Address address(std::string_view text) { return Address::parse(text).value(); }

PersistedProcess golden_process() {
  PersistedProcess p;
  p.wasm_bytes_handle = "/k:sys/pkg/p.wasm";
  p.wit_version = 1;
  p.on_exit.kind = OnExit::Kind::kRestart;
  p.capabilities.emplace(messaging_cap(address("a.os@p:k:sys")), Bytes::copy(ByteVector{9, 9}));
  return p;
}

OnExit golden_on_exit() {
  OnExit on_exit;
  on_exit.kind = OnExit::Kind::kRequests;
  OnExitRequest r;
  r.target = address("our@q:k:sys");
  r.request.body = Bytes::copy("hi");
  on_exit.requests.push_back(r);
  return on_exit;
}

/// Everything that a record can hold, with values that would show a mix-up.
PersistedProcess full_process() {
  PersistedProcess p = golden_process();
  p.wit_version.reset();
  p.is_public = true;
  p.on_exit = golden_on_exit();
  OnExitRequest r;
  r.target = address("b.os@x:y:z");
  r.request.inherit = true;
  r.request.expects_response = ~std::uint64_t{0};
  r.request.body = Bytes::copy(ByteVector{0, 127, 128, 255});
  r.request.metadata = "m\u00e9ta";
  r.request.capabilities.push_back(
      {Capability(address("b.os@c:d:e"), R"({"root":true})"), Bytes::copy("sig")});
  r.blob = Blob{"text/plain", Bytes::copy("blob")};
  p.on_exit.requests.push_back(r);
  p.capabilities.emplace(Capability(address("a.os@vfs:distro:sys"), "not json"), Bytes());
  return p;
}

/// A second, independent reader: it knows the format only from its description.
class PlainReader {
 public:
  explicit PlainReader(const ByteVector& bytes) : bytes_(bytes) {}

  std::uint64_t number(std::size_t width) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < width; ++i) n += std::uint64_t{bytes_.at(at_++)} << (8 * i);
    return n;
  }
  std::string text() {
    std::string out;
    for (auto n = number(8); n > 0; --n) out.push_back(static_cast<char>(bytes_.at(at_++)));
    return out;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  const ByteVector& bytes_;
  std::size_t at_ = 0;
};

TEST(Bincode, ProcessMapMatchesTheGoldenBytes) {
  const ProcessMap map{{ProcessId{"p", "k", "sys"}, golden_process()}};
  EXPECT_EQ(hex_encode(encode_process_map(map)), kGoldenMap);
  const auto back = decode_process_map(unhex(kGoldenMap));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, map);
}

TEST(Bincode, OnExitMatchesTheGoldenBytes) {
  EXPECT_EQ(hex_encode(encode_on_exit_bincode(golden_on_exit())), kGoldenOnExit);
  const auto back = decode_on_exit_bincode(unhex(kGoldenOnExit));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, golden_on_exit());
  EXPECT_EQ(hex_encode(encode_on_exit_bincode(OnExit{})), "00000000");
}

TEST(Bincode, CapabilityInsideARowMatchesTheGoldenBytes) {
  const std::string row = hex_encode(encode_persisted_process(golden_process()));
  EXPECT_THAT(row,
              HasSubstr("0c00000000000000612e6f7340703a6b3a7379730b00000000000000226d657373616769"
                        "6e6722"));
}

TEST(Bincode, ARowComesBackWhole) {
  const PersistedProcess p = full_process();
  const auto back = decode_persisted_process(encode_persisted_process(p));
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, p);
}

TEST(Bincode, AnIndependentReaderFindsEveryRowOfAMap) {
  ProcessMap map;
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 50; ++i) {
    PersistedProcess p = golden_process();
    p.wasm_bytes_handle = "/handle/" + std::to_string(i);
    const ProcessId id{"p" + std::to_string(i), "k", "sys"};
    expected[id.text()] = p.wasm_bytes_handle;
    map.emplace(id, std::move(p));
  }
  const ByteVector bytes = encode_process_map(map);
  PlainReader in(bytes);
  std::map<std::string, std::string> found;
  for (auto rows = in.number(8); rows > 0; --rows) {
    const std::string id = in.text();
    found[id] = in.text();
    EXPECT_EQ(in.number(1), 1u);  // wit_version: some
    EXPECT_EQ(in.number(4), 1u);
    EXPECT_EQ(in.number(4), 1u);  // on_exit: Restart
    EXPECT_EQ(in.number(8), 1u);  // one capability
    EXPECT_EQ(in.text(), "a.os@p:k:sys");
    EXPECT_EQ(in.text(), "\"messaging\"");
    EXPECT_EQ(in.text(), "\t\t");
    EXPECT_EQ(in.number(1), 0u);  // public
  }
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(found, expected);
}

TEST(Bincode, EqualMapsHaveEqualBytes) {
  ProcessMap forward;
  ProcessMap backward;
  for (int i = 0; i < 100; ++i) forward[{std::to_string(i), "k", "sys"}] = full_process();
  for (int i = 100; i-- > 0;) backward[{std::to_string(i), "k", "sys"}] = full_process();
  EXPECT_EQ(encode_process_map(forward), encode_process_map(backward));
}

TEST(Bincode, EveryTruncationIsRefused) {
  const ByteVector whole = encode_persisted_process(full_process());
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(decode_persisted_process(ByteView(whole).first(n))) << n;
  }
}

std::string map_refusal(std::string_view hex) {
  const auto map = decode_process_map(unhex(hex));
  return map ? "accepted" : map.error().detail;
}

std::string row_refusal(std::string_view hex) {
  const auto row = decode_persisted_process(unhex(hex));
  return row ? "accepted" : row.error().detail;
}

TEST(Bincode, RefusalsSayOffsetAndExpectation) {
  EXPECT_EQ(map_refusal(""),
            "process map: at byte 0: process map: expected 8 bytes, only 0 are left");
  EXPECT_THAT(map_refusal("000000000000000000"),
              HasSubstr("at byte 8: end: expected no more bytes, found 1"));
  // A handle of nothing, then a tag of 2 where 0 or 1 says whether a wit_version follows.
  EXPECT_THAT(row_refusal("000000000000000002"),
              HasSubstr("at byte 8: wit_version: expected 0 or 1, found 2"));
  EXPECT_THAT(row_refusal("00000000000000000003000000"),
              HasSubstr("at byte 9: on_exit: expected a variant below 3, found 3"));
  EXPECT_THAT(row_refusal("0100000000000000ff"),
              HasSubstr("at byte 8: wasm_bytes_handle: expected UTF-8 text"));
}

TEST(Bincode, HostileLengthsAllocateNothing) {
  EXPECT_THAT(
      map_refusal("ffffffffffffffff"),
      HasSubstr("expected a length that fits the 0 bytes left, found 18446744073709551615"));
  // 2^40 bytes of text, and 2^61 capabilities, whose total size would overflow.
  EXPECT_THAT(row_refusal("0000000000010000"), HasSubstr("wasm_bytes_handle: expected a length"));
  EXPECT_THAT(row_refusal("00000000000000000000000000"
                          "0000000000000020"),
              HasSubstr("capabilities: expected a length"));
}

TEST(Bincode, ABadNameIsRefusedWithItsReason) {
  ByteVector bytes = unhex(kGoldenMap);
  bytes[17] = '_';  // "p_k:sys"
  const auto map = decode_process_map(bytes);
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().code, Code::kCorrupt);
  EXPECT_THAT(
      map.error().detail,
      HasSubstr("at byte 16: process id: expected a name: Missing field in ProcessId string"));
}

}  // namespace
}  // namespace kinode::msg
