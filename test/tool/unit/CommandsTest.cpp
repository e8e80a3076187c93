// CommandsTest.cpp - Compile databases, and commands made ones for clang.

#include "test/tool/unit/Folder.h"
#include "tool/driver/CompileDb.h"
#include "tool/driver/Flags.h"
#include "tool/driver/Paths.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

using namespace runnel::tool;

namespace {

AdjustedCommand adjust(std::vector<std::string> Args,
                       const std::string &Folder = "/p",
                       const std::string &File = "/p/a.cpp") {
  return adjustCommand({File, Folder, std::move(Args)}, "/res", {}, {});
}

std::string joined(const std::vector<std::string> &V) {
  return llvm::join(V, " ");
}

// A word, or a flag and its value as two.
bool has(const AdjustedCommand &A, llvm::StringRef Word) {
  return llvm::is_contained(A.Args, Word) ||
         (" " + joined(A.Args) + " ").find((" " + Word + " ").str()) !=
             std::string::npos;
}

TEST(Flags, KeepWhatMattersAndDropTheRest) {
  AdjustedCommand A =
      adjust({"/usr/bin/g++", "-DX=1", "-I",      "inc",      "-isystem/usr/x",
              "-std=c++17",   "-Wall", "-Werror", "-O2",      "-g",
              "-MD",          "-MF",   "a.d",     "-o",       "a.o",
              "-c",           "a.cpp", "-fPIC",   "-pthread", "-include",
              "pre.h"});
  for (const char *Word :
       {"-D X=1", "-std=c++17", "-fPIC", "-pthread", "--driver-mode=g++",
        "-fsyntax-only", "-resource-dir=/res", "/p/a.cpp"})
    EXPECT_TRUE(has(A, Word)) << Word << " in " << joined(A.Args);
  for (const char *Word : {"-Wall", "-Werror", "-g", "-MD", "-MF", "a.d", "-o",
                           "a.o", "-c", "a.cpp"})
    EXPECT_FALSE(has(A, Word)) << Word << " in " << joined(A.Args);
  const std::string All = joined(A.Args);
  EXPECT_NE(All.find("-I inc"), std::string::npos) << All;
  EXPECT_NE(All.find("-include pre.h"), std::string::npos) << All;
  EXPECT_TRUE(A.Dropped.empty()) << joined(A.Dropped);
}

TEST(Flags, OfGccThatClangDoesNotKnowAreNamed) {
  AdjustedCommand A = adjust({"g++", "-fconcepts-diagnostics-depth=2",
                              "-fno-canonical-system-headers", "-c", "a.cpp"});
  EXPECT_EQ(joined(A.Dropped),
            "-fconcepts-diagnostics-depth=2 -fno-canonical-system-headers");
}

TEST(Flags, LaunchersAreNoCompilers) {
  for (std::vector<std::string> Args :
       {std::vector<std::string>{"ccache", "g++", "-DX"},
        {"/usr/bin/env", "CCACHE_DIR=/x", "ccache", "clang++-14", "-DX"},
        {"nice", "-n", "5", "distcc", "c++", "-DX"}}) {
    AdjustedCommand A = adjust(Args);
    EXPECT_TRUE(has(A, "--driver-mode=g++")) << joined(A.Args);
    EXPECT_TRUE(has(A, "-D X"));
    EXPECT_FALSE(has(A, "g++"));
  }
  EXPECT_TRUE(has(adjust({"/opt/gcc/bin/gcc", "-DX"}), "--driver-mode=gcc"));
}

TEST(Flags, CompilersInOtherPlacesBringTheirHeaders) {
  Folder F;
  F.write("gcc/bin/g++-13", "");
  F.write("gcc/lib64/gcc/x86_64-pc-linux-gnu/13/crtbegin.o", "");
  F.write("llvm/bin/clang++", "");
  F.write("res/lib/clang/22/include/stddef.h", "");
  const std::string Resources = F / "res/lib/clang/22";
  auto Adjusted = [&](const std::string &Compiler) {
    return adjustCommand({F / "a.cpp", F.Path, {Compiler, "-c", "a.cpp"}},
                         Resources, {}, {});
  };
  EXPECT_TRUE(has(Adjusted(F / "gcc/bin/g++-13"),
                  "--gcc-toolchain=" + (F / "gcc")));
  EXPECT_TRUE(has(Adjusted("./gcc/bin/g++-13"),
                  "--gcc-toolchain=" + (F / "gcc")));
  EXPECT_EQ(Adjusted(F / "llvm/bin/clang++").Args[0], F / "llvm/bin/clang++");
  // Beside our clang, for those that are not there, and for all others.
  for (const char *Compiler : {"g++", "clang++", "/absent/bin/clang++",
                               "/absent/bin/g++", "/usr/bin/g++"}) {
    AdjustedCommand A = Adjusted(Compiler);
    EXPECT_EQ(A.Args[0], F / "res/bin/clang") << Compiler;
    EXPECT_EQ(joined(A.Args).find("--gcc-toolchain"), std::string::npos)
        << Compiler;
  }
}

TEST(Flags, CrossCompilersNameTheirTarget) {
  EXPECT_TRUE(has(adjust({"/x/aarch64-linux-gnu-g++-12", "-c", "a.cpp"}),
                  "--target=aarch64-linux-gnu"));
  EXPECT_FALSE(llvm::any_of(adjust({"my-g++"}).Args, [](llvm::StringRef A) {
    return A.starts_with("--target");
  }));
}

TEST(Flags, PrecompiledHeadersOfOthersGo) {
  AdjustedCommand A =
      adjust({"clang++", "-Winvalid-pch", "-Xclang", "-include-pch", "-Xclang",
              "x.pch", "-Xclang", "-include", "-Xclang", "x.hxx", "a.cpp"});
  const std::string All = joined(A.Args);
  EXPECT_EQ(All.find("pch"), std::string::npos) << All;
  EXPECT_NE(All.find("x.hxx"), std::string::npos) << All;
}

TEST(Flags, ResponseFilesAreRelativeToTheCommandsFolder) {
  Folder F;
  F.write("flags.rsp", "-DA='x y' @more.rsp\n");
  F.write("more.rsp", "-DB @flags.rsp\n");
  AdjustedCommand A = adjust({"g++", "@flags.rsp", "@absent.rsp"}, F.Path);
  EXPECT_TRUE(has(A, "-D A=x y"));
  EXPECT_TRUE(has(A, "-D B"));
  const std::string Notes = joined(A.Notes);
  EXPECT_NE(Notes.find("absent.rsp"), std::string::npos);
  EXPECT_NE(Notes.find("files that name each other"), std::string::npos);
}

TEST(Flags, HeadersInTheListAreCxx) {
  AdjustedCommand A = adjust({"g++", "a.h"}, "/p", "/p/a.h");
  EXPECT_NE(joined(A.Args).find("-x c++ -- /p/a.h"), std::string::npos);
}

TEST(CompileDb, ReadsBothFormsAndRelativePaths) {
  CompileDb Db = llvm::cantFail(parseCompileDb(
      R"([{"directory": "sub", "file": "../a b.cpp", "command": "g++ -DX=\"1 2\" 'a b.cpp'"},
          {"directory": "/abs", "file": "ü.cpp", "arguments": ["g++", "-c", "ü.cpp"]},
          {"file": "c.cpp", "command": "g++ c.cpp"}])",
      "/p/build", "db"));
  ASSERT_EQ(Db.Commands.size(), 3u);
  EXPECT_EQ(Db.Commands[0].File, "/p/build/a b.cpp");
  EXPECT_EQ(Db.Commands[0].Directory, "/p/build/sub");
  EXPECT_EQ(Db.Commands[0].Args[1], "-DX=1 2");
  EXPECT_EQ(Db.Commands[1].File, "/abs/ü.cpp");
  EXPECT_EQ(Db.Commands[2].File, "/p/build/c.cpp");
}

