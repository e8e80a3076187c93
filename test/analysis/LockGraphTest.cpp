//===- LockGraphTest.cpp - Lock order, lone code, guarded data, sections --===//

#include "Analysed.h"

#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/LockGraph.h"
#include "checks/analysis/Scope.h"

#include <gtest/gtest.h>

using namespace runnel;
using namespace runnel::analysis;

static const std::string Records = R"(
main "a.cpp"
record A behaviour {
  field mu : "std::mutex" lock private
  field n : int scalar private
  field rec : "std::recursive_mutex" lock recursive private
  field rw : "std::shared_mutex" lock shared-mode private
}
record B behaviour {
  field mu : "std::mutex" lock private
}
global g1 : "std::mutex" lock
global g2 : "std::mutex" lock
global g3 : "std::mutex" lock
)";

static Analysed program(const std::string &Text) {
  return Analysed(Records + Text);
}

/// "from>to" for every edge, by class.
static std::string edges(const Analysed &A) {
  std::string Text;
  const LockGraph &G = A.facts().lockGraph();
  for (const LockEdge &E : G.edges())
    Text += (Text.empty() ? "" : " ") +
            className(A.program(), G.nodes()[E.From]) + ">" +
            className(A.program(), G.nodes()[E.To]);
  return Text;
}

TEST(LockGraph, OneLockUnderAnother) {
  Analysed A = program(R"(
func f {
  lock global g1
  lock global g2
}
)");
  EXPECT_EQ(edges(A), "g1>g2");
}

TEST(LockGraph, ThroughACall) {
  Analysed A = program(R"(
func A::f public {
  param b : B reference record B
  guard.begin local h (this.mu)
  call B::g on param b
  guard.end local h
}
func B::g public {
  guard.begin local h (this.mu)
  guard.end local h
}
)");
  EXPECT_EQ(edges(A), "A::mu>B::mu");
  const LockWitness &W = A.facts().lockGraph().edges()[0].Witnesses[0];
  EXPECT_EQ(W.In, &A.function("A::f"));
  EXPECT_EQ(A.facts().summaries().trace(*W.In, W.How).size(), 2u);
}

TEST(LockGraph, CycleOfThree) {
  Analysed A = program(R"(
func f { lock global g1
  lock global g2
  unlock global g2
  unlock global g1
}
func g { lock global g2
  lock global g3
  unlock global g3
  unlock global g2
}
func h { lock global g3
  lock global g1
  unlock global g1
  unlock global g3
}
)");
  const auto Cycles = A.facts().lockGraph().cycles();
  ASSERT_EQ(Cycles.size(), 1u);
  EXPECT_EQ(Cycles[0].size(), 3u);
  EXPECT_EQ(A.facts().lockGraph().components().size(), 1u);
}

TEST(LockGraph, OneOrderIsNoCycle) {
  Analysed A = program(R"(
func f { lock global g1
  lock global g2
}
func g { lock global g1
  lock global g2
}
)");
  EXPECT_TRUE(A.facts().lockGraph().cycles().empty());
}

TEST(LockGraph, AGateMakesTheCycleHarmless) {
  Analysed A = program(R"(
func f { lock global g3
  lock global g1
  lock global g2
}
func g { lock global g3
  lock global g2
  lock global g1
}
)");
  EXPECT_TRUE(A.facts().lockGraph().cycles().empty());
}

TEST(LockGraph, TriedAndTogetherAreNoEdges) {
  Analysed A = program(R"(
func f { lock global g1
  lock global g2 try
}
func g { guard.begin local h (global g2, global g3) avoiding
  guard.end local h
}
)");
  EXPECT_EQ(edges(A), "");
}

TEST(LockGraph, SameObjectIsAReentry) {
  Analysed A = program(R"(
func A::f public {
  guard.begin local h (this.mu)
  call A::g on this
  guard.end local h
}
func A::g public {
  guard.begin local h (this.mu)
  guard.end local h
}
)");
  ASSERT_EQ(A.facts().lockGraph().reentries().size(), 1u);
  EXPECT_FALSE(A.facts().lockGraph().reentries()[0].Recursive);
  EXPECT_EQ(edges(A), "");
}

TEST(LockGraph, RecursiveReentryIsSaidToBe) {
  Analysed A = program(R"(
func A::f public {
  lock this.rec
  lock this.rec
}
)");
  ASSERT_EQ(A.facts().lockGraph().reentries().size(), 1u);
  EXPECT_TRUE(A.facts().lockGraph().reentries()[0].Recursive);
}

TEST(LockGraph, AnotherObjectOfTheClassIsAnEdgeToItself) {
  Analysed A = program(R"(
func A::f public {
  param o : A reference record A
  lock this.mu
  lock param o.mu
}
)");
  EXPECT_EQ(edges(A), "A::mu>A::mu");
  EXPECT_EQ(A.facts().lockGraph().edges()[0].How, LockEdge::OtherObject);
  EXPECT_TRUE(A.facts().lockGraph().reentries().empty());
}

TEST(LockGraph, OrderedByAddressIsNone) {
  Analysed A = program(R"(
func A::f public {
  param o : A reference record A
x:
  if opaque "this < &o" -> y, z
y:
  lock this.mu
  lock param o.mu
  leave
z:
  lock param o.mu
  lock this.mu
  leave
}
)");
  EXPECT_EQ(edges(A), "");
}

TEST(LockGraph, SharedUnderSharedIsNone) {
  Analysed A = program(R"(
func A::f public {
  param o : A reference record A
  lock this.rw shared
  lock param o.rw shared
}
)");
  EXPECT_EQ(edges(A), "");
}

