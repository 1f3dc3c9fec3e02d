// Packages from the command line (`--package DIR|ZIP`).
#pragma once

#include <string>
#include <vector>

#include "kernel/bootstrap.h"

namespace kinode::node {

/// Reads what `path` names:
///   a directory or zip with `metadata.json` and `pkg/`, as kit lays a package out;
///   a zip of a `pkg/` directory, with `<same name>.metadata.json` or `metadata.json` beside it or
///   inside; a bundle: a zip with `file_to_metadata.json` and inner zips (kernel.md 1.11).
/// The error says what is missing and where.
Result<std::vector<kernel::Package>> read_packages(const std::string& path);

}  // namespace kinode::node
