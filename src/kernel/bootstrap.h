// Packages that the node brings: unpacked, registered and granted what they ask for
// (kernel.md 4.3).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "msg/manifest.h"
#include "store/zip_archive.h"

namespace kinode::kernel {

/// A package as it comes from disk: what its `pkg/` directory holds.
struct Package {
  msg::PackageId id;
  std::optional<std::uint32_t> wit_version;
  store::ZipFiles files;
};

/// Between Kernel::load with all modules added, and Kernel::boot. One thread.
class Bootstrap {
 public:
  /// `vfs_root`: the directory of all drives.
  Bootstrap(Kernel& kernel, store::OrderedKv& kv, port::PrintSink& print, std::string vfs_root)
      : kernel_(kernel), kv_(kv), print_(print), vfs_root_(std::move(vfs_root)) {}

  /// Unpacks the package if what is on disk differs (fault 38: nothing is wiped otherwise), and
  /// puts its processes into the process table. What an earlier version was granted and this one
  /// does not ask for is taken away. On Error nothing of the package was changed in the table.
  Status install(const Package& package);

  /// The second pass, after the last package: each package's grants to others.
  void grant();

 private:
  struct Grant {
    msg::ProcessId holder;
    msg::Capability cap;
  };

  Status unpack(const Package& package, const std::string& directory);
  Result<NewProcess> process_of(const Package& package, const msg::ManifestEntry& entry);
  Result<std::vector<msg::Capability>> dropped_since(const NewProcess& process);
  msg::Address our(msg::ProcessId id) const { return {kernel_.our_node(), std::move(id)}; }

  Kernel& kernel_;
  store::OrderedKv& kv_;
  port::PrintSink& print_;
  const std::string vfs_root_;
  std::vector<Grant> grants_;
};

}  // namespace kinode::kernel
