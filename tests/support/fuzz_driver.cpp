// Runs a fuzz target without libFuzzer: every file of the corpus folders given as arguments, some
// inputs that hurt most decoders, and then mutations of all of these for about a second.
//
// Before each input runs, its bytes are kept where a crash handler can reach them; when the target
// crashes they are written to `crash-<target>` in the working directory, with how they came about.
// Replay:
//     kinode_msg_x_fuzz crash-kinode_msg_x_fuzz
// KINODE_FUZZ_SEED picks other mutations, KINODE_FUZZ_MS another budget.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "base/splitmix.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kInputBytesMax = 64u << 10;

// What the crash handler writes; only pointers, because a handler may not allocate.
struct Current {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  const char* origin = "";
  char crash_path[256] = "crash";
};
Current current;

void write_all(int fd, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::write(fd, at, size);
    if (n <= 0) return;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
}

void report_crash() {
  if (current.data == nullptr && current.size == 0) return;
  const int fd = ::open(current.crash_path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (fd >= 0) {
    write_all(fd, current.data, current.size);
    ::close(fd);
  }
  constexpr std::string_view kText = "\nfuzz: crashed on: ";
  write_all(STDERR_FILENO, kText.data(), kText.size());
  write_all(STDERR_FILENO, current.origin, std::strlen(current.origin));
  constexpr std::string_view kWritten = "\nfuzz: input written to ";
  write_all(STDERR_FILENO, kWritten.data(), kWritten.size());
  write_all(STDERR_FILENO, current.crash_path, std::strlen(current.crash_path));
  write_all(STDERR_FILENO, "\n", 1);
}

void on_signal(int signal) {
  report_crash();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// splitmix64: repeatable.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return kinode::splitmix64(state_); }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(next() % n); }

 private:
  std::uint64_t state_;
};

void run(const Input& input, const std::string& origin) {
  // A copy of its own size, so that the sanitizer sees a read past the end.
  const Input exact(input.begin(), input.end());
  current.data = exact.data();
  current.size = exact.size();
  current.origin = origin.c_str();
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  current.data = nullptr;
  current.size = 0;
}

Input read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Input(std::istreambuf_iterator<char>(in), {});
}

Input bytes_of(std::string_view text) { return Input(text.begin(), text.end()); }

/// Inputs that tend to break decoders, whatever the format.
std::vector<Input> built_in() {
  std::vector<Input> out;
  out.emplace_back();
  for (const std::uint8_t b : {0x00, 0x01, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xdd, 0xdf, 0xff}) {
    out.emplace_back(1, b);
    out.emplace_back(16, b);
    out.emplace_back(5000, b);
  }
  for (const std::string_view text :
       {"null", "{}", "[]", "\"\"", "-0", "1e999", "18446744073709551616", "{\"a\":1,\"a\":2}",
        "\"\\ud800\"", "\xef\xbb\xbfnull", "a@b:c:d", "a:b:c", ":::@", "\"messaging\""}) {
    out.push_back(bytes_of(text));
  }
  out.push_back(bytes_of(std::string(5000, '[')));
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{\"a\":";
  out.push_back(bytes_of(deep));
  return out;
}

void overwrite_with_number(Input& input, Dice& dice) {
  static constexpr std::uint64_t kNumbers[] = {
      0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, ~0ull >> 1, ~0ull};
  const std::uint64_t n = kNumbers[dice.below(std::size(kNumbers))];
  const std::size_t width = std::size_t{1} << dice.below(4);
  const bool big_endian = dice.below(2) == 0;
  const std::size_t at = dice.below(input.size());
  for (std::size_t i = 0; i < width && at + i < input.size(); ++i) {
    const std::size_t shift = 8 * (big_endian ? width - 1 - i : i);
    input[at + i] = static_cast<std::uint8_t>(n >> shift);
  }
}

void mutate_once(Input& input, const std::vector<Input>& seeds, Dice& dice) {
  const std::size_t at = dice.below(input.size() + 1);
  const auto spot = input.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t rest = input.size() - at;
  switch (dice.below(8)) {
    case 0:
      if (rest > 0) *spot = static_cast<std::uint8_t>(*spot ^ (1u << dice.below(8)));
      break;
    case 1:
      if (rest > 0) *spot = static_cast<std::uint8_t>(dice.next());
      break;
    case 2:
      if (!input.empty()) overwrite_with_number(input, dice);
      break;
    case 3:
      input.insert(spot, 1 + dice.below(8), static_cast<std::uint8_t>(dice.next()));
      break;
    case 4:
      input.erase(spot, spot + static_cast<std::ptrdiff_t>(dice.below(rest + 1)));
      break;
    case 5:
      input.resize(at);
      break;
    case 6: {  // a piece of itself, again
      const std::size_t n = dice.below(std::min<std::size_t>(rest, 64) + 1);
      const Input piece(spot, spot + static_cast<std::ptrdiff_t>(n));
      const auto to = input.begin() + static_cast<std::ptrdiff_t>(dice.below(input.size() + 1));
      input.insert(to, piece.begin(), piece.end());
      break;
    }
    default: {  // the end of another input
      const Input& other = seeds[dice.below(seeds.size())];
      const auto from = static_cast<std::ptrdiff_t>(dice.below(other.size() + 1));
      input.resize(at);
      input.insert(input.end(), other.begin() + from, other.end());
      break;
    }
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void install_crash_report(const char* program) {
  const std::string name = std::filesystem::path(program).filename().string();
  std::snprintf(current.crash_path, sizeof current.crash_path, "crash-%s", name.c_str());
  for (const int signal : {SIGABRT, SIGFPE, SIGILL}) std::signal(signal, on_signal);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(report_crash);
  } else {
    std::signal(SIGSEGV, on_signal);
  }
}

/// All files named by the arguments, in a fixed order; folders that do not exist have none.
std::vector<std::filesystem::path> corpus_files(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(argv[i], ignored)) files.emplace_back(argv[i]);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i], ignored)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  install_crash_report(argv[0]);
  const std::uint64_t first_seed = number_from_environment("KINODE_FUZZ_SEED", 1);
  const auto budget = std::chrono::milliseconds(number_from_environment("KINODE_FUZZ_MS", 1000));

  std::vector<Input> seeds = built_in();
  for (std::size_t i = 0; i < seeds.size(); ++i)
    run(seeds[i], "built-in input " + std::to_string(i));
  const auto files = corpus_files(argc, argv);
  for (const auto& file : files) {
    Input input = read_file(file);
    run(input, "file " + file.string());
    // Corpus files weigh more than the built-in ones: they reach deeper.
    for (int copy = 0; copy < 4; ++copy) seeds.push_back(input);
  }

  const auto start = std::chrono::steady_clock::now();
  std::uint64_t seed = first_seed;
  while (std::chrono::steady_clock::now() - start < budget) {
    Dice dice(seed);
    Input input = seeds[dice.below(seeds.size())];
    for (std::size_t n = 1 + dice.below(6); n > 0; --n) mutate_once(input, seeds, dice);
    run(input, "mutation with seed " + std::to_string(seed));
    ++seed;
  }
  std::printf("fuzz: %zu files, %llu mutations, no failure\n", files.size(),
              static_cast<unsigned long long>(seed - first_seed));
  return 0;
}
