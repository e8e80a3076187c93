//===- SummariesTest.cpp - Call graph and summaries -----------------------===//

#include "Analysed.h"

#include "checks/analysis/CallGraph.h"

#include <gtest/gtest.h>

using namespace runnel;
using namespace runnel::analysis;

static const std::string Records = R"(
main "a.cpp"
record S behaviour {
  field mu : "std::mutex" lock private
  field n : int scalar private
  field cb : "std::function<void()>" function private
  field out : "channel<int>" channel private
  field t : "std::thread" thread private
}
)";

static Analysed program(const std::string &Text, bool Whole = true) {
  return Analysed(Records + Text, Whole);
}

TEST(CallGraph, DirectCallsAreEdges) {
  Analysed A = program(R"(
func a { call b
}
func b { call c
}
func c { access local x read
}
)");
  const CallGraph &G = A.facts().callGraph();
  ASSERT_EQ(G.callees(A.function("a")).size(), 1u);
  EXPECT_EQ(G.callees(A.function("a"))[0].Callee, &A.function("b"));
  ASSERT_EQ(G.callers(A.function("c")).size(), 1u);
  EXPECT_EQ(G.callers(A.function("c"))[0]->Caller, &A.function("b"));
  EXPECT_LT(G.componentOf(A.function("c")), G.componentOf(A.function("a")));
}

TEST(CallGraph, RecursionIsOneComponent) {
  Analysed A = program(R"(
func a { call b
}
func b { call a
}
func c { call a
}
)");
  const CallGraph &G = A.facts().callGraph();
  EXPECT_EQ(G.componentOf(A.function("a")), G.componentOf(A.function("b")));
  EXPECT_NE(G.componentOf(A.function("a")), G.componentOf(A.function("c")));
  EXPECT_EQ(G.components().size(), 2u);
}

static const char *const Hierarchy = R"(
record B polymorphic
record D1 { base B
}
record D2 { base B
}
func B::run virtual public
func D1::run virtual public { overrides B::run
  block sleep as "sleep"
}
func D2::run virtual public { overrides B::run
  block sleep as "sleep"
}
func user { call B::run on local b virtual
}
)";

TEST(CallGraph, VirtualCallsAreKnownInAWholeProgram) {
  Analysed A = program(Hierarchy, true);
  EXPECT_EQ(A.facts().callGraph().callees(A.function("user")).size(), 2u);
  EXPECT_FALSE(A.facts().callGraph().isOpen(A.function("user"), {0, 0}));
}

TEST(CallGraph, VirtualCallsAreOpenInAPart) {
  Analysed A = program(Hierarchy, false);
  EXPECT_TRUE(A.facts().callGraph().callees(A.function("user")).empty());
  EXPECT_TRUE(A.facts().callGraph().isOpen(A.function("user"), {0, 0}));
}

TEST(CallGraph, SpawnedFunctionsAreNoEdgesAndHaveUnknownCallers) {
  Analysed A = program(R"(
func a { spawn work thread (fn work)
}
func work internal { call nothing
}
)");
  EXPECT_TRUE(A.facts().callGraph().callees(A.function("a")).empty());
  EXPECT_TRUE(A.facts().callGraph().isSpawned(A.function("work")));
  EXPECT_FALSE(A.facts().callGraph().allCallersKnown(A.function("work")));
}

TEST(CallGraph, VariableThatHoldsOneLambda) {
  Analysed A = program(R"(
func a {
  closure L on local f
  call L on local f
}
func L lambda in a { block sleep as "sleep"
}
)");
  EXPECT_EQ(A.effects("a", Effect::Block), "sleep");
}

TEST(CallGraph, VariableThatMayHoldTwoFunctionsIsOpen) {
  Analysed A = program(R"(
func a {
  assign local f (fn one)
  assign local f (fn two)
  call ? on local f pointer
}
func one internal { call x
}
func two internal { call x
}
)");
  EXPECT_TRUE(A.facts().callGraph().isOpen(A.function("a"), {0, 2}));
  EXPECT_EQ(A.effects("a", Effect::UnknownCall), "");
  EXPECT_TRUE(
      A.facts().summaries().of(A.function("a")).may(Effect::UnknownCall));
}

TEST(Effects, BlockingTwoCallsDownIsKnownWithItsWay) {
  Analysed A = program(R"(
func a { call b
}
func b { call c
}
func c { block fsync (3) as "file"
}
)");
  const Summary &S = A.facts().summaries().of(A.function("a"));
  const Effect *E = S.first(Effect::Block);
  ASSERT_TRUE(E);
  EXPECT_EQ(E->Hops, 2u);
  const auto Steps = A.facts().summaries().trace(A.function("a"), *E);
  ASSERT_EQ(Steps.size(), 3u);
  EXPECT_EQ(Steps[0].In, &A.function("a"));
  EXPECT_EQ(Steps[2].In, &A.function("c"));
  EXPECT_EQ(Steps[2].Calls, nullptr);
}

TEST(Effects, RecursionEndsAndKeepsTheWay) {
  Analysed A = program(R"(
func a { call b
}
func b {
  call a
  block fsync (3) as "file"
}
)");
  const Summaries &S = A.facts().summaries();
  const Effect *E = S.of(A.function("a")).first(Effect::Block);
  ASSERT_TRUE(E);
  const auto Steps = S.trace(A.function("a"), *E);
  ASSERT_FALSE(Steps.empty());
  EXPECT_EQ(Steps.back().Calls, nullptr);
}

