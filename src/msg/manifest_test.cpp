// Package files (kernel.md 1.11).
#include "msg/manifest.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "msg/metadata.h"

namespace kinode::msg {
namespace {

using testing::HasSubstr;

constexpr std::string_view kManifest =
    R"([{"process_name":"main","process_wasm_path":"/main.wasm","on_exit":"Restart",
  "request_networking":true,
  "request_capabilities":["vfs:distro:sys",
                          {"process":"homepage:homepage:sys","params":"RemoveOther"},
                          {"process":"eth:distro:sys","params":{"root":true}}],
  "grant_capabilities":["http-server:distro:sys",
                        {"process":"terminal:terminal:sys","params":"Read"}],
  "public":false}])";

std::string manifest_refusal(std::string_view text) {
  const auto entries = decode_manifest(as_bytes(text));
  return entries ? "accepted" : entries.error().detail;
}

std::string metadata_refusal(std::string_view text) {
  const auto metadata = decode_metadata(as_bytes(text));
  return metadata ? "accepted" : metadata.error().detail;
}

/// A manifest of one process whose field `name` has another value.
std::string with_field(std::string_view name, std::string_view value) {
  std::string out = "[{";
  for (const auto& [key, usual] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"process_name", "\"main\""},
           {"process_wasm_path", "\"/main.wasm\""},
           {"on_exit", "\"None\""},
           {"request_networking", "false"},
           {"request_capabilities", "[]"},
           {"grant_capabilities", "[]"},
           {"public", "false"}}) {
    if (out.size() > 2) out += ",";
    out += "\"" + std::string(key) + "\":" + std::string(key == name ? value : usual);
  }
  return out + "}]";
}

TEST(Manifest, TheDocumentedExampleIsUnderstood) {
  const auto entries = decode_manifest(as_bytes(kManifest));
  ASSERT_TRUE(entries) << entries.error().detail;
  ASSERT_EQ(entries->size(), 1u);
  const ManifestEntry& e = entries->front();
  EXPECT_EQ(e.process_name, "main");
  EXPECT_EQ(e.process_wasm_path, "/main.wasm");
  EXPECT_EQ(e.on_exit.kind, OnExit::Kind::kRestart);
  EXPECT_TRUE(e.request_networking);
  EXPECT_FALSE(e.is_public);
  ASSERT_EQ(e.request_capabilities.size(), 3u);
  EXPECT_EQ(e.request_capabilities[0].process, (ProcessId{"vfs", "distro", "sys"}));
  EXPECT_EQ(manifest_cap_params(e.request_capabilities[0]), "\"messaging\"");
  EXPECT_EQ(manifest_cap_params(e.request_capabilities[1]), "\"RemoveOther\"");
  EXPECT_EQ(manifest_cap_params(e.request_capabilities[2]), "{\"root\":true}");
  ASSERT_EQ(e.grant_capabilities.size(), 2u);
  EXPECT_EQ(manifest_cap_params(e.grant_capabilities[1]), "\"Read\"");
}

TEST(Manifest, WrittenEntriesReadTheSame) {
  const auto entries = decode_manifest(as_bytes(kManifest));
  ASSERT_TRUE(entries);
  const std::string text = encode_manifest(*entries);
  EXPECT_EQ(encode_manifest(decode_manifest(as_bytes(text)).value()), text);
}

TEST(Manifest, ParamsAreCompactWithSortedKeys) {
  const auto entries = decode_manifest(as_bytes(with_field(
      "request_capabilities", R"([{"process":"p:k:s","params":{ "b": 1.0, "a": [ 1 ] }}])")));
  ASSERT_TRUE(entries) << entries.error().detail;
  EXPECT_EQ(entries->front().request_capabilities.front().params, R"({"a":[1],"b":1.0})");
}

