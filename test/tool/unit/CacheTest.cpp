// CacheTest.cpp - Invariants of tool/cache: what is damaged is absent, what
// has changed is noticed.

#include "tool/cache/Cache.h"
#include "test/tool/unit/Folder.h"
#include "tool/cache/Dependencies.h"
#include "tool/cache/Hash.h"
#include "tool/driver/Analysis.h"
#include "tool/driver/Lower.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace runnel;
using namespace runnel::tool;

namespace {

std::string onlyFile(const Folder &F, llvm::StringRef Kind) {
  std::error_code EC;
  for (llvm::sys::fs::recursive_directory_iterator It(F / Kind, EC), End;
       It != End && !EC; It.increment(EC))
    if (llvm::sys::fs::is_regular_file(It->path()))
      return It->path();
  return "";
}

TEST(Cache, KeepsWhatItWasGiven) {
  Folder F;
  Cache C(F / "cache", 10);
  const std::string Key = hashOf("key");
  EXPECT_FALSE(C.get("unit", Key));
  C.put("unit", Key, std::string("a\0b", 3));
  EXPECT_EQ(Cache(F / "cache", 10).get("unit", Key), std::string("a\0b", 3));
  EXPECT_FALSE(C.get("module", Key));
  EXPECT_FALSE(Cache().get("unit", Key));
}

TEST(Cache, DamagedEntriesAreAbsent) {
  Folder F;
  const std::string Key = hashOf("key");
  Cache(F.Path, 10).put("unit", Key, "some content");
  const std::string File = onlyFile(F, "unit");
  ASSERT_FALSE(File.empty());
  const std::string Good =
      (*llvm::MemoryBuffer::getFile(File))->getBuffer().str();
  auto Restore = [&](llvm::StringRef Bytes) {
    std::error_code EC;
    llvm::raw_fd_ostream(File, EC) << Bytes;
  };
  for (size_t I = 0; I < Good.size(); ++I) {
    std::string Bad = Good;
    Bad[I] ^= 0x20;
    Restore(Bad);
    EXPECT_FALSE(Cache(F.Path, 10).get("unit", Key)) << "byte " << I;
    Restore(llvm::StringRef(Good).take_front(I));
    EXPECT_FALSE(Cache(F.Path, 10).get("unit", Key)) << "cut at " << I;
  }
  Restore(Good);
  EXPECT_TRUE(Cache(F.Path, 10).get("unit", Key));
}

TEST(Cache, AFolderThatCannotBeWrittenIsNoTrouble) {
  Folder F;
  // A file where the folder should be: not even root can write there.
  F.write("file", "x");
  Cache C(F / "file", 10);
  C.put("unit", hashOf("key"), "content");
  EXPECT_FALSE(C.get("unit", hashOf("key")));
  EXPECT_FALSE(C.trouble().empty());
}

TEST(Cache, AFullDiskIsNoTrouble) {
  // A process with a limit on file size sees what a full disk shows: writes
  // that fail in the middle.
  Folder F;
  const pid_t Child = ::fork();
  if (Child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit Limit = {100, 100};
    ::setrlimit(RLIMIT_FSIZE, &Limit);
    Cache C(F.Path, 10);
    C.put("unit", hashOf("key"), std::string(1000, 'x'));
    ::_exit(C.trouble().empty() || C.get("unit", hashOf("key")) ? 1 : 0);
  }
  int Status = 0;
  ::waitpid(Child, &Status, 0);
  EXPECT_EQ(Status, 0);
  EXPECT_EQ(onlyFile(F, "unit"), "") << "half a file is left";
}

TEST(Cache, ManyWritersDoNotDisturbEachOther) {
  Folder F;
  std::vector<pid_t> Children;
  for (int Process = 0; Process < 4; ++Process) {
    const pid_t Child = ::fork();
    if (Child == 0) {
      Cache C(F.Path, 10);
      for (int I = 0; I < 200; ++I) {
        const std::string Key = hashOf(std::to_string(I % 20));
        const std::string Content(1000 + I % 20, 'a' + I % 20);
        C.put("unit", Key, Content);
        std::optional<std::string> Back = C.get("unit", Key);
        if (!Back || *Back != Content)
          ::_exit(1);
      }
      ::_exit(0);
    }
    Children.push_back(Child);
  }
  for (pid_t Child : Children) {
    int Status = 0;
    ::waitpid(Child, &Status, 0);
    EXPECT_EQ(Status, 0);
  }
}

TEST(Cache, TrimForgetsWhatWasUsedLongestAgo) {
  Folder F;
  for (int I = 0; I < 30; ++I) {
    Cache(F.Path, 1).put("unit", hashOf(std::to_string(I)),
                         std::string(100'000, 'x'));
    // Ages told by the files' times: 29 is the youngest.
    timespec Times[2];
    Times[0].tv_sec = Times[1].tv_sec = ::time(nullptr) - 1000 + I;
    Times[0].tv_nsec = Times[1].tv_nsec = 0;
    llvm::SmallString<128> P(F.Path);
    const std::string Key = hashOf(std::to_string(I));
    llvm::sys::path::append(P, "unit", Key.substr(0, 2), Key);
    ASSERT_EQ(::utimensat(AT_FDCWD, P.c_str(), Times, 0), 0);
  }
  Cache C(F.Path, 1);
  C.put("unit", hashOf("last"), "x");
  C.trim();
  EXPECT_TRUE(C.get("unit", hashOf("last")));
  EXPECT_TRUE(C.get("unit", hashOf("29")));
  EXPECT_FALSE(C.get("unit", hashOf("0")));
  int Left = 0;
  for (int I = 0; I < 30; ++I)
    Left += C.get("unit", hashOf(std::to_string(I))).has_value();
  EXPECT_LE(Left, 10);
  EXPECT_GE(Left, 8);
}

Dependency fileDependency(const std::string &Path) {
  auto Stamp = stampOf(Path);
  return {Path, PathState::File, hashOfFile(Path), Stamp->second};
}

TEST(Dependencies, NoticeEveryChange) {
  Folder F;
  F.write("a.h", "one");
  Dependency D = fileDependency(F / "a.h");
  EXPECT_TRUE(FileMemo().holds(D));
  F.write("a.h", "two"); // the same size, within the same second
  EXPECT_FALSE(FileMemo().holds(D));
  F.write("a.h", "one"); // another time, the same content
  EXPECT_TRUE(FileMemo().holds(D));
  (void)llvm::sys::fs::remove(F / "a.h");
  EXPECT_FALSE(FileMemo().holds(D));
}

TEST(Dependencies, ARestoredModificationTimeFoolsNobody) {
  Folder F;
  F.write("a.h", "one");
  timespec Old[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ::utimensat(AT_FDCWD, (F / "a.h").c_str(), Old, 0);
  Dependency D = fileDependency(F / "a.h");
  D.Stamp.TakenNs += 10'000'000'000; // as if taken later: settled
  ASSERT_TRUE(D.Stamp.settled());
  EXPECT_TRUE(FileMemo().holds(D));
  F.write("a.h", "two");
  ::utimensat(AT_FDCWD, (F / "a.h").c_str(), Old, 0);
  EXPECT_FALSE(FileMemo().holds(D));
}

TEST(Dependencies, WhatWasMissingMustStayMissing) {
  Folder F;
  Dependency D{F / "a.h", PathState::Missing, "", {}};
  EXPECT_TRUE(FileMemo().holds(D));
  F.write("a.h", "");
  EXPECT_FALSE(FileMemo().holds(D));
  Dependency Names{F.Path, PathState::Folder, hashOfNames(F.Path),
                   stampOf(F.Path)->second};
  EXPECT_TRUE(FileMemo().holds(Names));
  F.write("b.h", "");
  EXPECT_FALSE(FileMemo().holds(Names));
}

// Every prefix and every flipped byte: refused or read, no crash.
TEST(Codec, DamagedBytesAreRefused) {
  LowerResult R;
  R.How = LowerResult::Parsed;
  R.Messages = {"a", "b"};
  R.Module = "module";
  R.Dependencies = {{"/a", PathState::File, "hash", {1, 2, 3, 4, 5}},
                    {"/b", PathState::Missing, "", {}}};
  const std::string Good = encode(R);
  LowerResult Back;
  ASSERT_TRUE(decode(Good, Back));
  EXPECT_EQ(Back.Module, "module");
  EXPECT_EQ(Back.Dependencies[0].Stamp.TakenNs, 5u);
  for (size_t I = 0; I < Good.size(); ++I) {
    LowerResult Cut;
    EXPECT_FALSE(decode(llvm::StringRef(Good).take_front(I), Cut));
    std::string Bad = Good;
    Bad[I] = char(0xff);
    LowerResult Flipped;
    (void)decode(Bad, Flipped);
  }
}

TEST(Codec, AnAnalysisComesBackAsItWas) {
  Analysis A;
  A.Checks = {"runnel-x"};
  Finding F;
  F.Check = "runnel-x";
  F.How = Severity::Error;
  F.Where = {{ir::Name("a.cpp"), 5, 1, 6}, 3, true};
  F.Message = "m";
  F.Symbol = "s";
  F.Notes = {{F.Where, "note"}};
  F.Fixes = {{"do", {{F.Where, "text"}}}};
  A.Findings = {F};
  ir::Suppression S;
  S.How = ir::Suppression::Allow;
  S.Globs = {ir::Name("x")};
  S.FirstLine = 1;
  S.LastLine = 2;
  A.Suppressions = {S};
  A.Problems = {{"f", "m", {"d"}}};
  A.MainFiles = {ir::Name("a.cpp")};
  A.Folders = {"", "src"};
  A.Parsed = 7;
  std::vector<Dependency> D = {{"/a", PathState::Folder, "h", {}}};
  Analysis Back;
  std::vector<Dependency> DBack;
  ASSERT_TRUE(decode(encode(A, D), Back, DBack));
  EXPECT_EQ(Back.Findings, A.Findings);
  EXPECT_EQ(Back.Suppressions, A.Suppressions);
  EXPECT_EQ(Back.Checks, A.Checks);
  EXPECT_EQ(Back.Folders, A.Folders);
  EXPECT_EQ(Back.Parsed, 7u);
  EXPECT_EQ(encode(Back, DBack), encode(A, D));
}

} // namespace
