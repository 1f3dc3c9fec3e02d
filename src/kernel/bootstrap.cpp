#include "kernel/bootstrap.h"

#include <algorithm>
#include <fmt/format.h>

#include "msg/json_message.h"
#include "msg/old_names.h"
#include "store/files.h"

namespace kinode::kernel {

namespace {

/// What a package's process was given when it was installed last, as a JSON list of capabilities.
std::string given_key(const msg::ProcessId& id) {
  return fmt::format("kernel:distro:sys/package/{}", id.text());
}

std::string_view relative(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

bool same_on_disk(const std::string& directory, const store::ZipFiles& files) {
  return std::all_of(files.begin(), files.end(), [&](const auto& entry) {
    auto path = store::SafePath::parse(entry.first);
    if (!path) return false;
    auto content = store::read_file_below(directory, *path, entry.second.size());
    return content && *content == entry.second;
  });
}

}  // namespace

Status Bootstrap::unpack(const Package& package, const std::string& directory) {
  if (same_on_disk(directory, package.files)) return {};
  return store::replace_directory(directory, package.files);
}

Result<NewProcess> Bootstrap::process_of(const Package& package, const msg::ManifestEntry& entry) {
  NewProcess process;
  process.id = {entry.process_name, package.id.package, package.id.publisher};
  if (auto safe = msg::check_kimap_safe(process.id); !safe) {
    return fail_in("manifest.json", std::move(safe.error()));
  }
  if (is_reserved(process.id)) {
    return fail(Code::kDenied,
                "the package name distro:sys is the node's own: give the package another name or "
                "publisher");
  }
  const std::string wasm(relative(entry.process_wasm_path));
  if (!package.files.contains(wasm)) {
    return fail(
        Code::kNotFound,
        fmt::format(
            "manifest.json names {} for process {}, but the package has no such file: build "
            "it, or correct process_wasm_path",
            printable(entry.process_wasm_path), entry.process_name));
  }
  process.wasm_bytes_handle = fmt::format("/{}/pkg/{}", package.id.text(), wasm);
  process.wit_version = package.wit_version;
  process.on_exit = entry.on_exit;
  process.is_public = entry.is_public;
  process.caps.push_back({msg::messaging_cap(our(process.id)), {}});
  for (const auto& wanted : entry.request_capabilities) {
    process.caps.push_back(
        {msg::Capability(our(wanted.process), msg::manifest_cap_params(wanted)), {}});
  }
  if (entry.request_networking) process.caps.push_back({msg::network_cap(kernel_.our_node()), {}});
  for (const auto* kind : {"read", "write"}) {
    process.caps.push_back({msg::Capability(our(msg::system_process("vfs")),
                                            fmt::format("{{\"drive\":\"/{}/pkg\",\"kind\":\"{}\"}}",
                                                        package.id.text(), kind)),
                            {}});
  }
  return process;
}

Result<std::vector<msg::Capability>> Bootstrap::dropped_since(const NewProcess& process) {
  std::vector<msg::Capability> dropped;
  auto before = kv_.get(given_key(process.id));
  if (!before) return std::unexpected(std::move(before.error()));
  if (*before) {
    const auto list = msg::Json::parse((*before)->view());
    for (std::size_t i = 0; list && i < list->array_size(); ++i) {
      msg::Capability cap;
      if (!msg::read_json(list->element(i), cap)) continue;
      const bool still = std::any_of(process.caps.begin(), process.caps.end(),
                                     [&](const auto& held) { return held.cap == cap; });
      if (!still) dropped.push_back(std::move(cap));
    }
  }
  std::string now = "[";
  for (const auto& held : process.caps) {
    if (now.size() > 1) now += ',';
    msg::write_json(now, held.cap);
  }
  now += ']';
  if (*before && (*before)->text() == now) return dropped;
  if (auto ok = kv_.put(given_key(process.id), as_bytes(now), store::Durability::kProcess); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  return dropped;
}

Status Bootstrap::install(const Package& package) {
  const auto manifest = package.files.find("manifest.json");
  if (manifest == package.files.end()) {
    return fail(Code::kNotFound,
                "the package has no manifest.json at its top: add one (see the book), or "
                "build the package again");
  }
  auto entries = msg::decode_manifest(manifest->second.view());
  if (!entries) return fail_in("manifest.json", std::move(entries.error()));
  std::vector<NewProcess> processes;
  for (auto& entry : *entries) {
    msg::rename(entry, msg::Naming::kCurrent);
    auto process = process_of(package, entry);
    if (!process) return std::unexpected(std::move(process.error()));
    processes.push_back(std::move(*process));
  }
  const std::string directory = fmt::format("{}/{}/pkg", vfs_root_, package.id.text());
  if (auto ok = unpack(package, directory); !ok) return ok;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    auto dropped = dropped_since(processes[i]);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    if (auto ok = kernel_.put_packaged_process(processes[i], *dropped); !ok) return ok;
    for (const auto& grant : (*entries)[i].grant_capabilities) {
      grants_.push_back(
          {grant.process, msg::Capability(our(processes[i].id), msg::manifest_cap_params(grant))});
    }
  }
  return {};
}

void Bootstrap::grant() {
  for (const auto& grant : grants_) {
    const Status ok = kernel_.grant_before_boot(grant.holder, grant.cap);
    if (!ok) {
      print_.print(
          {0, msg::system_process("kernel"),
           fmt::format("bootstrap: could not grant {} to {}: {}", printable(grant.cap.text()),
                       grant.holder.text(), ok.error().detail)});
    }
  }
  grants_.clear();
}

}  // namespace kinode::kernel
