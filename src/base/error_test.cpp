#include "base/error.h"

#include <gtest/gtest.h>
#include <set>

namespace kinode {
namespace {

constexpr Code kCodes[] = {Code::kInvalid,    Code::kNotFound,    Code::kExists,      Code::kDenied,
                           Code::kOverloaded, Code::kTimeout,     Code::kUnavailable, Code::kIo,
                           Code::kCorrupt,    Code::kUnsupported, Code::kInternal};

TEST(Error, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Code code : kCodes) names.insert(code_name(code));
  EXPECT_EQ(names.size(), std::size(kCodes));
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Error, CodesKeepTheirNumbers) {
  // They are logged and compared: changing one is a change of format.
  EXPECT_EQ(static_cast<int>(Code::kInvalid), 1);
  EXPECT_EQ(static_cast<int>(Code::kOverloaded), 5);
  EXPECT_EQ(static_cast<int>(Code::kInternal), 11);
}

TEST(Error, FailKnowsTheUsualRemedy) {
  EXPECT_EQ(fail(Code::kInvalid, "x").error().remedy, Remedy::kFixRequest);
  EXPECT_EQ(fail(Code::kDenied, "x").error().remedy, Remedy::kFixRequest);
  EXPECT_EQ(fail(Code::kOverloaded, "x").error().remedy, Remedy::kRetryLater);
  EXPECT_EQ(fail(Code::kTimeout, "x").error().remedy, Remedy::kRetryLater);
  EXPECT_EQ(fail(Code::kIo, "x").error().remedy, Remedy::kFixSystem);
  EXPECT_EQ(fail(Code::kCorrupt, "x").error().remedy, Remedy::kFixSystem);
  EXPECT_EQ(fail(Code::kInternal, "x").error().remedy, Remedy::kReportBug);
}

TEST(Error, PlacesStandInFrontOutermostFirst) {
  const Error inner = fail(Code::kInvalid, "expected a number").error();
  const Error outer = fail_in("manifest.json", fail_in("entry 2", inner).error()).error();
  EXPECT_EQ(outer.detail, "manifest.json: entry 2: expected a number");
  EXPECT_EQ(outer.code, inner.code);
}

}  // namespace
}  // namespace kinode
