#include "port/work_meter.h"

#include <algorithm>

namespace kinode::port {

void WorkMeter::begin() {
  pieces_.clear();
  count_ = 0;
  begun_ = port_.executor().clock().now();
  before_ = pool_.processor_time();
}

void WorkMeter::share(const msg::AddressRef& who) {
  ++count_;
  // All messages of a run name one address.
  const auto it = std::ranges::find(pieces_, who, &std::pair<msg::AddressRef, std::size_t>::first);
  if (it != pieces_.end()) {
    ++it->second;
  } else {
    pieces_.emplace_back(who, 1);
  }
}

void WorkMeter::only(const msg::AddressRef& who) {
  if (pieces_.size() == 1 && pieces_.front().first == who) return;
  bill();
  share(who);
}

void WorkMeter::bill() {
  const Nanos used = pool_.processor_time() - before_;
  if (used > Nanos{0} && count_ > 0) {
    const Nanos each = used / count_;
    for (const auto& [who, pieces] : pieces_) {
      if (who->node == port_.our_node()) port_.bill(who->process, begun_, each * pieces);
    }
  }
  begin();
}

}  // namespace kinode::port
