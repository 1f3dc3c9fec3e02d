#include "modules/terminal/history_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/limits.h"
#include "modules/terminal/text.h"
#include "store/files.h"

namespace kinode::terminal {

namespace {

// Commands may hold what only the owner should see.
constexpr unsigned kMode = 0600;

std::unexpected<Error> cannot(std::string_view verb, const std::string& path, int error) {
  return fail(Code::kIo, fmt::format("cannot {} {} ({}): check its owner, mode and disk", verb,
                                     printable(path), std::strerror(error)));
}

/// The last bytes of the file, from the start of a line on; `all` tells whether that is everything.
Result<std::string> read_tail(const Fd& file, const std::string& path, bool& all) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return cannot("read", path, errno);
  if (!S_ISREG(info.st_mode)) return cannot("read", path, EISDIR);
  const auto size = static_cast<std::size_t>(info.st_size);
  all = size <= limits::kTerminalHistoryBytesMax;
  const std::size_t from = all ? 0 : size - limits::kTerminalHistoryBytesMax;
  std::string out(size - from, '\0');
  const auto got = read_at(file.get(), out.data(), out.size(), from);
  if (!got) return cannot("read", path, errno);
  out.resize(*got);
  if (!all) out.erase(0, std::min(out.find('\n'), out.size() - 1) + 1);
  return out;
}

}  // namespace

Result<std::vector<std::string>> load_history(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::vector<std::string> out;
  if (!file.ok()) {
    if (errno == ENOENT) return out;
    return cannot("read", path, errno);
  }
  bool all = true;
  const auto text = read_tail(file, path, all);
  if (!text) return std::unexpected(text.error());
  for (const std::string_view line : lines_of(*text)) {
    std::string command(head_bytes(typed_text(line), limits::kTerminalLineBytesMax));
    if (!command.empty()) out.push_back(std::move(command));
  }
  if (all && out.size() <= limits::kTerminalHistoryLinesMax) return out;
  if (out.size() > limits::kTerminalHistoryLinesMax) {
    out.erase(out.begin(), out.end() - limits::kTerminalHistoryLinesMax);
  }
  std::string shorter;
  for (const auto& command : out) shorter += command + "\n";
  if (auto ok = store::write_file_atomic(path, as_bytes(shorter), kMode); !ok)
    return std::unexpected(std::move(ok.error()));
  return out;
}

Status append_history(const std::string& path, std::string_view command) {
  const Fd file(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode));
  if (!file.ok()) return cannot("write", path, errno);
  const std::string line = fmt::format("{}\n", command);
  if (!write_all(file, as_bytes(line))) return cannot("write", path, errno);
  return {};
}

}  // namespace kinode::terminal
