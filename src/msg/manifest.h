// `pkg/manifest.json`: the processes of a package (kernel.md 1.11, packages-kit.md 1.3 and 1.4).
#pragma once

#include <string>
#include <vector>

#include "msg/json_message.h"

namespace kinode::msg {

/// Reads a manifest. The error names the entry, the field, what was expected, and what to do about
/// it. Refuses more than limits::kManifestBytesMax bytes and limits::kManifestProcessesMax entries.
Result<std::vector<ManifestEntry>> decode_manifest(ByteView text);

std::string encode_manifest(const std::vector<ManifestEntry>& entries);

/// An element of `request_capabilities` or `grant_capabilities`, in manifest.json and scripts.json
/// alike:
/// `"p:k:pub"`, or `{"process":"p:k:pub","params":<any JSON>}`.
Status read_json(const Json& value, ManifestCap& out);
void write_json(std::string& out, const ManifestCap& value);

Status read_json(const Json& value, ManifestEntry& out);
void write_json(std::string& out, const ManifestEntry& value);

/// The params text that the element means: its own, or the right to message.
std::string manifest_cap_params(const ManifestCap& cap);

}  // namespace kinode::msg