TEST(Manifest, RefusalsNameEntryAndFieldAndWhatToDo) {
  EXPECT_EQ(manifest_refusal(with_field("public", "1")),
            "manifest.json: entry 0 (main): process: field `public`: expected true or false, found "
            "the number 1; correct manifest.json in the package and build it again");
  EXPECT_THAT(manifest_refusal("{}"), HasSubstr("expected an array of processes, found an object"));
  EXPECT_THAT(manifest_refusal("[1]"), HasSubstr("entry 0: process: expected an object"));
  EXPECT_THAT(manifest_refusal("["), HasSubstr("manifest.json: is not JSON"));
  EXPECT_THAT(manifest_refusal(with_field("process_name", "\"\"")),
              HasSubstr("field `process_name`: expected a text that is not empty"));
  EXPECT_THAT(manifest_refusal(with_field("process_wasm_path", "null")),
              HasSubstr("field `process_wasm_path`: expected a string, found null"));
  EXPECT_THAT(
      manifest_refusal(with_field("grant_capabilities", "[\"p:k\"]")),
      HasSubstr("field `grant_capabilities`: element 0: Missing field in ProcessId string"));
  EXPECT_THAT(manifest_refusal(with_field("request_capabilities", R"([{"process":"p:k:s"}])")),
              HasSubstr("element 0: capability: field `params` is missing"));
  EXPECT_THAT(manifest_refusal(with_field("request_capabilities", "[[]]")),
              HasSubstr("expected a process id or an object with `process` and `params`"));
}

TEST(Manifest, EveryFieldIsRequired) {
  for (const std::string_view name :
       {"process_name", "process_wasm_path", "on_exit", "request_networking",
        "request_capabilities", "grant_capabilities", "public"}) {
    std::string text = with_field("", "");
    const auto at = text.find("\"" + std::string(name) + "\"");
    text.insert(at + 1, "un");  // another name
    EXPECT_THAT(manifest_refusal(text), HasSubstr("field `" + std::string(name) + "` is missing"));
  }
}

TEST(Manifest, TooManyProcessesAreRefused) {
  std::string text = "[{}";
  for (std::size_t i = 0; i < limits::kManifestProcessesMax; ++i) text += ",{}";
  EXPECT_THAT(manifest_refusal(text + "]"), HasSubstr("expected at most 256 processes, found 257"));
}

constexpr std::string_view kMetadata =
    R"({"name":"chat","description":"","image":"","external_url":"","animation_url":"",)"
    R"("properties":{"package_name":"chat","publisher":"template.os","current_version":)"
    R"("0.1.0","mirrors":["a.os"],"code_hashes":{"0.1.0":"","0.2.0":"ab"},"license":null,)"
    R"("screenshots":["https://x"],"wit_version":1,"dependencies":["a:b.os"],"api_includes":)"
    R"(null}})";

TEST(Metadata, EveryFieldComesBack) {
  const auto metadata = decode_metadata(as_bytes(kMetadata));
  ASSERT_TRUE(metadata) << metadata.error().detail;
  EXPECT_EQ(metadata->properties.package_name, "chat");
  EXPECT_EQ(metadata->properties.code_hashes.at("0.2.0"), "ab");
  EXPECT_EQ(metadata->properties.wit_version, 1u);
  EXPECT_EQ(encode_metadata(*metadata), kMetadata);
}

TEST(Metadata, OnlyTheRequiredFieldsAreNeeded) {
  EXPECT_EQ(
      metadata_refusal(R"({"properties":{"package_name":"p","publisher":"o","current_version":"1",)"
                       R"("mirrors":[],"code_hashes":{}}})"),
      "accepted");
}

TEST(Metadata, RefusalsNameTheFieldAndWhatToDo) {
  EXPECT_EQ(metadata_refusal("{}"),
            "metadata.json: metadata: field `properties` is missing; correct metadata.json in the "
            "package and build it again");
  EXPECT_THAT(metadata_refusal(R"({"properties":{"package_name":"p"}})"),
              HasSubstr("field `properties`: properties: field `publisher` is missing"));
  EXPECT_THAT(
      metadata_refusal(R"({"properties":{"package_name":"p","publisher":"o","current_version":"1",)"
                       R"("mirrors":[],"code_hashes":{"1":2}}})"),
      HasSubstr("field `code_hashes`: 1: expected a string, found the number 2"));
  EXPECT_THAT(
      metadata_refusal(R"({"properties":{"package_name":"p","publisher":"o","current_version":"1",)"
                       R"("mirrors":[],"code_hashes":{},"dependencies":["a"]}})"),
      HasSubstr(
          "field `dependencies`: expected package ids like \"package:publisher\", found \"a\""));
}

}  // namespace
}  // namespace kinode::msg
