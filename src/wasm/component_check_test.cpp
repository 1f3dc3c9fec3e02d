// What people upload in place of a component: each gets an answer that helps.
#include "wasm/component_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/engine_fixture.h"
#include "wasm/wasi_component.h"

namespace kinode::wasm {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kWhatIsRight =
    "expected a WebAssembly component of the world kinode:process 1.0.0";
constexpr World kWorlds[] = {World::kKinode07, World::kKinode08, World::kKinode10,
                             World::kHyperware10};

std::string problem(ByteView bytes) {
  const auto checked = check_component(bytes);
  return checked ? "none" : checked.error().detail;
}
std::string problem(std::string_view text) { return problem(as_bytes(text)); }

TEST(ComponentCheck, AComponentOfThisWorldIsRight) {
  EXPECT_EQ(problem(guest_doing("").binary()), "none");
  EXPECT_EQ(problem(exiting_guest("", "0.2.12").binary()), "none");
}

TEST(ComponentCheck, AnEmptyFileIsNamed) {
  EXPECT_THAT(problem(ByteView()), AllOf(HasSubstr("the file is empty"), HasSubstr(kWhatIsRight)));
}

TEST(ComponentCheck, WhatIsNoWebAssemblyIsGuessed) {
  EXPECT_THAT(problem("hello\n"), AllOf(HasSubstr("a text file"), HasSubstr(kWhatIsRight)));
  EXPECT_THAT(problem("(component)"), HasSubstr("WebAssembly text, not binary"));
  EXPECT_THAT(problem("PK\x03\x04zip"), HasSubstr("a zip archive"));
  EXPECT_THAT(problem("\x7f"
                      "ELFxx"),
              HasSubstr("native program"));
  EXPECT_THAT(problem("\xff\xfe\x01"), HasSubstr("no WebAssembly"));
}

TEST(ComponentCheck, ACoreModuleIsToldHowToBecomeAComponent) {
  EXPECT_THAT(problem(wat_to_binary("(module (func (export \"init\")))").value()),
              AllOf(HasSubstr("a core WebAssembly module"), HasSubstr("wasm-tools component new")));
}

TEST(ComponentCheck, ATruncatedComponentIsNamedWhereverItIsCut) {
  const auto whole = guest_doing("(call $clear-state)").binary();
  for (const auto size : {5ul, 12ul, 100ul, whole.size() / 2, whole.size() - 1}) {
    EXPECT_THAT(problem(ByteView(whole).first(size)),
                AllOf(HasSubstr("cut off"), HasSubstr(std::to_string(size) + " bytes")))
        << size;
  }
}

TEST(ComponentCheck, ADamagedComponentIsNamed) {
  auto bytes = guest_doing("").binary();
  bytes[4] = 0x7f;  // no such version of the format
  EXPECT_THAT(problem(bytes), AllOf(HasSubstr("damaged"), HasSubstr(kWhatIsRight)));
}

TEST(ComponentCheck, TheWorldIsThatOfTheImport) {
  for (const auto world : kWorlds) {
    auto component = guest_doing("");
    component.world = world;
    EXPECT_EQ(check_component(component.binary()).value(), world) << standard_import(world);
  }
  const auto without = wat_to_binary(R"((component
      (core module $m (func (export "init")))
      (core instance $i (instantiate $m))
      (func (export "init") (canon lift (core func $i "init")))))");
  EXPECT_EQ(check_component(*without).value(), World::kKinode10);
}

TEST(ComponentCheck, AnotherVersionOfTheWorldIsToldWhatThisNodeRuns) {
  for (const auto* other : {"kinode:process/standard@0.9.0", "kinode:process/standard@1.0.1",
                            "kinode:process/standard@0.7.1", "hyperware:process/standard@2.0.0"}) {
    auto component = guest_doing("");
    component.standard = other;
    const std::string_view name = other;
    EXPECT_THAT(problem(component.binary()),
                AllOf(HasSubstr("version " + std::string(name.substr(name.find('@') + 1))),
                      HasSubstr("this node runs 1.0.0, 0.8.0 and 0.7.0 of kinode:process and 1.0.0 "
                                "of hyperware:process")));
    EXPECT_EQ(check_component(component.binary()).error().code, Code::kUnsupported);
  }
}

