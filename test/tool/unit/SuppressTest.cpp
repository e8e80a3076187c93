// SuppressTest.cpp - NOLINT and RUNNEL_ALLOW, once they are data.

#include "tool/driver/Suppress.h"
#include "checks/Check.h"

#include <gtest/gtest.h>

using namespace runnel;
using namespace runnel::tool;

namespace {

// A check that exists, for suppressions that name one.
std::vector<Finding> none(const analysis::Facts &, const Options &) {
  return {};
}
const CheckRegistration X("runnel-zz-suppress-test", Level::Default, none);

ReportedFinding finding(const char *Check, uint32_t Line) {
  ReportedFinding F;
  F.What.Check = Check;
  F.What.Where.Begin = {ir::Name("a.cpp"), 0, Line, 1};
  return F;
}

ir::Suppression suppression(std::vector<ir::Name> Globs, uint32_t First,
                            uint32_t Last) {
  ir::Suppression S;
  S.Comment.Begin = {ir::Name("a.cpp"), 0, First, 5};
  S.FirstLine = First;
  S.LastLine = Last;
  S.Globs = std::move(Globs);
  return S;
}

std::string silenced(std::vector<ir::Suppression> All,
                     std::vector<ReportedFinding> Findings) {
  applySuppressions(Findings, All, false,
                    [](llvm::StringRef, ir::Name) { return true; });
  std::string Result;
  for (const ReportedFinding &F : Findings)
    Result += F.By == Silenced::No ? '.' : 'S';
  return Result;
}

TEST(Suppress, CoversLinesAndNames) {
  std::vector<ReportedFinding> Two = {finding("runnel-a-b", 3),
                                      finding("runnel-a-c", 4)};
  EXPECT_EQ(silenced({suppression({}, 3, 3)}, Two), "S.");
  EXPECT_EQ(silenced({suppression({}, 3, 4)}, Two), "SS");
  EXPECT_EQ(silenced({suppression({"runnel-a-c"}, 3, 4)}, Two), ".S");
  EXPECT_EQ(silenced({suppression({"a-c"}, 3, 4)}, Two), ".S");
  EXPECT_EQ(silenced({suppression({"runnel-*", "-runnel-a-b"}, 1, 9)}, Two),
            ".S");
  EXPECT_EQ(silenced({suppression({"bugprone-*"}, 1, 9)}, Two), "..");
  ir::Suppression Other = suppression({}, 1, 9);
  Other.Comment.Begin.File = ir::Name("b.cpp");
  EXPECT_EQ(silenced({Other}, Two), "..");
}

std::vector<ReportedFinding>
unused(ir::Suppression S, bool Enabled,
       std::vector<ReportedFinding> Findings = {}) {
  applySuppressions(Findings, {S}, true,
                    [&](llvm::StringRef, ir::Name) { return Enabled; });
  std::vector<ReportedFinding> Result;
  for (ReportedFinding &F : Findings)
    if (F.What.Check == "runnel-unused-suppression")
      Result.push_back(std::move(F));
  return Result;
}

TEST(Suppress, ThatSilencesNothingIsAFinding) {
  const ir::Suppression S = suppression({"runnel-zz-suppress-test"}, 3, 3);
  ASSERT_EQ(unused(S, true).size(), 1u);
  EXPECT_EQ(unused(S, true)[0].What.Message,
            "this suppression of runnel-zz-suppress-test suppresses nothing");
  EXPECT_EQ(unused(S, false).size(), 0u) << "the check did not run";
  EXPECT_EQ(unused(S, true, {finding("runnel-zz-suppress-test", 3)}).size(),
            0u);
  EXPECT_EQ(unused(suppression({}, 3, 3), true).size(), 0u) << "not only ours";
  EXPECT_EQ(unused(suppression({"bugprone-x"}, 3, 3), true).size(), 0u);
  EXPECT_EQ(unused(suppression({"*"}, 3, 3), true).size(), 0u);
  ASSERT_EQ(unused(suppression({"runnel-zz-supress-test"}, 3, 3), true).size(),
            1u);
  EXPECT_NE(unused(suppression({"runnel-zz-supress-test"}, 3, 3), true)[0]
                .What.Message.find("did you mean 'runnel-zz-suppress-test'"),
            std::string::npos);
}

} // namespace
