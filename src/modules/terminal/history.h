// Earlier commands: walking through them and searching them (kernel.md 9.2, 9.6).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kinode::terminal {

/// At most limits::kTerminalHistoryLinesMax commands, the oldest go first. One thread.
class History {
 public:
  /// Takes over the lines of a file, oldest first, in place of everything.
  void load(const std::vector<std::string>& lines);

  /// Adds a command and ends walking. False: it was empty or the same as the last one, and is not
  /// worth storing.
  bool add(std::string_view command);

  /// Walking: the next older command, or nothing at the oldest. The first step keeps `unfinished`,
  /// which comes back from newer() below the newest command.
  std::optional<std::string> older(std::string_view unfinished);
  std::optional<std::string> newer();

  struct Found {
    std::string line;
    std::size_t offset = 0;  // of the query in it
  };
  /// The match that `skip` newer ones precede, or the oldest match when there are not so many.
  /// Nothing matches an empty query.
  std::optional<Found> search(std::string_view query, std::size_t skip) const;

  std::size_t size() const { return lines_.size(); }

 private:
  std::deque<std::string> lines_;  // newest first
  std::size_t depth_ = 0;          // 0: not walking; else lines_[depth_ - 1] is shown
  std::string unfinished_;
};

}  // namespace kinode::terminal
