#include "msg/metadata.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "msg/address.h"
#include "msg/json_writer.h"

namespace kinode::msg {

namespace {

std::unexpected<Error> with_advice(Error error) {
  error.detail += "; correct metadata.json in the package and build it again";
  return fail_in("metadata.json", std::move(error));
}

Status read_hashes(const Json& value, std::map<std::string, std::string, std::less<>>& out) {
  const Json::Members* members = value.members();
  if (members == nullptr) return json_mismatch("an object of versions and hashes", value);
  out.clear();
  for (const auto& [version, hash] : *members) {
    if (auto ok = read_json(hash, out[version]); !ok) {
      return fail_in(printable(version), std::move(ok.error()));
    }
  }
  return {};
}

Status read_dependencies(const Json& value, std::optional<std::vector<std::string>>& out) {
  if (auto ok = read_json(value, out.emplace()); !ok) return ok;
  for (const std::string& dependency : *out) {
    if (auto id = PackageId::parse(dependency); !id) {
      return fail(Code::kInvalid,
                  fmt::format("expected package ids like \"package:publisher\", found \"{}\"",
                              printable(dependency.substr(0, 64))));
    }
  }
  return {};
}

Status read_properties(const Json& value, PackageProperties& out) {
  StructReader in(value, "properties", 10);
  in.field("package_name", out.package_name);
  in.field("publisher", out.publisher);
  in.field("current_version", out.current_version);
  in.field("mirrors", out.mirrors);
  in.field_with("code_hashes", [&](const Json& v) { return read_hashes(v, out.code_hashes); });
  in.field("license", out.license);
  in.field("screenshots", out.screenshots);
  in.field("wit_version", out.wit_version);
  in.optional_field_with("dependencies",
                         [&](const Json& v) { return read_dependencies(v, out.dependencies); });
  in.field("api_includes", out.api_includes);
  return std::move(in).finish();
}

void write_properties(std::string& out, const PackageProperties& value) {
  JsonObject object(out);
  object.field("package_name", value.package_name)
      .field("publisher", value.publisher)
      .field("current_version", value.current_version)
      .field("mirrors", value.mirrors);
  JsonObject hashes(object.key("code_hashes"));
  for (const auto& [version, hash] : value.code_hashes) hashes.field(version, hash);
  hashes.close();
  object.field("license", value.license)
      .field("screenshots", value.screenshots)
      .field("wit_version", value.wit_version)
      .field("dependencies", value.dependencies)
      .field("api_includes", value.api_includes)
      .close();
}

}  // namespace

Status read_json(const Json& value, Metadata& out) {
  StructReader in(value, "metadata", 6);
  in.field("name", out.name);
  in.field("description", out.description);
  in.field("image", out.image);
  in.field("external_url", out.external_url);
  in.field("animation_url", out.animation_url);
  in.field_with("properties", [&](const Json& v) { return read_properties(v, out.properties); });
  return std::move(in).finish();
}

void write_json(std::string& out, const Metadata& value) {
  JsonObject object(out);
  object.field("name", value.name)
      .field("description", value.description)
      .field("image", value.image)
      .field("external_url", value.external_url)
      .field("animation_url", value.animation_url);
  write_properties(object.key("properties"), value.properties);
  object.close();
}

Result<Metadata> decode_metadata(ByteView text) {
  if (text.size() > limits::kManifestBytesMax) {
    return with_advice(Error{Code::kInvalid, Remedy::kFixRequest,
                             fmt::format("expected at most {} bytes, found {}",
                                         limits::kManifestBytesMax, text.size())});
  }
  const auto tree = Json::parse(text);
  if (!tree) return with_advice(tree.error());
  Metadata out;
  if (auto ok = read_json(*tree, out); !ok) return with_advice(std::move(ok.error()));
  return out;
}

std::string encode_metadata(const Metadata& metadata) {
  std::string out;
  write_json(out, metadata);
  return out;
}

}  // namespace kinode::msg