TEST(CompileDb, SaysWhatIsWrong) {
  auto Error = [](const char *Text) {
    auto Db = parseCompileDb(Text, "/p", "db.json");
    return Db ? std::string("no error") : llvm::toString(Db.takeError());
  };
  EXPECT_EQ(Error("[").rfind("db.json: not valid JSON", 0), 0u);
  EXPECT_EQ(Error("{}"),
            "db.json: a compile database is a JSON array of commands");
  EXPECT_EQ(Error("[1]"), "db.json: entry 1: not an object");
  EXPECT_EQ(Error(R"([{"command": "g++"}])"), "db.json: entry 1: no \"file\"");
  EXPECT_EQ(Error(R"([{"file": "a"}])"),
            "db.json: entry 1: neither \"arguments\" nor \"command\"");
  EXPECT_EQ(Error(R"([{"file": "a", "command": " "}])"),
            "db.json: entry 1: an empty command");
  EXPECT_EQ(
      Error(R"([{"file": "a", "arguments": [1]}])"),
      "db.json: entry 1: \"arguments\" holds something that is no string");
}

TEST(CompileDb, IsFoundInBuildFoldersAndPresets) {
  Folder F;
  std::vector<std::string> Notes;
  auto Find = [&](llvm::StringRef Start, llvm::StringRef Asked = "") {
    auto Db = findCompileDb(Asked, Start, Notes);
    return Db ? *Db : llvm::toString(Db.takeError());
  };
  F.write("p/src/deep/a.cpp", "");
  F.write("p/CMakePresets.json", R"({"configurePresets": [
    {"name": "base", "binaryDir": "${sourceParentDir}/elsewhere/${presetName}"},
    {"name": "dev", "inherits": ["base"]}]})");
  EXPECT_NE(Find(F / "p/src").find("CMAKE_EXPORT_COMPILE_COMMANDS"),
            std::string::npos)
      << "says how to make one";
  F.write("elsewhere/dev/compile_commands.json", "[]");
  EXPECT_EQ(Find(F / "p/src/deep"), F / "elsewhere/dev/compile_commands.json");
  F.write("p/build/dev/compile_commands.json", "[]");
  timespec Old[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  ::utimensat(AT_FDCWD, (F / "elsewhere/dev/compile_commands.json").c_str(),
              Old, 0);
  EXPECT_EQ(Find(F / "p"), F / "p/build/dev/compile_commands.json");
  ASSERT_EQ(Notes.size(), 1u) << "several: says which";
  F.write("p/compile_commands.json", "[]");
  EXPECT_EQ(Find(F / "p"), F / "p/compile_commands.json");
  EXPECT_EQ(Find("/", F / "p/build/dev"),
            F / "p/build/dev/compile_commands.json");
  EXPECT_EQ(Find("/", F / "p"), F / "p/compile_commands.json");
  EXPECT_NE(Find("/", F / "absent").find("does not exist"), std::string::npos);
}