TEST(Effects, KindsAreToldApart) {
  Analysed A = program(R"(
func S::f public {
  send this.out (1)
  recv this.out to local v
  recv this.out to local v try
  join this.t
  suspend as "co_await"
  call ? on this.cb function as "cb"
  lock this.mu
  spawn ? thread (_)
}
)");
  EXPECT_EQ(A.effects("S::f", Effect::ChannelOp), "send, receive");
  EXPECT_EQ(A.effects("S::f", Effect::Suspend), "co_await");
  EXPECT_EQ(A.effects("S::f", Effect::UnknownCall), "cb");
  EXPECT_EQ(A.effects("S::f", Effect::Acquire), "mu");
  const Summary &S = A.facts().summaries().of(A.function("S::f"));
  EXPECT_TRUE(S.may(Effect::Join));
  EXPECT_TRUE(S.may(Effect::Spawn));
  EXPECT_FALSE(S.may(Effect::Block));
}

TEST(Effects, ObjectsAreTranslatedToTheCaller) {
  Analysed A = program(R"(
func S::take public { lock this.mu
  unlock this.mu
}
func user {
  param s : S reference record S
  call S::take on param s
}
)");
  EXPECT_EQ(A.effects("user", Effect::Acquire), "s.mu");
}

TEST(Effects, WhatHappensAfterUnlockingIsNotUnderTheCallersLock) {
  Analysed A = program(R"(
func S::f public {
  lock this.mu
  call S::pause on this
  unlock this.mu
}
func S::pause private {
  unlock this.mu
  block sleep as "sleep"
  lock this.mu
}
)");
  const ir::Function &F = A.function("S::f");
  const Summaries &S = A.facts().summaries();
  const Point Call = A.probe(F, "S::pause");
  const LockState Before = S.held(F).before(Call);
  ASSERT_EQ(Before.Holds.size(), 1u);
  bool Found = false;
  for (const Effect &E : S.effectsAt(F, Call))
    if (E.What == Effect::Block) {
      Found = true;
      EXPECT_FALSE(S.stillHeld(F, Before, Before.Holds[0], E));
    }
  EXPECT_TRUE(Found);
}

TEST(Effects, WaitReleasesItsOwnLockAlone) {
  Analysed A = program(R"(
func S::f public {
  local g : "std::unique_lock" guard movable
  lock local outer
  guard.begin local g (this.mu)
  wait this.n with local g
}
)");
  const ir::Function &F = A.function("S::f");
  const Summaries &S = A.facts().summaries();
  const Point Wait{0, 2};
  const LockState Before = S.held(F).before(Wait);
  unsigned Still = 0;
  for (const Effect &E : S.effectsAt(F, Wait))
    for (const Hold &H : Before.Holds)
      Still += S.stillHeld(F, Before, H, E);
  EXPECT_EQ(Before.Holds.size(), 2u);
  EXPECT_EQ(Still, 1u);
}

TEST(Effects, OneOverriderThatBlocksIsNotSure) {
  Analysed A = program(R"(
record B polymorphic
record D1 { base B
}
record D2 { base B
}
func B::run virtual public
func D1::run virtual public { overrides B::run
  block sleep as "sleep"
}
func D2::run virtual public { overrides B::run
  call nothing
}
func user { call B::run on local b virtual
}
)");
  const Effect *E =
      A.facts().summaries().of(A.function("user")).first(Effect::Block);
  ASSERT_TRUE(E);
  EXPECT_FALSE(E->Sure);
}

TEST(Effects, CoroutinesSuspendThemselves) {
  Analysed A = program(R"(
func a { call co
}
func co coroutine { suspend as "co_await"
}
)");
  EXPECT_FALSE(A.facts().summaries().of(A.function("a")).may(Effect::Suspend));
}

TEST(Effects, AreBounded) {
  std::string Text;
  for (int I = 0; I < 200; ++I)
    Text += "  block f" + std::to_string(I) + " as \"file\"\n";
  Analysed A = program("func a {\n" + Text + "}\nfunc b { call a\n}\n");
  const Summary &S = A.facts().summaries().of(A.function("b"));
  EXPECT_EQ(S.Effects.size(), size_t(Summaries::MaxEffects));
}

TEST(Effects, DeclaredFunctionsAreBelieved) {
  Analysed A = program(R"(
func slow blocking
func a { call slow
}
)");
  EXPECT_EQ(A.effects("a", Effect::Block), "user");
}

TEST(Touches, FieldsThroughCalls) {
  Analysed A = program(R"(
func S::f public { call S::g on this
}
func S::g private { access this.n write
}
)");
  const Summary &S = A.facts().summaries().of(A.function("S::f"));
  ASSERT_EQ(S.Touches.size(), 1u);
  EXPECT_EQ(S.Touches[0].Symbol, ir::Name("S::n"));
  EXPECT_TRUE(S.Touches[0].Write);
  EXPECT_TRUE(S.Touches[0].OnThis);
  EXPECT_FALSE(S.TouchesMore);
}

TEST(Touches, UnknownCodeMayTouchAnything) {
  Analysed A = program(R"(
func S::f public { call ? on this.cb function
}
)");
  EXPECT_TRUE(A.facts().summaries().of(A.function("S::f")).TouchesMore);
}
