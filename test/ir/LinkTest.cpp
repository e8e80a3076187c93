//===- LinkTest.cpp - The algebra of linking ------------------------------===//

#include "RandomModule.h"

#include "checks/ir/Link.h"
#include "checks/ir/Serialize.h"
#include "checks/ir/Verify.h"

#include <gtest/gtest.h>

using namespace runnel::ir;
using runnel::ir::test::randomModule;

class Link : public testing::TestWithParam<uint64_t> {};

TEST_P(Link, OfOneIsThatOne) {
  Module M = randomModule(GetParam());
  EXPECT_TRUE(link({M}) == M);
  EXPECT_TRUE(link({M, M}) == M);
  EXPECT_TRUE(link({M, Module()}) == M);
}

TEST_P(Link, DoesNotDependOnOrderOrGrouping) {
  Module A = randomModule(3 * GetParam()), B = randomModule(3 * GetParam() + 1),
         C = randomModule(3 * GetParam() + 2);
  Module All = link({A, B, C});
  EXPECT_EQ(verify(All), "");
  EXPECT_TRUE(link({C, A, B}) == All);
  EXPECT_TRUE(link({B, C, A}) == All);
  EXPECT_TRUE(link({link({A, B}), C}) == All);
  EXPECT_TRUE(link({A, link({B, C})}) == All);
  EXPECT_TRUE(link({link({C, A}), B}) == All);
  EXPECT_TRUE(link({All, A, All, B}) == All);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Link, testing::Range<uint64_t>(0, 200));

static Module read(llvm::StringRef Text) {
  llvm::Expected<Module> M = readText(Text, "test");
  EXPECT_TRUE(!!M) << toString(M.takeError());
  return M ? std::move(*M) : Module();
}

TEST(LinkChoice, DefinedWinsOverDeclared) {
  Module Declared = read("func f noexcept"), Defined = read("func f { leave }");
  Module M = link({Declared, Defined});
  ASSERT_EQ(M.Functions.size(), 1u);
  EXPECT_TRUE(M.Functions[0].Defined);
  EXPECT_TRUE(link({Defined, Declared}) == M);
}

TEST(LinkChoice, HeaderCodeIsKeptOnce) {
  const char *Header = "record S behaviour in-header { field mu : M lock }\n"
                       "func S::f in-header {\n lock this.mu\n}\n"
                       "global g internal\n";
  Module M = link({read((llvm::Twine("main \"a.cpp\"\n") + Header).str()),
                   read((llvm::Twine("main \"b.cpp\"\n") + Header).str())});
  EXPECT_EQ(M.MainFiles.size(), 2u);
  EXPECT_EQ(M.Records.size(), 1u);
  EXPECT_EQ(M.Functions.size(), 1u);
  EXPECT_EQ(M.Globals.size(), 1u);
}

TEST(LinkChoice, LambdasComeWithTheirFunction) {
  Module A = read("func f {\n call g (local x)\n}\n"
                  "func l in f lambda {\n capture x from local x\n leave\n}");
  Module B = read("func f {\n call h (local y, local z)\n}\n"
                  "func l in f lambda {\n capture z from local z\n leave\n}");
  Module M = link({A, B});
  EXPECT_TRUE(M == A || M == B);
  EXPECT_TRUE(link({B, A}) == M);
  // A lambda whose function is elsewhere gives way to that function's own.
  Module Alone = read("func l in f lambda {\n capture q\n leave\n}\n");
  EXPECT_TRUE(link({Alone, A}) == A);
  EXPECT_TRUE(link({Alone, read("func f { leave }")}).Functions.size() == 1);
}
