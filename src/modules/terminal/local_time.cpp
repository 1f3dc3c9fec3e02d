#include "modules/terminal/local_time.h"

#include <cstdlib>
#include <ctime>
#include <fmt/format.h>

namespace kinode::terminal {

namespace {

constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::time_t seconds_of(std::int64_t unix_ms) {
  return static_cast<std::time_t>(unix_ms >= 0 ? unix_ms / 1000 : (unix_ms - 999) / 1000);
}

LocalTime from_tm(const std::tm& tm, int offset_minutes) {
  return {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_wday,
          tm.tm_hour,        tm.tm_min,     tm.tm_sec,  offset_minutes};
}

}  // namespace

LocalTime OsTimeZone::local(std::int64_t unix_ms) const {
  const std::time_t seconds = seconds_of(unix_ms);
  std::tm tm{};
  if (::localtime_r(&seconds, &tm) == nullptr) return {};
  return from_tm(tm, static_cast<int>(tm.tm_gmtoff / 60));
}

LocalTime FixedZone::local(std::int64_t unix_ms) const {
  const std::time_t seconds = seconds_of(unix_ms) + std::time_t{offset_minutes_} * 60;
  std::tm tm{};
  if (::gmtime_r(&seconds, &tm) == nullptr) return {};
  return from_tm(tm, offset_minutes_);
}

std::string clock_text(const LocalTime& t) {
  return fmt::format("{} {:02}:{:02}", kDays[t.weekday], t.hour, t.minute);
}

std::string rfc2822(const LocalTime& t) {
  const int offset = std::abs(t.offset_minutes);
  return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}", kDays[t.weekday], t.day,
                     kMonths[t.month - 1], t.year, t.hour, t.minute, t.second,
                     t.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

std::string file_stamp(const LocalTime& t) {
  return fmt::format("{:04}-{:02}-{:02}-{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour,
                     t.minute, t.second);
}

}  // namespace kinode::terminal
