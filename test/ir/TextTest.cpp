//===- TextTest.cpp - Hand-written modules mean what they say -------------===//

#include "checks/ir/Program.h"
#include "checks/ir/Serialize.h"

#include "llvm/Support/MemoryBuffer.h"

#include <gtest/gtest.h>

using namespace runnel::ir;

static Module read(llvm::StringRef Text) {
  llvm::Expected<Module> M = readText(Text, "test");
  EXPECT_TRUE(!!M) << toString(M.takeError());
  return M ? std::move(*M) : Module();
}

static const char *const Store = R"(
main "store.cpp"
record Store behaviour @1:7 {
  field mu : std::mutex lock private @2:14
  field items : "std::vector<Item>" container element Item private
  field next : Store * private
}
record Item { field cost : int scalar }
func Store::flush public @10:6 {
  guard.begin local hold (this.mu) @11:3+10
  access this.items write
  access this.items[i].cost read
  call sync (this.items, &local hold, 3, null) as "sync"
}
)";

TEST(HandWritten, PlacesGetSymbolsAndTypesFromRecords) {
  Module M = read(Store);
  ASSERT_EQ(M.Functions.size(), 1u);
  const Function &F = M.Functions[0];
  EXPECT_EQ(F.Record, Name("Store"));
  ASSERT_EQ(F.Blocks.size(), 1u);
  EXPECT_TRUE(F.Blocks[0].Leaves);
  const Event &E = F.Blocks[0].Events[0];
  EXPECT_EQ(E.What, Op::GuardBegin);
  const Place &Mu = F.place(E.Args[0].Place);
  EXPECT_EQ(Mu.Path[0].Symbol, Name("Store::mu"));
  EXPECT_EQ(Mu.Type.Is, Role::Lock);
  EXPECT_EQ(F.place(E.Subject).Root, Place::Local);
  EXPECT_EQ(F.Locals[0].Id, Name("hold"));
  const Place &Cost = F.place(F.Blocks[0].Events[2].Subject);
  EXPECT_EQ(print(F, F.Blocks[0].Events[2].Subject), "this.items[i].cost");
  EXPECT_EQ(Cost.Path[2].Symbol, Name("Item::cost"));
  EXPECT_TRUE(Cost.Type.Scalar);
}

TEST(HandWritten, LocationsAreInTheMainFileAndIncrease) {
  Module M = read(Store);
  const Range &R = M.Functions[0].Blocks[0].Events[0].Where;
  EXPECT_EQ(R.Begin.File, Name("store.cpp"));
  EXPECT_EQ(R.Begin.Line, 11u);
  EXPECT_EQ(R.Length, 10u);
  EXPECT_LT(M.Functions[0].Where, R);
}

TEST(HandWritten, BlocksFallThroughAndReturnLeaves) {
  Module M = read("func f {\n"
                  "  if owns local g -> yes, no\n"
                  "yes:\n  return\n"
                  "no:\n  unlock local g\n"
                  "last:\n  throw\n}");
  const Function &F = M.Functions[0];
  ASSERT_EQ(F.Blocks.size(), 4u);
  EXPECT_EQ(F.Blocks[0].Succs, (std::vector<BlockId>{1, 2}));
  EXPECT_EQ(F.Blocks[0].Cond.What, Condition::Owns);
  EXPECT_TRUE(F.Blocks[1].Leaves);
  EXPECT_EQ(F.Blocks[2].Succs, std::vector<BlockId>{3});
  EXPECT_FALSE(F.Blocks[3].Leaves);
  EXPECT_TRUE(F.Blocks[3].Succs.empty());
}

TEST(HandWritten, CapturesNamePlacesOfTheParent) {
  // The lambda may stand first, and the place may be used nowhere else.
  Module M =
      read("func a_l in outer lambda {\n  capture m from this.mu\n"
           "  lock capture m\n}\n"
           "func outer of Store {\n  spawn a_l (lambda a_l) goroutine\n}\n"
           "record Store { field mu : M lock }");
  const Function *Lambda = &M.Functions[0], *Outer = &M.Functions[1];
  ASSERT_EQ(Lambda->Captures.size(), 1u);
  EXPECT_EQ(print(*Outer, Lambda->Captures[0].Source), "this.mu");
  EXPECT_EQ(Outer->place(Lambda->Captures[0].Source).Type.Is, Role::Lock);
}

/// The modules in docs/design/ir.md: its blocks that begin like one.
TEST(Specification, ItsExamplesAreModules) {
  auto Page =
      llvm::MemoryBuffer::getFile(RUNNEL_SOURCE_DIR "/docs/design/ir.md");
  ASSERT_TRUE(!!Page);
  unsigned Modules = 0;
  llvm::SmallVector<llvm::StringRef> Blocks;
  (*Page)->getBuffer().split(Blocks, "```");
  for (size_t I = 1; I < Blocks.size(); I += 2) {
    llvm::StringRef Block = Blocks[I].ltrim("\n");
    if (!Block.starts_with("runnel-ir") && !Block.starts_with("record Store"))
      continue;
    ++Modules;
    std::string Written, Again;
    llvm::raw_string_ostream First(Written), Second(Again);
    writeText(read(Block), First);
    writeText(read(Written), Second);
    EXPECT_EQ(Written, Again);
    if (Block.starts_with("runnel-ir")) {
      EXPECT_EQ(Written, Block.str());
    }
  }
  EXPECT_EQ(Modules, 2u);
}

TEST(Printing, TextShowsWhatAPersonWantsToSee) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  writeText(read(Store), OS);
  EXPECT_NE(Text.find("  guard.begin local hold (this.mu) @11:3+10\n"),
            std::string::npos)
      << Text;
  EXPECT_NE(Text.find("  field mu : std::mutex private @2:14\n"),
            std::string::npos)
      << Text;
}

TEST(Printing, PrettyIsWhatAProgrammerWrites) {
  Module M = read("func f {\n  param jobs : Jobs pointer\n  lock this.a.b\n"
                  "  lock param jobs.mu\n  lock global ns::cache_lock\n"
                  "  lock this\n  lock this.get().v[2]\n}");
  const Function &F = M.Functions[0];
  std::vector<std::string> Pretty;
  for (const Event &E : F.Blocks[0].Events)
    Pretty.push_back(pretty(F, E.Subject));
  EXPECT_EQ(Pretty,
            (std::vector<std::string>{"a.b", "jobs->mu", "ns::cache_lock",
                                      "*this", "get().v[2]"}));
}

TEST(Program, AnswersByHierarchy) {
  Program P(read("record A { }\nrecord B { base A }\nrecord C { base B }\n"
                 "func A::f virtual { leave }\n"
                 "func B::f virtual {\n overrides A::f\n leave\n}\n"
                 "func C::f virtual {\n overrides B::f\n leave\n}\n"
                 "func l in A::f lambda { leave }\n"),
            true);
  EXPECT_TRUE(P.isA("C", "A"));
  EXPECT_TRUE(P.isA("C", "C"));
  EXPECT_FALSE(P.isA("A", "C"));
  EXPECT_EQ(P.derived("A").size(), 2u);
  ASSERT_EQ(P.overriders("A::f").size(), 3u);
  EXPECT_EQ(P.overriders("A::f")[2]->Symbol, Name("C::f"));
  EXPECT_EQ(P.overriders("C::f").size(), 1u);
  EXPECT_EQ(P.lambdas("A::f").size(), 1u);
  EXPECT_EQ(P.function("nobody"), nullptr);
}
