// FixesTest.cpp - Invariants 1 to 5 of tool/edit/ApplyFixes.h.

#include "test/tool/unit/Folder.h"
#include "tool/edit/ApplyFixes.h"
#include "tool/edit/AtomicFile.h"
#include "tool/edit/EmptiedLines.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

using namespace runnel;
using namespace runnel::tool;

namespace {

// A project of one folder; findings are made from what their fix replaces.
struct Project : Folder {
  Report R;
  Project() { R.Root = Path; }

  Edit edit(llvm::StringRef File, llvm::StringRef Old, llvm::StringRef New) {
    const std::string Text = read(File);
    Edit E;
    E.Where.Begin.File = ir::Name(File);
    E.Where.Begin.Offset = Text.find(Old);
    E.Where.Length = Old.size();
    std::tie(E.Where.Begin.Line, E.Where.Begin.Column) =
        lineAndColumn(Text, E.Where.Begin.Offset);
    E.Text = New.str();
    return E;
  }
  Edit insertBefore(llvm::StringRef File, llvm::StringRef Mark,
                    llvm::StringRef New) {
    Edit E = edit(File, Mark, New);
    E.Where.Length = 0;
    return E;
  }
  void finding(std::vector<Edit> Edits) {
    Finding F;
    F.Check = "runnel-test";
    F.Message = "finding " + std::to_string(R.Findings.size());
    F.Where = Edits.front().Where;
    F.Fixes.push_back({"mend it", std::move(Edits)});
    R.Findings.push_back({std::move(F), Silenced::No, "", ""});
  }
  FixOutcome apply() {
    addFingerprints(R);
    FixOutcome O = planFixes(R);
    EXPECT_FALSE(static_cast<bool>(applyFixes(O)));
    return O;
  }
};

TEST(Fixes, AreAppliedInSeveralFilesAtOnce) {
  Project P;
  P.write("a.h", "int a;\n");
  P.write("a.cpp", "one two three\n");
  P.finding({P.edit("a.h", "a", "b"), P.edit("a.cpp", "three", "3"),
             P.edit("a.cpp", "one", "1")});
  FixOutcome O = P.apply();
  EXPECT_EQ(P.read("a.h"), "int b;\n");
  EXPECT_EQ(P.read("a.cpp"), "1 two 3\n");
  EXPECT_EQ(O.Fixed.size(), 1u);
  EXPECT_EQ(P.list(), "a.cpp a.h") << "temporary files are left";
}

TEST(Fixes, ThatOverlapAreNotHalfApplied) {
  Project P;
  P.write("a.cpp", "alpha beta gamma\n");
  P.write("b.cpp", "delta\n");
  P.finding({P.edit("a.cpp", "alpha beta", "x")});
  // Its edit of b.cpp would be possible.
  P.finding(
      {P.edit("b.cpp", "delta", "y"), P.edit("a.cpp", "beta gamma", "z")});
  FixOutcome O = P.apply();
  EXPECT_EQ(P.read("a.cpp"), "x gamma\n");
  EXPECT_EQ(P.read("b.cpp"), "delta\n");
  ASSERT_EQ(O.LeftOut.size(), 1u);
  EXPECT_EQ(O.Fixed.size(), 1u);
  EXPECT_NE(O.LeftOut[0].second.find("overlaps"), std::string::npos);
}

TEST(Fixes, OfOneFindingMayNotClashWithThemselves) {
  Project P;
  P.write("a.cpp", "alpha beta\n");
  P.finding(
      {P.edit("a.cpp", "alpha", "x"), P.edit("a.cpp", "alpha beta", "y")});
  EXPECT_EQ(P.apply().Fixed.size(), 0u);
  EXPECT_EQ(P.read("a.cpp"), "alpha beta\n");
}

TEST(Fixes, ThatAskForTheSameEditMakeItOnce) {
  Project P;
  P.write("a.h", "class A {\n  int mu;\n};\n");
  P.write("a.cpp", "f(); g();\n");
  P.finding({P.insertBefore("a.h", "class", "#include <mutex>\n"),
             P.edit("a.cpp", "f()", "F()")});
  P.finding({P.insertBefore("a.h", "class", "#include <mutex>\n"),
             P.edit("a.cpp", "g()", "G()")});
  EXPECT_EQ(P.apply().Fixed.size(), 2u);
  EXPECT_EQ(P.read("a.h"), "#include <mutex>\nclass A {\n  int mu;\n};\n");
  EXPECT_EQ(P.read("a.cpp"), "F(); G();\n");
}

TEST(Fixes, InsertionsAtOnePlaceClashUnlessEqual) {
  Project P;
  P.write("a.cpp", "x\n");
  P.finding({P.insertBefore("a.cpp", "x", "1")});
  P.finding({P.insertBefore("a.cpp", "x", "2")});
  EXPECT_EQ(P.apply().Fixed.size(), 1u);
  EXPECT_EQ(P.read("a.cpp"), "1x\n");
}

TEST(Fixes, NeighboursDoNotClash) {
  Project P;
  P.write("a.cpp", "ab\n");
  P.finding({P.edit("a.cpp", "a", "1")});
  P.finding({P.edit("a.cpp", "b", "2")});
  EXPECT_EQ(P.apply().Fixed.size(), 2u);
  EXPECT_EQ(P.read("a.cpp"), "12\n");
}

TEST(Fixes, KeepLineEndsAndByteOrderMark) {
  Project P;
  P.write("a.cpp", "\xEF\xBB\xBFint a;\r\nint b;\r\n");
  P.finding({P.edit("a.cpp", "int b;", "int c;\nint d;")});
  P.apply();
  EXPECT_EQ(P.read("a.cpp"), "\xEF\xBB\xBFint a;\r\nint c;\r\nint d;\r\n");
}

TEST(Fixes, KeepPermissionsAndSymbolicLinks) {
  Project P;
  P.write("real.cpp", "a\n");
  ::chmod((P / "real.cpp").c_str(), 0640);
  ASSERT_EQ(::symlink("real.cpp", (P / "link.cpp").c_str()), 0);
  P.finding({P.edit("link.cpp", "a", "b")});
  P.apply();
  struct stat S;
  ASSERT_EQ(::lstat((P / "link.cpp").c_str(), &S), 0);
  EXPECT_TRUE(S_ISLNK(S.st_mode));
  ASSERT_EQ(::stat((P / "real.cpp").c_str(), &S), 0);
  EXPECT_EQ(S.st_mode & 0777, 0640u);
  EXPECT_EQ(P.read("real.cpp"), "b\n");
}

TEST(Fixes, LeaveMacrosAndForeignFilesAlone) {
  Project P;
  Folder Elsewhere;
  P.write("a.cpp", "M(a)\n");
  Elsewhere.write("b.h", "b\n");
  Edit Macro = P.edit("a.cpp", "a", "x");
  Macro.Where.InMacro = true;
  P.finding({Macro});
  Edit Foreign;
  Foreign.Where.Begin = {ir::Name(Elsewhere / "b.h"), 0, 1, 1};
  Foreign.Where.Length = 1;
  Foreign.Text = "x";
  P.finding({Foreign});
  EXPECT_EQ(P.apply().Fixed.size(), 0u);
  EXPECT_EQ(P.read("a.cpp"), "M(a)\n");
  EXPECT_EQ(Elsewhere.read("b.h"), "b\n");
}

TEST(Fixes, OfAFileThatChangedMeanwhileAreLeftOut) {
  Project P;
  P.write("a.cpp", "int a;\nint b;\n");
  P.finding({P.edit("a.cpp", "b", "c")});
  P.write("a.cpp", "// new line\nint a;\nint b;\n");
  FixOutcome O = P.apply();
  EXPECT_EQ(O.Fixed.size(), 0u);
  EXPECT_EQ(P.read("a.cpp"), "// new line\nint a;\nint b;\n");
}

TEST(Fixes, SilencedFindingsAreNotFixed) {
  Project P;
  P.write("a.cpp", "a\n");
  P.finding({P.edit("a.cpp", "a", "b")});
  P.R.Findings.back().By = Silenced::InSource;
  EXPECT_EQ(P.apply().Fixed.size(), 0u);
}

TEST(AtomicFile, LeavesTheOldContentWhereItCannotWrite) {
  Folder F;
  F.write("x/a.txt", "old");
  if (::geteuid() != 0) { // root may write anywhere
    ::chmod((F / "x").c_str(), 0500);
    EXPECT_TRUE(llvm::errorToBool(writeFileAtomically(F / "x/a.txt", "new")));
    ::chmod((F / "x").c_str(), 0700);
    EXPECT_EQ(F.read("x/a.txt"), "old");
  }
  EXPECT_TRUE(llvm::errorToBool(writeFileAtomically(F / "absent/a", "new")));
  // Given up half-way: nothing is left beside it.
  {
    llvm::Expected<PendingFile> P =
        PendingFile::write(F / "x/a.txt", "half", false);
    ASSERT_TRUE(static_cast<bool>(P));
  }
  EXPECT_EQ(F.read("x/a.txt"), "old");
  Folder X;
  EXPECT_EQ(X.list(), "");
}

// The diff, given to patch(1), makes the new text: over random edits.
TEST(UnifiedDiff, IsWhatPatchUnderstands) {
  std::mt19937 Random(7);
  for (int Round = 0; Round < 200; ++Round) {
    auto Pick = [&](unsigned N) { return unsigned(Random() % N); };
    std::string Before, After;
    const unsigned Lines = Pick(40);
    for (unsigned I = 0; I < Lines; ++I) {
      // Few different lines, so that they repeat.
      std::string Line = "line " + std::to_string(Pick(6)) +
                         (I + 1 == Lines && Pick(2) ? "" : "\n");
      Before += Line;
      switch (Pick(8)) {
      case 0:
        break;
      case 1:
        After += "new " + std::to_string(Pick(3)) + "\n";
        break;
      case 2:
        After += "more\n" + Line;
        break;
      default:
        After += Line;
      }
    }
    const std::string Diff = unifiedDiff("f", Before, After);
    if (Before == After) {
      EXPECT_EQ(Diff, "");
      continue;
    }
    Folder F;
    F.write("f", Before);
    F.write("d", Diff);
    const std::string Command =
        "cd " + F.Path + " && patch -s -p1 f d > out 2>&1";
    ASSERT_EQ(std::system(Command.c_str()), 0)
        << F.read("out") << "\n--- before\n"
        << Before << "--- after\n"
        << After << "--- diff\n"
        << Diff;
    if (After.empty()) // patch removes a file that becomes empty
      continue;
    ASSERT_EQ(F.read("f"), After) << Diff;
  }
}

} // namespace

