// `<home>/kinode.toml`: what packages may use beside the defaults.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "kernel/budget.h"

namespace kinode::node {

using BudgetMap = std::map<msg::PackageId, kernel::Budget>;

/// One table per package; what is not named keeps its default. The file is TOML of these forms and
/// comments, and no other: a table's head, and whole numbers by name.
///     [budget."chess:sys"]
///     memory_mb = 256      # linear memory of each process
///     state_mb = 8         # one saved state
///     mailbox_count = 1000 # messages that wait
///     mailbox_mb = 64
///     outstanding = 100000 # requests whose answers are awaited
///     outstanding_mb = 256 # what is kept of them: contexts, bodies, blobs
///     timers = 10000
///     children = 5000      # processes spawned and alive
///     cpu_weight = 50      # share of the processor beside others that are busy; default 100
/// Errors name the line, the key and what it takes.
Result<BudgetMap> parse_budgets(std::string_view toml);

/// Of the file in this home; none is as good as an empty one.
Result<BudgetMap> read_budgets(const std::string& home);

}  // namespace kinode::node
