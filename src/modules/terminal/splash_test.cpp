#include "modules/terminal/splash.h"

#include <gmock/gmock.h>

#include "modules/terminal/text.h"

namespace kinode::terminal {
namespace {

using testing::HasSubstr;

const SplashInfo kInfo{"demo.os", true, "1.0.0", "127.0.0.1", "/home/me/demo", "0xabcd", false};

TEST(Splash, TellsWhoThisIsAndWhere) {
  for (const std::size_t columns : {0u, 1u, 80u, 200u}) {
    const std::string text = splash_text(kInfo, columns);
    for (const auto* fact : {"demo.os (direct)", "version 1.0.0", "public IP 127.0.0.1",
                             "home at /home/me/demo", "networking key 0xabcd"}) {
      EXPECT_THAT(text, HasSubstr(fact)) << columns;
    }
    EXPECT_THAT(text, testing::Not(HasSubstr("detached")));
  }
}

TEST(Splash, StandsSideBySideOnWideTerminals) {
  EXPECT_GT(lines_of(splash_text(kInfo, 89)).size(), lines_of(splash_text(kInfo, 90)).size());
}

TEST(Splash, SaysWhenNobodyCanType) {
  SplashInfo info = kInfo;
  info.direct = false;
  info.detached = true;
  EXPECT_THAT(splash_text(info, 80), HasSubstr("demo.os (indirect) (detached)"));
}

TEST(Splash, LeavesOutWhatIsNotKnownAndShowsWhatIsOdd) {
  SplashInfo info = kInfo;
  info.public_ip.clear();
  info.networking_key.clear();
  info.home = "/home/\x1b[2J";
  const std::string text = splash_text(info, 80);
  EXPECT_THAT(text, testing::Not(HasSubstr("networking")));
  EXPECT_THAT(text, HasSubstr("/home/\\x1b[2J"));
}

}  // namespace
}  // namespace kinode::terminal
