#include "store/rocks_log.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace kinode::store {

namespace {

class RocksLog final : public rocksdb::Logger {
 public:
  explicit RocksLog(Log& log) : Logger(rocksdb::WARN_LEVEL), log_(log, "store") {}

  using Logger::Logv;
  void Logv(const char* format, va_list args) override {
    std::array<char, 512> line{};
    const int size = std::vsnprintf(line.data(), line.size(), format, args);
    if (size < 0) return;
    const auto kept = std::min(static_cast<std::size_t>(size), line.size() - 1);
    log_.warn("rocksdb={}", std::string_view(line.data(), kept));
  }

 private:
  Tagged log_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_rocks_log(Log* log) {
  static NullLog nobody;
  return std::make_shared<RocksLog>(log == nullptr ? nobody : *log);
}

}  // namespace kinode::store
