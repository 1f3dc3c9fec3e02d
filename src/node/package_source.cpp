#include "node/package_source.h"

#include <filesystem>
#include <fmt/format.h>

#include "base/limits.h"
#include "msg/metadata.h"
#include "store/files.h"

namespace kinode::node {

namespace fs = std::filesystem;
using kernel::Package;

namespace {

Result<store::ZipFiles> read_directory(const std::string& root) {
  store::ZipFiles files;
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    return fail(Code::kNotFound, fmt::format("there is no directory {}: build the package first, "
                                             "that puts manifest.json and the components there",
                                             root));
  }
  std::size_t total = 0;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end;
       it.increment(error)) {
    if (!it->is_regular_file(error) || it->is_symlink(error)) continue;
    const std::string relative = fs::relative(it->path(), root, error).generic_string();
    auto path = store::SafePath::parse(relative);
    if (!path) return std::unexpected(std::move(path.error()));
    auto content = store::read_file_below(root, *path, limits::kZipEntryBytesMax);
    if (!content) return std::unexpected(std::move(content.error()));
    total += content->size();
    if (files.size() >= limits::kZipEntriesMax || total > limits::kZipTotalBytesMax) {
      return fail(Code::kOverloaded,
                  fmt::format("{} has too many files or bytes for a package", root));
    }
    files.emplace(path->text(), std::move(*content));
  }
  if (error) return fail(Code::kIo, fmt::format("{}: {}", root, error.message()));
  return files;
}

Result<Package> make_package(const msg::Metadata& metadata, store::ZipFiles files) {
  Package package;
  package.id = {metadata.properties.package_name, metadata.properties.publisher};
  if (!msg::is_kimap_safe_name(package.id.package) ||
      !msg::is_kimap_safe_node(package.id.publisher)) {
    return fail(Code::kInvalid,
                fmt::format("metadata.json: the package {} may be named with a-z, 0-9 and - "
                            "only, and . in the publisher",
                            printable(package.id.text())));
  }
  package.wit_version = metadata.properties.wit_version;
  package.files = std::move(files);
  return package;
}

Result<Package> make_package(const Bytes& metadata_text, store::ZipFiles files) {
  auto metadata = msg::decode_metadata(metadata_text.view());
  if (!metadata) return std::unexpected(std::move(metadata.error()));
  return make_package(*metadata, std::move(files));
}

/// The files below `pkg/`, without that prefix.
store::ZipFiles below_pkg(const store::ZipFiles& files) {
  store::ZipFiles out;
  for (const auto& [path, content] : files) {
    if (path.starts_with("pkg/")) out.emplace(path.substr(4), content);
  }
  return out;
}

Result<std::vector<Package>> one(Result<Package> package) {
  if (!package) return std::unexpected(std::move(package.error()));
  std::vector<Package> out;
  out.push_back(std::move(*package));
  return out;
}

Result<std::vector<Package>> read_bundle(const store::ZipFiles& files) {
  std::vector<Package> out;
  const auto index = msg::Json::parse(files.at("file_to_metadata.json").view());
  if (!index) return fail_in("file_to_metadata.json", index.error());
  if (index->members() == nullptr)
    return fail(Code::kInvalid, "file_to_metadata.json is not an object");
  for (const auto& [name, value] : *index->members()) {
    const std::string shown = printable(name);
    msg::Metadata metadata;
    if (auto ok = msg::read_json(value, metadata); !ok)
      return fail_in(shown, std::move(ok.error()));
    const auto inner = files.find(name);
    if (inner == files.end()) {
      return fail(Code::kNotFound, fmt::format("the bundle names {} but does not hold it", shown));
    }
    auto content = store::read_zip(inner->second.view());
    if (!content) return fail_in(shown, std::move(content.error()));
    auto package = make_package(metadata, std::move(*content));
    if (!package) return fail_in(shown, std::move(package.error()));
    out.push_back(std::move(*package));
  }
  return out;
}

/// metadata.json for a zip that is only a `pkg/` directory: inside it, or beside it.
Result<Bytes> metadata_beside(const std::string& zip, const store::ZipFiles& files) {
  if (const auto it = files.find("metadata.json"); it != files.end()) return it->second;
  const fs::path path(zip);
  for (const fs::path& candidate :
       {fs::path(path).replace_extension(".metadata.json"), path.parent_path() / "metadata.json",
        path.parent_path() / path.stem() / "metadata.json",
        path.parent_path().parent_path() / "metadata.json"}) {
    if (auto content = store::read_file(candidate.string(), limits::kManifestBytesMax))
      return content;
  }
  return fail(Code::kNotFound,
              "there is no metadata.json in the zip or beside it: give the package's "
              "directory instead, or put the file next to the zip");
}

Result<std::vector<Package>> read_zip_package(const std::string& path) {
  auto bytes = store::read_file(path, limits::kZipTotalBytesMax);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  auto files = store::read_zip(bytes->view());
  if (!files) return std::unexpected(std::move(files.error()));
  if (files->contains("file_to_metadata.json")) return read_bundle(*files);
  if (files->contains("pkg/manifest.json")) {
    const auto metadata = files->find("metadata.json");
    if (metadata == files->end())
      return fail(Code::kNotFound, "the zip has pkg/ but no metadata.json");
    return one(make_package(metadata->second, below_pkg(*files)));
  }
  auto metadata = metadata_beside(path, *files);
  if (!metadata) return std::unexpected(std::move(metadata.error()));
  return one(make_package(*metadata, std::move(*files)));
}

}  // namespace

Result<std::vector<Package>> read_packages(const std::string& path) {
  std::error_code error;
  const auto inside = [&](auto result) -> Result<std::vector<Package>> {
    if (!result) return fail_in("package " + path, std::move(result.error()));
    return result;
  };
  if (!fs::is_directory(path, error)) return inside(read_zip_package(path));
  auto metadata = store::read_file(path + "/metadata.json", limits::kManifestBytesMax);
  if (!metadata) return fail_in("package " + path, std::move(metadata.error()));
  auto files = read_directory(path + "/pkg");
  if (!files) return fail_in("package " + path, std::move(files.error()));
  return inside(one(make_package(*metadata, std::move(*files))));
}

}  // namespace kinode::node
