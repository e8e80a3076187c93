// ReportTest.cpp - Carets, fix excerpts, fingerprints, escaping.

#include "test/tool/unit/Folder.h"
#include "tool/report/Excerpt.h"

#include "llvm/Support/JSON.h"

#include <gtest/gtest.h>

using namespace runnel;
using namespace runnel::tool;

namespace {

TEST(Excerpt, CaretsCountCharactersAndKeepTabs) {
  EXPECT_EQ(caretLine("int mu;", 5, 2), "    ^~");
  EXPECT_EQ(caretLine("\tint mu;", 6, 2), "\t    ^~");
  EXPECT_EQ(caretLine("/* ü */ mu", 10, 2), "        ^~");
  EXPECT_EQ(caretLine("/* 漢 */ mu", 11, 2), "         ^~");
  EXPECT_EQ(caretLine("a = b  // c", 1, 400), "^~~~~~~~~~~")
      << "cut at the end";
  EXPECT_EQ(caretLine("ab", 3, 5), "  ^");
  EXPECT_EQ(caretLine("ab", 1, 0), "^");
  EXPECT_EQ(caretLine("ab", 9, 1), "  ^") << "past the end";
}

Edit edit(uint32_t Offset, uint32_t Length, const char *Text) {
  Edit E;
  E.Where.Begin = {ir::Name("a.cpp"), Offset, 1, 1};
  E.Where.Length = Length;
  E.Text = Text;
  return E;
}

std::string hunks(const Fix &F, const Folder &Root) {
  SourceCache Sources(Root.Path);
  std::string Result;
  for (const FixHunk &H : hunksOf(F, Sources)) {
    Result += "@" + std::to_string(H.Line) + "\n";
    for (const std::string &L : H.Removed)
      Result += "-" + L + "\n";
    for (const std::string &L : H.Added)
      Result += "+" + L + "\n";
  }
  return Result;
}

TEST(Excerpt, FixesShowTheLinesTheyChange) {
  Folder F;
  F.write("a.cpp", "one\ntwo\nthree\nfour\n");
  EXPECT_EQ(hunks({"", {edit(4, 3, "2")}}, F), "@2\n-two\n+2\n");
  EXPECT_EQ(hunks({"", {edit(4, 0, "new\n")}}, F), "@2\n+new\n");
  EXPECT_EQ(hunks({"", {edit(4, 4, "")}}, F), "@2\n-two\n");
  EXPECT_EQ(hunks({"", {edit(0, 1, "O"), edit(14, 1, "F")}}, F),
            "@1\n-one\n+One\n@4\n-four\n+Four\n");
  EXPECT_EQ(hunks({"", {edit(4, 1, "T"), edit(6, 1, "O")}}, F),
            "@2\n-two\n+TwO\n");
  EXPECT_EQ(hunks({"", {edit(400, 1, "T")}}, F), "") << "not this file";
}

Report sample() {
  Report R;
  R.Root = "/p";
  for (int I = 0; I < 2; ++I) {
    Finding F;
    F.Check = "runnel-x";
    F.Message = "a \"quoted\" <b> & c,\nd: 100%";
    F.Where.Begin = {ir::Name("a,b.cpp"), 0, uint32_t(3 + I), 1};
    F.Symbol = "S::mu";
    R.Findings.push_back({F, Silenced::No, "", ""});
  }
  addFingerprints(R);
  return R;
}

TEST(Fingerprints, SurviveLineMovesAndTellEqualsApart) {
  Report A = sample(), B = sample();
  EXPECT_NE(A.Findings[0].Fingerprint, A.Findings[1].Fingerprint);
  for (ReportedFinding &F : B.Findings)
    F.What.Where.Begin.Line += 100;
  addFingerprints(B);
  EXPECT_EQ(A.Findings[0].Fingerprint, B.Findings[0].Fingerprint);
  EXPECT_EQ(A.Findings[1].Fingerprint, B.Findings[1].Fingerprint);
  B.Findings[0].What.Message += "!";
  addFingerprints(B);
  EXPECT_NE(A.Findings[0].Fingerprint, B.Findings[0].Fingerprint);
}

std::string written(const char *Format, const Report &R) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  findFormat(Format)->Write(R, {}, OS);
  return Text;
}

TEST(Formats, EscapeWhatTheirReadersMistake) {
  Report R = sample();
  const std::string GitHub = written("github", R);
  EXPECT_NE(GitHub.find("file=a%2Cb.cpp,line=3,col=1,title=runnel-x::a "
                        "\"quoted\" <b> & c,%0Ad: 100%25\n"),
            std::string::npos)
      << GitHub;
  const std::string JUnit = written("junit", R);
  EXPECT_NE(
      JUnit.find("message=\"a &quot;quoted&quot; &lt;b&gt; &amp; c,&#10;d"),
      std::string::npos)
      << JUnit;
  // Names of another encoding must not make a report that nobody can read.
  R.Findings[0].What.Message = "caf\xe9 \x01";
  for (const char *Format : {"junit", "html"}) {
    const std::string Text = written(Format, R);
    EXPECT_TRUE(llvm::json::isUTF8(Text)) << Format;
    EXPECT_EQ(Text.find('\x01'), std::string::npos) << Format;
  }
  for (const char *Format : {"json", "gitlab", "sarif"}) {
    llvm::Expected<llvm::json::Value> V = llvm::json::parse(written(Format, R));
    EXPECT_TRUE(static_cast<bool>(V)) << Format;
    llvm::consumeError(V.takeError());
  }
}

TEST(Formats, SayNothingOfSilencedFindings) {
  Report R = sample();
  for (ReportedFinding &F : R.Findings)
    F.By = Silenced::InSource;
  EXPECT_EQ(written("text", R), "");
  EXPECT_EQ(written("github", R), "");
  EXPECT_EQ(written("gitlab", R), "[]\n");
  EXPECT_NE(written("junit", R).find("name=\"no findings\""),
            std::string::npos);
  EXPECT_NE(written("json", R).find("\"suppressed\": \"source\""),
            std::string::npos);
}

} // namespace