TEST(LockGraph, ReleasedBeforeTheCallIsNone) {
  Analysed A = program(R"(
func f { lock global g1
  unlock global g1
  lock global g2
}
)");
  EXPECT_EQ(edges(A), "");
}

TEST(BeforeThreads, MainUpToTheFirstThread) {
  Analysed A = program(R"(
func main main {
  call setup
  spawn work thread (fn work)
  call serve
}
func setup internal { lock global g1
  lock global g2
  unlock global g2
  unlock global g1
}
func serve internal { lock global g2
  call both
  unlock global g2
}
func both internal { call x
}
func work internal { call both
}
)");
  const BeforeThreads &B = A.facts().beforeThreads();
  EXPECT_TRUE(B.function(A.function("setup")));
  EXPECT_FALSE(B.function(A.function("serve")));
  EXPECT_FALSE(B.function(A.function("both")));
  EXPECT_FALSE(B.function(A.function("work")));
  EXPECT_TRUE(B.event(A.function("main"), {0, 0}));
  EXPECT_FALSE(B.event(A.function("main"), {0, 2}));
  EXPECT_EQ(edges(A), "");
}

TEST(BeforeThreads, TheFunctionThatStartsThemIsSplit) {
  Analysed A = program(R"(
func main main {
  call start
  call after
}
func start internal {
  call early
  spawn work thread (fn work)
  call late
}
func early internal { call x
}
func late internal { call x
}
func after internal { call x
}
func work internal { call x
}
)");
  const BeforeThreads &B = A.facts().beforeThreads();
  EXPECT_TRUE(B.function(A.function("early")));
  EXPECT_FALSE(B.function(A.function("late")));
  EXPECT_FALSE(B.function(A.function("after")));
}

TEST(BeforeThreads, NothingIsKnownWithoutMain) {
  Analysed A = program(R"(
func f internal { call x
}
)");
  EXPECT_FALSE(A.facts().beforeThreads().function(A.function("f")));
}

TEST(GuardedBy, TheLockHeldAtEveryAccess) {
  Analysed A = program(R"(
func A::A public constructor { access this.n write
}
func A::set public {
  guard.begin local h (this.mu)
  access this.n write
  guard.end local h
}
func A::get public {
  guard.begin local h (this.mu)
  call A::inner on this
  guard.end local h
}
func A::inner private { access this.n read
}
)");
  const Guarding *G = A.facts().guardedBy().of("A::n");
  ASSERT_TRUE(G);
  EXPECT_EQ(G->Accesses.size(), 2u) << "constructors do not count";
  const LockClass *Lock = G->guard();
  ASSERT_TRUE(Lock);
  EXPECT_EQ(className(A.program(), *Lock), "A::mu");
  EXPECT_EQ(A.facts().guardedBy().dataOf(*Lock).size(), 1u);
}

TEST(GuardedBy, ABareAccessIsSeen) {
  Analysed A = program(R"(
func A::set public {
  guard.begin local h (this.mu)
  access this.n write
  guard.end local h
}
func A::get public { access this.n read
}
)");
  const Guarding *G = A.facts().guardedBy().of("A::n");
  ASSERT_TRUE(G);
  EXPECT_EQ(G->guard(), nullptr);
  EXPECT_NE(G->guard(50), nullptr);
}

TEST(GuardedBy, AnotherObjectsLockDoesNotCount) {
  Analysed A = program(R"(
func A::set public {
  param o : A reference record A
  guard.begin local h (param o.mu)
  access this.n write
  guard.end local h
}
)");
  EXPECT_EQ(A.facts().guardedBy().of("A::n")->guard(), nullptr);
}

TEST(Scope, TailBeginsAfterTheLastUse) {
  Analysed A = program(R"(
func work { call x
}
func A::f public {
  guard.begin local h (this.mu)
  access this.n write
  call work as "first"
  access this.n read
  call work as "second"
  guard.end local h implicit
}
)");
  const auto &Sections = A.facts().sections(A.function("A::f"));
  ASSERT_EQ(Sections.size(), 1u);
  const CriticalSection &C = Sections[0];
  ASSERT_EQ(C.Events.size(), 5u);
  EXPECT_EQ(C.Uses, (std::vector<bool>{true, false, true, false, false}));
  EXPECT_EQ(C.Tail, (std::vector<bool>{false, false, false, true, true}));
  EXPECT_EQ(C.Ends.size(), 1u);
  EXPECT_FALSE(C.Escapes);
}

TEST(Scope, ALoopThatComesBackToAUseIsNoTail) {
  Analysed A = program(R"(
func work { call x
}
func A::f public {
a:
  guard.begin local h (this.mu)
  goto head
head:
  while opaque "c" -> body, end
body:
  access this.n write
  call work
  goto head
end:
  guard.end local h implicit
  leave
}
)");
  const CriticalSection &C = A.facts().sections(A.function("A::f"))[0];
  for (size_t I = 0; I < C.Events.size(); ++I)
    if (C.Events[I].Block == 2) {
      EXPECT_FALSE(C.Tail[I]);
    }
}

TEST(Scope, ACalleeThatTouchesTheDataIsAUse) {
  Analysed A = program(R"(
func A::f public {
  guard.begin local h (this.mu)
  call A::g on this
  guard.end local h implicit
}
func A::g private { access this.n read
}
)");
  EXPECT_TRUE(A.facts().sections(A.function("A::f"))[0].Uses[0]);
}

TEST(Scope, AReturnedGuardEscapes) {
  Analysed A = program(R"(
func A::f public {
  guard.begin local h (this.mu)
  return local h
}
)");
  EXPECT_TRUE(A.facts().sections(A.function("A::f"))[0].Escapes);
}
