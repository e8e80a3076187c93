// ConfigTest.cpp - .clang-tidy, .runnel.yaml, lists of globs.

#include "test/tool/unit/Folder.h"
#include "tool/config/RunnelYaml.h"
#include "tool/config/TidyConfig.h"

#include <gtest/gtest.h>

using namespace runnel;
using namespace runnel::tool;

namespace {

template <class T> std::string errorOf(llvm::Expected<T> E) {
  return E ? std::string("no error") : llvm::toString(E.takeError());
}

TEST(Globs, TheLastThatMatchesDecides) {
  auto Has = [](const char *List, const char *Name) {
    return globsContain(parseGlobs(List), Name);
  };
  EXPECT_TRUE(Has("-*,a-*", "a-b"));
  EXPECT_FALSE(Has("a-*,-*", "a-b"));
  EXPECT_TRUE(Has("a-*-c", "a-b-b-c"));
  EXPECT_FALSE(Has("a-*-c", "a-c"));
  EXPECT_TRUE(Has("*a*a*", "aa"));
  EXPECT_FALSE(Has("*a*a*", "a"));
  EXPECT_TRUE(Has(" -x ,\n y\n", "y"));
  EXPECT_FALSE(Has("", "y"));
  EXPECT_FALSE(Has("a.c", "abc")) << "a dot is a dot";
}

TEST(TidyConfig, UnknownKeysNameTheNearest) {
  EXPECT_EQ(errorOf(parseTidyConfig("Cheks: '-*'\n", ".clang-tidy")),
            ".clang-tidy:1:1: unknown key 'Cheks'; did you mean 'Checks'?");
  EXPECT_EQ(errorOf(parseTidyConfig("Checks: ''\nChecks: ''\n", "f")),
            "f:2:1: 'Checks' is said twice");
}

TEST(TidyConfig, UnknownChecksAndOptionsAreErrors) {
  EXPECT_NE(errorOf(parseTidyConfig("Checks: 'runnel-nonsense'\n", "f"))
                .find("f:1:9: unknown check 'runnel-nonsense'"),
            std::string::npos);
  EXPECT_NE(
      errorOf(parseTidyConfig("CheckOptions:\n  runnel-nonsense.X: 1\n", "f"))
          .find("f:2:3: unknown check 'runnel-nonsense'"),
      std::string::npos);
  // Others' checks and options are none of ours.
  EXPECT_EQ(
      errorOf(parseTidyConfig(
          "Checks: 'bugprone-x'\nCheckOptions:\n  - {key: a.b, value: 1}\n",
          "f")),
      "no error");
}

TEST(TidyConfig, BrokenYamlIsAnErrorWithItsPlace) {
  const std::string E = errorOf(parseTidyConfig("Checks: [\n", "f"));
  EXPECT_EQ(E.rfind("f:", 0), 0u) << E;
  EXPECT_EQ(errorOf(parseTidyConfig("- a\n- b\n", "f")),
            "f:1:1: a mapping (`key: value` lines) belongs here");
  EXPECT_EQ(errorOf(parseTidyConfig("", "f")), "no error");
  EXPECT_EQ(
      errorOf(parseTidyConfig(
                  llvm::StringRef("CustomChecks:\n  -\0C {;\0\0", 24), "f"))
          .rfind("f:", 0),
      0u)
      << "found by the fuzzer: a key whose value cannot be parsed";
  EXPECT_NE(errorOf(parseTidyConfig("HeaderFilterRegex: '('\n", "f"))
                .find("no regular expression"),
            std::string::npos);
}

TEST(TidyConfig, InheritsAsClangTidyDoes) {
  Folder F;
  F.write(".clang-tidy", "Checks: '-*,runnel-*'\n"
                         "HeaderFilterRegex: 'outer'\n"
                         "WarningsAsErrors: 'a'\n");
  F.write("own/.clang-tidy", "Checks: 'bugprone-*'\n");
  F.write("child/.clang-tidy", "InheritParentConfig: true\n"
                               "Checks: '-runnel-*'\n"
                               "WarningsAsErrors: 'b'\n");
  F.write("child/deep/x.cpp", "");
  F.write("plain/x.cpp", "");
  TidyConfigs C;
  auto At = [&](const char *Sub) {
    return *llvm::cantFail(C.forFolder(F / Sub));
  };
  EXPECT_EQ(At("plain").Checks.size(), 2u);
  EXPECT_EQ(At("own").Checks.size(), 1u);
  EXPECT_FALSE(At("own").HeaderFilterRegex);
  EXPECT_EQ(At("child").Checks.size(), 3u);
  EXPECT_EQ(At("child").Checks.back().Pattern, "runnel-*")
      << "the child's last";
  EXPECT_EQ(At("child").HeaderFilterRegex, "outer");
  EXPECT_EQ(At("child").WarningsAsErrors.size(), 2u);
  EXPECT_EQ(At("child/deep").Checks.size(), 3u);
}

TEST(TidyConfig, LevelsAndGlobs) {
  const CheckInfo Default{"runnel-a-x", Level::Default, nullptr, {}, false};
  const CheckInfo Strict{"runnel-a-y", Level::Strict, nullptr, {}, false};
  TidyConfig None;
  auto On = [&](const CheckInfo &C, Level L, const char *CommandLine,
                const char *File = "") {
    TidyConfig T;
    T.Checks = parseGlobs(File);
    return isEnabled(C, T, L, parseGlobs(CommandLine));
  };
  EXPECT_TRUE(On(Default, Level::Default, ""));
  EXPECT_FALSE(On(Strict, Level::Default, ""));
  EXPECT_TRUE(On(Strict, Level::Advice, ""));
  EXPECT_FALSE(On(Strict, Level::Default, "runnel-*")) << "the level's checks";
  EXPECT_TRUE(On(Strict, Level::Default, "runnel-a-y")) << "named: wanted";
  EXPECT_FALSE(On(Default, Level::Default, "-*"));
  EXPECT_TRUE(On(Default, Level::Default, "-*,runnel-a-*"));
  // Meant for clang-tidy's own checks.
  EXPECT_TRUE(On(Default, Level::Default, "", "-*,bugprone-*"));
  EXPECT_FALSE(On(Default, Level::Default, "", "-*,runnel-b-*"));
  EXPECT_TRUE(On(Default, Level::Default, "runnel-a-x", "-*,runnel-b-*"));
}

TEST(RunnelYaml, ReadsWhatItKnows) {
  RunnelYaml R =
      llvm::cantFail(parseRunnelYaml("level: strict\n"
                                     "exclude: [third_party, '*.pb.*']\n"
                                     "cache: {size: 10, folder: c}\n"
                                     "limits: {seconds: 5, memory: 6}\n",
                                     "/p/.runnel.yaml", nullptr));
  EXPECT_EQ(R.At, Level::Strict);
  EXPECT_TRUE(R.excludes("third_party/x/y.cpp"));
  EXPECT_TRUE(R.excludes("gen/a.pb.cc"));
  EXPECT_FALSE(R.excludes("third_party_not/y.cpp"));
  EXPECT_EQ(R.CacheMb, 10u);
  EXPECT_EQ(R.CacheFolder, "/p/c");
  EXPECT_EQ(R.Seconds, 5u);
  EXPECT_EQ(R.MemoryMb, 6u);
}

TEST(RunnelYaml, ErrorsSayWhereAndWhatInstead) {
  auto Error = [](const char *Text) {
    return errorOf(parseRunnelYaml(Text, "f", nullptr));
  };
  EXPECT_EQ(Error("levle: strict\n"),
            "f:1:1: unknown key 'levle'; did you mean 'level'?");
  EXPECT_EQ(Error("level: strickt\n"),
            "f:1:8: 'strickt' is no level: default, strict or advice");
  EXPECT_EQ(Error("limits:\n  seconds: soon\n"),
            "f:2:12: a number belongs here, not 'soon'");
  EXPECT_EQ(Error("limits:\n  second: 1\n"),
            "f:2:3: unknown key 'second'; did you mean 'seconds'?");
  EXPECT_EQ(Error("exclude:\n  - '['\n").rfind("f:2:3: ", 0), 0u);
}

// Whatever the bytes: an answer, no crash.
TEST(RunnelYaml, SurvivesBrokenBytes) {
  const std::string Good = "level: strict\nexclude: [a, b]\nvocabulary:\n"
                           "  types:\n    - name: my::Lock\n      is: lock\n";
  for (size_t I = 0; I < Good.size(); ++I)
    for (char C : {'\0', '\xff', '[', '{', '&', '*', '|', '"', '\n', ':'}) {
      std::string Bad = Good;
      Bad[I] = C;
      llvm::Expected<RunnelYaml> R = parseRunnelYaml(Bad, "f", nullptr);
      if (!R)
        EXPECT_EQ(llvm::toString(R.takeError()).rfind("f:", 0), 0u) << Bad;
      llvm::Expected<TidyConfig> T = parseTidyConfig(Bad, "f");
      if (!T)
        EXPECT_EQ(llvm::toString(T.takeError()).rfind("f:", 0), 0u) << Bad;
    }
}

} // namespace
