#include "modules/terminal/history.h"

#include "base/limits.h"

namespace kinode::terminal {

void History::load(const std::vector<std::string>& lines) {
  lines_.clear();
  depth_ = 0;
  for (const std::string& line : lines) add(line);
}

bool History::add(std::string_view command) {
  depth_ = 0;
  if (command.empty() || (!lines_.empty() && lines_.front() == command)) return false;
  lines_.emplace_front(command);
  if (lines_.size() > limits::kTerminalHistoryLinesMax) lines_.pop_back();
  return true;
}

std::optional<std::string> History::older(std::string_view unfinished) {
  if (depth_ >= lines_.size()) return std::nullopt;
  if (depth_ == 0) unfinished_ = unfinished;
  return lines_[depth_++];
}

std::optional<std::string> History::newer() {
  if (depth_ == 0) return std::nullopt;
  --depth_;
  return depth_ == 0 ? unfinished_ : lines_[depth_ - 1];
}

std::optional<History::Found> History::search(std::string_view query, std::size_t skip) const {
  std::optional<Found> found;
  if (query.empty()) return found;
  for (const std::string& line : lines_) {
    const std::size_t offset = line.find(query);
    if (offset == std::string::npos) continue;
    found = {line, offset};
    if (skip-- == 0) break;
  }
  return found;
}

}  // namespace kinode::terminal
