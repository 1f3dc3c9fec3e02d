// Ids as text (kernel.md 1.2).
#include "msg/address.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::msg {
namespace {

template <class T>
std::string refusal(std::string_view text) {
  const auto id = T::parse(text);
  return id ? "accepted" : id.error().detail;
}

TEST(Ids, TextComesBack) {
  for (const std::string_view text : {"a.os@p:k:sys", "our@main:my_app:pub.os", "\xc3\xa9@ : :x"}) {
    EXPECT_EQ(Address::parse(text).value().text(), text);
  }
  EXPECT_EQ(ProcessId::parse("p:k:pub.os").value(), (ProcessId{"p", "k", "pub.os"}));
  EXPECT_EQ(ProcessId::parse("p:k:pub.os").value().text(), "p:k:pub.os");
  EXPECT_EQ(PackageId::parse("k:pub.os").value(), (PackageId{"k", "pub.os"}));
  EXPECT_EQ(PackageId::parse("k:pub.os").value().text(), "k:pub.os");
  EXPECT_EQ(Address::parse("a.os@p:k:sys").value(), (Address{"a.os", {"p", "k", "sys"}}));
}

TEST(Ids, ProcessIdHasExactlyThreeParts) {
  for (const std::string_view text : {"", "p", "p:k", ":k:s", "p::s", "p:k:", "::"}) {
    EXPECT_EQ(refusal<ProcessId>(text), "Missing field in ProcessId string") << text;
  }
  for (const std::string_view text : {"p:k:s:t", ":::", "a:b:c:"}) {
    EXPECT_EQ(refusal<ProcessId>(text), "Too many colons in ProcessId string") << text;
  }
}

TEST(Ids, PackageIdHasExactlyTwoParts) {
  for (const std::string_view text : {"", "k", ":s", "k:", ":"}) {
    EXPECT_EQ(refusal<PackageId>(text), "Missing field in ProcessId string") << text;
  }
  EXPECT_EQ(refusal<PackageId>("k:s:t"), "Too many colons in ProcessId string");
}

TEST(Ids, AddressNeedsANodeAndAProcess) {
  EXPECT_EQ(refusal<Address>("p:k:s"), "Node ID missing");
  EXPECT_EQ(refusal<Address>(""), "Node ID missing");
  EXPECT_EQ(refusal<Address>("@p:k:s"), "Node ID missing");
  EXPECT_EQ(refusal<Address>("a@b@p:k:s"), "Too many `@` chars: only one allowed");
  EXPECT_EQ(refusal<Address>("a@p:k"), "Missing field in ProcessId string");
  EXPECT_EQ(refusal<Address>("a@p:k:s:t"), "Too many colons in ProcessId string");
}

TEST(Ids, OverlongTextIsRefused) {
  const std::string node(limits::kAddressTextBytesMax - 6, 'a');
  EXPECT_TRUE(Address::parse(node + "@p:k:s"));
  EXPECT_EQ(refusal<Address>(node + "a@p:k:s"), "a name has 1025 bytes; at most 1024 are allowed");
}

TEST(Ids, KimapSafetyNamesTheBadPart) {
  const auto refusal_of = [](const ProcessId& id) {
    const auto ok = check_kimap_safe(id);
    return ok ? "accepted" : ok.error().detail;
  };
  EXPECT_EQ(refusal_of({"my-app-2", "k", "pub.os"}), "accepted");
  EXPECT_EQ(refusal_of({"my_app", "k", "pub.os"}),
            "Process name (my_app) can only contain a-z, 0-9, `-`");
  EXPECT_EQ(refusal_of({"p.q", "k", "pub.os"}),
            "Process name (p.q) can only contain a-z, 0-9, `-`");
  EXPECT_EQ(refusal_of({"p", "K", "pub.os"}), "Package name (K) can only contain a-z, 0-9, `-`");
  EXPECT_EQ(refusal_of({"p", "k", "Pub.os"}),
            "Publisher node (Pub.os) can only contain a-z, 0-9, `-`, `.`");
  EXPECT_EQ(refusal_of({"p\n", "k", "s"}), "Process name (p\n) can only contain a-z, 0-9, `-`");
  EXPECT_EQ(refusal_of({"", "k", "s"}), "Process name () can only contain a-z, 0-9, `-`");
  EXPECT_EQ(check_kimap_safe(Address{"A.os", {"p", "k", "s"}}).error().detail,
            "Node (A.os) can only contain a-z, 0-9, `-`, `.`");
  EXPECT_TRUE(check_kimap_safe(Address{"a.os", {"p", "k", "s"}}));
}

TEST(Ids, WellKnownProcessesAreRecognised) {
  EXPECT_EQ(system_process("vfs").text(), "vfs:distro:sys");
  EXPECT_EQ(terminal_process().text(), "terminal:terminal:sys");
  EXPECT_TRUE(is_system_process(system_process("net"), "net"));
  EXPECT_FALSE(is_system_process(system_process("net"), "vfs"));
  EXPECT_FALSE(is_system_process(ProcessId{"net", "distro", "evil.os"}, "net"));
}

TEST(Ids, EqualIdsHashAlike) {
  const Address a = Address::parse("a.os@p:k:s").value();
  const Address b = Address::parse("a.os@p:k:s").value();
  EXPECT_EQ(std::hash<Address>()(a), std::hash<Address>()(b));
  // The parts may not run together: these share their letters.
  EXPECT_NE((ProcessId{"ab", "c", "d"}), (ProcessId{"a", "bc", "d"}));
}

}  // namespace
}  // namespace kinode::msg