namespace {

TEST(EmptiedLines, GoWithTheStatement) {
  Project P;
  P.write("a.cpp", "int a;\n  b();  \r\nc(); // why\n{ d(); }\ne();");
  auto Without = [&](std::vector<Edit> Edits) {
    Fix F{"", std::move(Edits)};
    SourceCache Sources(P.Path);
    removeEmptiedLines(F, Sources);
    std::string Text = P.read("a.cpp");
    for (const Edit &E : llvm::reverse(F.Edits)) {
      EXPECT_EQ(lineAndColumn(Text, E.Where.Begin.Offset).second,
                E.Where.Begin.Column);
      Text.replace(E.Where.Begin.Offset, E.Where.Length, E.Text);
    }
    return Text;
  };
  EXPECT_EQ(Without({P.edit("a.cpp", "b();", "")}),
            "int a;\nc(); // why\n{ d(); }\ne();");
  EXPECT_EQ(Without({P.edit("a.cpp", "int a;", "")}),
            "  b();  \r\nc(); // why\n{ d(); }\ne();");
  EXPECT_EQ(Without({P.edit("a.cpp", "c();", "")}),
            "int a;\n  b();  \r\n // why\n{ d(); }\ne();");
  EXPECT_EQ(Without({P.edit("a.cpp", "d(); ", "")}),
            "int a;\n  b();  \r\nc(); // why\n{ }\ne();");
  EXPECT_EQ(Without({P.edit("a.cpp", "b();", "x();")}),
            "int a;\n  x();  \r\nc(); // why\n{ d(); }\ne();");
  EXPECT_EQ(Without({P.edit("a.cpp", "b();", ""),
                     P.insertBefore("a.cpp", "c();", "y();\n")}),
            "int a;\ny();\nc(); // why\n{ d(); }\ne();");
  // Something else happens on the line.
  EXPECT_EQ(Without({P.insertBefore("a.cpp", "b();", "x(); "),
                     P.edit("a.cpp", "b();", "")}),
            "int a;\n  x();   \r\nc(); // why\n{ d(); }\ne();");
}

} // namespace