TEST(Paths, RootAndSpelling) {
  Folder F;
  F.write("p/.git/HEAD", "");
  F.write("p/src/a.cpp", "");
  F.write("p/lib/b.cpp", "");
  EXPECT_EQ(findRoot({F / "p/src/a.cpp"}, ""), F / "p");
  F.write("p/src/.runnel.yaml", "");
  EXPECT_EQ(findRoot({F / "p/src/a.cpp"}, ""), F / "p/src");
  EXPECT_EQ(findRoot({F / "p/src/a.cpp", F / "p/lib/b.cpp"}, ""), F / "p");
  Folder G;
  G.write("x/a.cpp", "");
  EXPECT_EQ(findRoot({G / "x/a.cpp", G / "y/b.cpp"}, ""), G.Path);
  EXPECT_EQ(findRoot({G / "x/a.cpp", "/elsewhere/gen.cpp"}, G.Path), G.Path);
  EXPECT_EQ(spell("/a/b/c", "/a"), "b/c");
  EXPECT_EQ(spell("/ab/c", "/a"), "/ab/c");
  EXPECT_EQ(unspell("b/../c", "/a"), "/a/c");
  EXPECT_EQ(relativeTo("/a/b/c", "/a/d"), "../b/c");
  EXPECT_EQ(relativeTo("/a/b/c", "/a/b"), "c");
}

} // namespace