TEST(ComponentCheck, AnotherWorldIsToldWhichOnesRun) {
  auto component = guest_doing("");
  component.standard = "nobody:process/standard@1.0.0";
  const auto text = problem(component.binary());
  EXPECT_THAT(text, HasSubstr("does not have: nobody:process/standard@1.0.0"));
  for (const auto world : kWorlds) EXPECT_THAT(text, HasSubstr(standard_import(world)));
}

TEST(ComponentCheck, TwoWorldsInOneComponentAreRefused) {
  auto component = guest_doing("");
  component.imports = "(import \"kinode:process/standard@0.8.0\" (instance))";
  EXPECT_THAT(problem(component.binary()), AllOf(HasSubstr("both kinode:process/standard@0.8.0 and "
                                                           "kinode:process/standard@1.0.0"),
                                                 HasSubstr("the rules of one")));
}

TEST(ComponentCheck, AComponentWithoutInitIsToldWhatIsMissing) {
  auto component = guest_doing("");
  component.export_name = "start";
  EXPECT_THAT(problem(component.binary()), HasSubstr("no export `init: func(our: string)`"));
}

TEST(ComponentCheck, UnknownImportsAreListed) {
  auto component = guest_doing("");
  component.imports =
      "(import \"acme:gadget/spin@2.0.0\" (instance)) (import \"wasi:http/types@0.2.0\" (instance))"
      "(import \"wasi:cli/exit@0.3.0\" (instance))";
  EXPECT_THAT(problem(component.binary()),
              AllOf(HasSubstr("acme:gadget/spin@2.0.0, wasi:http/types@0.2.0, wasi:cli/exit@0.3.0"),
                    HasSubstr("this node has 0.2")));
}

TEST(ComponentCheck, NamesFromAComponentAreMadeSafeToPrint) {
  auto component = guest_doing("");
  component.imports = "(import \"unlocked-dep=<a:b>\" (instance))";
  const auto text = problem(component.binary());
  EXPECT_THAT(text, HasSubstr("unlocked-dep=<a:b>"));
  EXPECT_EQ(text, printable(text));
}

/// What only compiling finds out.
using CompileTest = EngineTest;

TEST_F(CompileTest, TheCheckComesFirst) {
  EXPECT_THAT(error_of({}), HasSubstr("the file is empty"));
}

TEST_F(CompileTest, ASectionThatNobodyKnowsIsNamed) {
  auto bytes = guest_doing("").binary();
  bytes[8] = 0x7f;
  EXPECT_THAT(error_of(bytes), AllOf(HasSubstr("section"), HasSubstr("offset")));
}

TEST_F(CompileTest, AnImportOfAWrongTypeIsNamed) {
  const auto component = wat_to_binary(R"((component
      (import "kinode:process/standard@1.0.0" (instance
        (export "clear-state" (func (param "what" string)))))
      (core module $m (func (export "init") (param i32 i32)) (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
      (core instance $i (instantiate $m))
      (func (export "init") (param "our" string) (canon lift (core func $i "init")
        (memory $i "memory") (realloc (func $i "realloc"))))))")
                             .value();
  EXPECT_THAT(error_of(component), AllOf(HasSubstr("clear-state"), HasSubstr("does not fit")));
}

TEST_F(CompileTest, AnInitWithAnotherSignatureIsToldTheRightOne) {
  const auto component = wat_to_binary(R"((component
      (core module $m (func (export "init")))
      (core instance $i (instantiate $m))
      (func (export "init") (canon lift (core func $i "init")))))")
                             .value();
  EXPECT_THAT(error_of(component),
              AllOf(HasSubstr("another signature"), HasSubstr("init: func(our: string)")));
}

TEST_F(CompileTest, InvalidCodeIsAnErrorWithItsPlace) {
  const auto component = wat_to_binary(R"((component
      (core module $m (func (export "f") (result i32)))
      (core instance $i (instantiate $m))
      (func (export "init") (param "our" u8) (canon lift (core func $i "f")))))")
                             .value();
  EXPECT_THAT(error_of(component), HasSubstr("offset"));
}

}  // namespace
}  // namespace kinode::wasm
