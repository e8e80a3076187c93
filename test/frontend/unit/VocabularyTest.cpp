//===- VocabularyTest.cpp - The vocabulary's form, and its mistakes -------===//

#include "checks/frontend/Vocabulary.h"
#include "checks/frontend/Frontend.h"

#include "gtest/gtest.h"

using namespace runnel;
using frontend::Action;
using frontend::Verb;
using frontend::Vocabulary;

namespace {

std::string parse(Vocabulary &V, llvm::StringRef Text) {
  llvm::Error E = V.parse(Text, "own.yaml");
  return E ? llvm::toString(std::move(E)) : "";
}

std::string mistake(llvm::StringRef Text) {
  Vocabulary V;
  return parse(V, Text);
}

// Parsing all embedded files is the test: builtin() ends the process if one of
// them is wrong.
TEST(Vocabulary, KnowsTheLibraries) {
  const Vocabulary &V = Vocabulary::builtin();
  for (const char *Name :
       {"std::mutex", "boost::mutex", "absl::Mutex", "folly::SharedMutex",
        "QMutex", "tbb::spin_mutex", "bthread::Mutex", "CRITICAL_SECTION",
        "pthread_mutex_t", "mtx_t", "runnel::mutex", "boost::fibers::mutex"}) {
    const frontend::TypeEntry *Entry = V.type(Name);
    ASSERT_TRUE(Entry) << Name;
    EXPECT_EQ(Entry->Is, ir::Role::Lock) << Name;
  }
  ASSERT_TRUE(V.function("recv"));
  EXPECT_EQ(V.function("recv")->front().What, Verb::Block);
  EXPECT_EQ(V.function("recv")->front().Kind, "network");
  EXPECT_EQ(V.function("recv")->front().UnlessArg, 3);
  EXPECT_FALSE(V.type("mutex"));
  EXPECT_TRUE(V.mayBeType("mutex"));
  EXPECT_FALSE(V.mayBeType("no_such_type"));
}

TEST(Vocabulary, CopiesWithLike) {
  Vocabulary V;
  EXPECT_EQ(parse(V, "types:\n"
                     "  - name: [a::M, a::N]\n"
                     "    is: lock\n"
                     "    methods: {lock: lock, unlock: unlock}\n"
                     "  - name: a::S\n"
                     "    like: a::M\n"
                     "    traits: shared\n"
                     "    methods:\n"
                     "      r, rr: lock shared\n"),
            "");
  const frontend::TypeEntry *S = V.type("a::S");
  ASSERT_TRUE(S);
  EXPECT_EQ(S->Is, ir::Role::Lock);
  EXPECT_EQ(S->Traits, ir::SharedMode);
  EXPECT_TRUE(S->Methods.contains("lock"));
  ASSERT_TRUE(S->Methods.contains("rr"));
  EXPECT_EQ(S->Methods.lookup("rr").front().Flags, ir::Shared);
  EXPECT_FALSE(V.type("a::M")->Methods.contains("rr"));
}

TEST(Vocabulary, ReplacesWhatWasSaidBefore) {
  Vocabulary V = Vocabulary::builtin();
  EXPECT_EQ(parse(V, "functions:\n  usleep: plain\n"), "");
  EXPECT_EQ(V.function("usleep")->front().What, Verb::Plain);
  EXPECT_EQ(Vocabulary::builtin().function("usleep")->front().What,
            Verb::Block);
}

TEST(Vocabulary, TellsWhereAMistakeIsAndTheNearestWord) {
  EXPECT_EQ(mistake("types:\n  - name: x::M\n    is: lok\n"),
            "own.yaml:3:9: unknown role 'lok'; did you mean 'lock'?");
  EXPECT_EQ(mistake("functions:\n  f: blok sleep\n"),
            "own.yaml:2:6: unknown verb 'blok'; did you mean 'block'?");
  EXPECT_EQ(mistake("functions:\n  f: lock shard\n"),
            "own.yaml:2:6: unknown word 'shard'; did you mean 'shared'?");
  EXPECT_EQ(mistake("typs: []\n"),
            "own.yaml:1:1: unknown key 'typs'; did you mean 'types'?");
  EXPECT_EQ(mistake("types:\n  - name: x\n    traits: [fast]\n"),
            "own.yaml:3:14: unknown trait 'fast'");
  EXPECT_EQ(mistake("functions:\n  f: lock success=maybe\n"),
            "own.yaml:2:6: expected a number after 'success='");
  EXPECT_NE(mistake("types:\n  - is: lock\n").find("no 'name:'"),
            std::string::npos);
  EXPECT_NE(mistake("types: [\n").find("own.yaml:"), std::string::npos);
}

TEST(Vocabulary, SurvivesAnyText) {
  for (const char *Text :
       {"", "---", "[]", "{", "types:", "types: 3", "functions: [a, b]",
        "types:\n  - 1\n", "functions:\n  ? [a]\n  : b\n", "\t",
        ": :", "&a *b"})
    mistake(Text);
}

TEST(Frontend, SkipsFilesThatMentionNothing) {
  const Vocabulary &V = Vocabulary::builtin();
  EXPECT_FALSE(frontend::mentionsVocabulary("int add(int a) { return a; }", V));
  EXPECT_TRUE(frontend::mentionsVocabulary("#include <mutex>", V));
  EXPECT_TRUE(frontend::mentionsVocabulary("void f() { l.unlock(); }", V));
  // Words, not parts of words.
  EXPECT_FALSE(frontend::mentionsVocabulary("int mutexes, clocked;", V));
}

} // namespace
