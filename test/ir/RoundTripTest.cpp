//===- RoundTripTest.cpp - Both forms hold all of a module ----------------===//

#include "RandomModule.h"

#include "checks/ir/Serialize.h"
#include "checks/ir/Verify.h"

#include <gtest/gtest.h>

using namespace runnel::ir;

static std::string text(const Module &M) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  writeText(M, OS);
  return Text;
}

static std::string binary(const Module &M) {
  std::string Bytes;
  llvm::raw_string_ostream OS(Bytes);
  writeBinary(M, OS);
  return Bytes;
}

class RoundTrip : public testing::TestWithParam<uint64_t> {};

TEST_P(RoundTrip, TextKeepsEverything) {
  for (uint64_t I = 0; I < 40; ++I) {
    Module M = test::randomModule(GetParam() * 1000 + I);
    ASSERT_EQ(verify(M), "");
    std::string Text = text(M);
    llvm::Expected<Module> Back = readText(Text, "test");
    ASSERT_TRUE(!!Back) << toString(Back.takeError()) << "\n" << Text;
    ASSERT_EQ(text(*Back), Text);
    ASSERT_TRUE(*Back == M) << "seed " << GetParam() * 1000 + I << "\n" << Text;
  }
}

TEST_P(RoundTrip, BinaryKeepsEverything) {
  for (uint64_t I = 0; I < 40; ++I) {
    Module M = test::randomModule(GetParam() * 1000 + I);
    std::string Bytes = binary(M);
    ASSERT_TRUE(isBinary(Bytes));
    llvm::Expected<Module> Back = readBinary(Bytes, "test");
    ASSERT_TRUE(!!Back) << toString(Back.takeError());
    ASSERT_TRUE(*Back == M) << "seed " << GetParam() * 1000 + I;
    ASSERT_EQ(binary(*Back), Bytes);
  }
}

TEST_P(RoundTrip, CanonicalFormIsAFixpoint) {
  for (uint64_t I = 0; I < 40; ++I) {
    Module M = test::randomModule(GetParam() * 1000 + I), Again = M;
    Again.canonicalize();
    ASSERT_TRUE(Again == M);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoundTrip, testing::Range<uint64_t>(0, 25));

TEST(Forms, TextIsNotBinary) {
  EXPECT_FALSE(isBinary(text(test::randomModule(1))));
  EXPECT_FALSE(isBinary(""));
}
