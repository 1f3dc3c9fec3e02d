// kinode.toml, which people write by hand: a budget within its bounds, or a sentence with its line.
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "node/budget_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto budgets = node::parse_budgets(as_text(ByteView(data, size)));
  if (!budgets) {
    KINODE_ASSERT(budgets.error().detail.starts_with("kinode.toml:"));
    KINODE_ASSERT(is_utf8(as_bytes(budgets.error().detail)));
    return 0;
  }
  for (const auto& [package, budget] : *budgets) {
    KINODE_ASSERT(msg::PackageId::parse(package.text()) == package);
    KINODE_ASSERT(budget.memory_bytes >= 1u << 20 && budget.memory_bytes <= std::size_t{1} << 32);
    KINODE_ASSERT(budget.mailbox_bytes >= 1u << 20 && budget.mailbox_bytes <= std::size_t{1} << 32);
    KINODE_ASSERT(budget.state_bytes >= 1u << 20 && budget.state_bytes <= 1u << 30);
    KINODE_ASSERT(budget.mailbox_count >= 1 && budget.outstanding >= 1);
    KINODE_ASSERT(budget.cpu_weight >= 1 && budget.cpu_weight <= 10'000);
    KINODE_ASSERT(budget.children <= limits::kProcessesMax);
  }
  return 0;
}
