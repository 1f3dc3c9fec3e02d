// A directory of one test's own, and where the test data is.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace kinode::support {

/// Removed with all its content when it goes away.
class Scratch {
 public:
  Scratch() : path_((std::filesystem::temp_directory_path() / "kinode-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      std::perror(path_.c_str());
      std::abort();
    }
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  void write(std::string_view name, std::string_view content) const {
    std::ofstream(*this / name, std::ios::binary) << content;
  }
  std::string read(std::string_view name) const {
    std::ifstream file(*this / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Names in a folder of it, sorted.
  std::vector<std::string> names(std::string_view folder) const {
    std::vector<std::string> out;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(*this / folder, ignored)) {
      out.push_back(entry.path().filename().string());
    }
    std::ranges::sort(out);
    return out;
  }
  /// All files of a folder in the order of their names.
  std::string read_all(std::string_view folder) const {
    std::string out;
    for (const auto& name : names(folder)) out += read(std::string(folder) + "/" + name);
    return out;
  }

 private:
  std::string path_;
};

/// The path of something below tests/corpus.
inline std::string corpus(std::string_view name) {
  const char* source = std::getenv("KINODE_SOURCE_DIR");
  if (source == nullptr) {
    std::fputs("set KINODE_SOURCE_DIR to the checkout, as ctest does\n", stderr);
    std::abort();
  }
  return std::string(source) + "/tests/corpus/" + std::string(name);
}

}  // namespace kinode::support
