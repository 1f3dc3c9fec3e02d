// `metadata.json`: what a package says about itself (kernel.md 1.11, packages-kit.md 1.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "msg/json_reader.h"

namespace kinode::msg {

/// `properties` of metadata.json.
struct PackageProperties {
  std::string package_name;
  std::string publisher;
  std::string current_version;
  std::vector<std::string> mirrors;  // node names, or URLs of the archive
  std::map<std::string, std::string, std::less<>> code_hashes;  // version to hex SHA-256, or empty
  std::optional<std::string> license;
  std::optional<std::vector<std::string>> screenshots;
  std::optional<std::uint32_t> wit_version;
  std::optional<std::vector<std::string>> dependencies;  // package ids
  std::optional<std::vector<std::string>> api_includes;
  bool operator==(const PackageProperties&) const = default;
};

struct Metadata {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> image;
  std::optional<std::string> external_url;
  std::optional<std::string> animation_url;
  PackageProperties properties;
  bool operator==(const Metadata&) const = default;
};

/// The error names the field and says what to do. Takes at most limits::kManifestBytesMax bytes.
Result<Metadata> decode_metadata(ByteView text);
std::string encode_metadata(const Metadata& metadata);

Status read_json(const Json& value, Metadata& out);
void write_json(std::string& out, const Metadata& value);

}  // namespace kinode::msg
