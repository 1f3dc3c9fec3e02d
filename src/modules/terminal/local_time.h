// The time of day where the owner is, and how it is written.
#pragma once

#include <cstdint>
#include <string>

namespace kinode::terminal {

struct LocalTime {
  int year = 1970;
  int month = 1;  // 1 to 12
  int day = 1;
  int weekday = 4;  // 0: Sunday
  int hour = 0;
  int minute = 0;
  int second = 0;
  int offset_minutes = 0;  // east of UTC
};

/// Passed in, so that a test decides where it is. Thread: any.
class TimeZone {
 public:
  virtual ~TimeZone() = default;
  virtual LocalTime local(std::int64_t unix_ms) const = 0;
};

/// The machine's time zone.
class OsTimeZone final : public TimeZone {
 public:
  LocalTime local(std::int64_t unix_ms) const override;
};

/// Always the same distance from UTC.
class FixedZone final : public TimeZone {
 public:
  explicit FixedZone(int offset_minutes) : offset_minutes_(offset_minutes) {}
  LocalTime local(std::int64_t unix_ms) const override;

 private:
  const int offset_minutes_;
};

/// `Fri 14:05`
std::string clock_text(const LocalTime& t);

/// RFC 2822: `Fri, 31 Jan 2025 14:05:09 +0100`
std::string rfc2822(const LocalTime& t);

/// For names of files, in the order of time: `2025-01-31-14:05:09`
std::string file_stamp(const LocalTime& t);

}  // namespace kinode::terminal
