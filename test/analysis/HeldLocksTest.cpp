//===- HeldLocksTest.cpp - Which locks are held where ---------------------===//

#include "Analysed.h"

#include <gtest/gtest.h>

using namespace runnel::analysis;

static const std::string Records = R"(
main "a.cpp"
record S behaviour {
  field mu : "std::mutex" lock private
  field mu2 : "std::mutex" lock private
  field rec : "std::recursive_mutex" lock recursive private
  field rw : "std::shared_mutex" lock shared-mode private
  field items : "std::vector<int>" container private
  field next : "S *" pointer record S private
  field kept : "std::unique_lock" guard movable private
}
)";

/// A method S::f with this body.
static Analysed method(const std::string &Body, const std::string &More = "") {
  return Analysed(Records + "func S::f public {\n" + Body + "\n}\n" + More);
}

TEST(RawLocks, HeldFromLockToUnlock) {
  Analysed A = method(R"(
    call before
    lock this.mu
    call inside
    unlock this.mu
    call after)");
  EXPECT_EQ(A.held("S::f", "before"), "");
  EXPECT_EQ(A.held("S::f", "inside"), "mu");
  EXPECT_EQ(A.held("S::f", "after"), "");
}

TEST(RawLocks, LockedOnOnePathIsMaybe) {
  Analysed A = method(R"(
  a:
     if opaque "c" -> b, c
  b:
     lock this.mu
     goto c
  c:
     call p
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu?");
}

TEST(RawLocks, LockedOnAllPathsIsSure) {
  Analysed A = method(R"(
  a:
     if opaque "c" -> b, c
  b:
     lock this.mu
     goto d
  c:
     lock this.mu
     goto d
  d:
     call p
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
}

TEST(RawLocks, TryLockIsHeldOnTheTrueBranchAlone) {
  Analysed A = method(R"(
  a:
     lock this.mu try
     if owns this.mu -> yes, no
  yes:
     call p
     unlock this.mu
     goto end
  no:
     call q
     goto end
  end:
     call r
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
  EXPECT_EQ(A.held("S::f", "r"), "");
}

TEST(RawLocks, NegatedTryLock) {
  Analysed A = method(R"(
  a:
     lock this.mu try
     if not owns this.mu -> no, yes
  no:
     call q
     leave
  yes:
     call p
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(RawLocks, RecursiveLockCountsItsDepth) {
  Analysed A = method(R"(
    lock this.rec
    lock this.rec
    unlock this.rec
    call p
    unlock this.rec
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "rec");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(RawLocks, SharedMode) {
  Analysed A = method(R"(
    lock this.rw shared
    call p)");
  EXPECT_EQ(A.held("S::f", "p"), "rw shared");
}

TEST(RawLocks, LoopThatLocksAndUnlocksConverges) {
  Analysed A = method(R"(
  a:
     goto head
  head:
     call p
     while opaque "c" -> body, end
  body:
     lock this.mu
     call q
     unlock this.mu
     goto head
  end:
     call r
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "");
  EXPECT_EQ(A.held("S::f", "q"), "mu");
  EXPECT_EQ(A.held("S::f", "r"), "");
}

TEST(RawLocks, LoopThatOnlyLocksIsMaybeAtItsHead) {
  Analysed A = method(R"(
  head:
     call p
     while opaque "c" -> body, end
  body:
     lock this.mu
     goto head
  end:
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu?");
}

TEST(RawLocks, UnreachableCodeHasNoState) {
  Analysed A = method(R"(
  a:
     lock this.mu
     leave
  b:
     call p
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "dead");
}

TEST(RawLocks, TwoObjectsOfOneClassAreTwoLocks) {
  Analysed A = method(R"(
    lock this.mu
    lock local other.mu
    call p
    unlock this.mu
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "mu, other.mu");
  EXPECT_EQ(A.held("S::f", "q"), "other.mu");
}

TEST(RawLocks, ReassignedPointerNamesAnotherLock) {
  Analysed A = method(R"(
    lock local p.mu
    assign local p (local p.next)
    unlock local p.mu
    call q)");
  // What was locked first is still locked, under no name.
  EXPECT_NE(A.held("S::f", "q").find("mu"), std::string::npos);
}

TEST(Guards, HeldFromBeginToEnd) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    call p
    guard.end local g implicit
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, DeferredGuardHoldsOnceLocked) {
  Analysed A = method(R"(
    guard.begin local g (this.mu) defer
    call p
    guard.lock local g
    call q
    guard.unlock local g
    call r)");
  EXPECT_EQ(A.held("S::f", "p"), "");
  EXPECT_EQ(A.held("S::f", "q"), "mu");
  EXPECT_EQ(A.held("S::f", "r"), "");
}

TEST(Guards, AdoptingGuardUnlocksWhatWasLockedByHand) {
  Analysed A = method(R"(
    lock this.mu
    guard.begin local g (this.mu) adopt
    call p
    guard.end local g
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, TriedGuardIsSureOnlyWhereItOwns) {
  Analysed A = method(R"(
  a:
     guard.begin local g (this.mu) try
     call m
     if owns local g -> yes, no
  yes:
     call p
     leave
  no:
     call q
     leave)");
  EXPECT_EQ(A.held("S::f", "m"), "mu?");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, EarlyUnlockOnOnePathOnly) {
  Analysed A = method(R"(
  a:
     guard.begin local g (this.mu)
     if opaque "c" -> b, c
  b:
     guard.unlock local g
     call p
     goto c
  c:
     call q
     if owns local g -> d, e
  d:
     call r
     leave
  e:
     call s
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "");
  EXPECT_EQ(A.held("S::f", "q"), "mu?");
  EXPECT_EQ(A.held("S::f", "r"), "mu");
  EXPECT_EQ(A.held("S::f", "s"), "");
}

TEST(Guards, ReleaseLeavesTheLockLockedByHand) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    guard.release local g
    guard.end local g
    call p
    unlock this.mu
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, MoveTakesOverAndUnlocksWhatWasHeld) {
  Analysed A = method(R"(
    guard.begin local a (this.mu)
    guard.begin local b (this.mu2)
    guard.move local a from local b
    call p
    guard.end local b
    call q
    guard.end local a
    call r)");
  EXPECT_EQ(A.held("S::f", "p"), "mu2");
  EXPECT_EQ(A.held("S::f", "q"), "mu2");
  EXPECT_EQ(A.held("S::f", "r"), "");
}

TEST(Guards, Swap) {
  Analysed A = method(R"(
    guard.begin local a (this.mu)
    guard.begin local b (this.mu2)
    guard.swap local a with local b
    guard.end local a
    call p)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
}

TEST(Guards, OneOfSeveralLocks) {
  Analysed A = method(R"(
    guard.begin local g (this.mu, this.mu2) avoiding
    call p
    guard.end local g
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "mu, mu2");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, InALoopTheSecondRoundBeginsAnew) {
  Analysed A = method(R"(
  head:
     while opaque "c" -> body, end
  body:
     guard.begin local g (this.mu)
     call p
     guard.end local g implicit
     goto head
  end:
     call q
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, DiesWithTheObjectItIsIn) {
  Analysed A = method(R"(
    guard.begin local o.kept (this.mu)
    call p
    scope.end local o
    call q)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Guards, WaitKeepsTheLock) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    wait this.items with local g
    call p)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
}

TEST(Guards, PassedToUnknownCodeIsInDoubt) {
  Analysed A = method(R"(
    local g : "std::unique_lock" guard movable
    guard.begin local g (this.mu)
    call elsewhere (&local g)
    call p)");
  EXPECT_EQ(A.held("S::f", "p"), "mu?");
}

TEST(Guards, MovedIntoACallIsGone) {
  Analysed A = method(R"(
    local g : "std::unique_lock" guard movable
    guard.begin local g (this.mu)
    call elsewhere (move local g)
    call p)");
  EXPECT_EQ(A.held("S::f", "p"), "");
}

TEST(Guards, GuardOnALockWithoutAName) {
  Analysed A = method(R"(
    guard.begin local g (_)
    call p
    guard.end local g
    call q)");
  EXPECT_NE(A.held("S::f", "p"), "");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Contracts, RequiredLockIsHeldByTheCaller) {
  Analysed A = method(R"(
    contract requires this.mu
    call p
    unlock this.mu
    call q
    lock this.mu
    call r)");
  EXPECT_EQ(A.held("S::f", "p"), "mu <caller>");
  EXPECT_EQ(A.held("S::f", "q"), "");
  EXPECT_EQ(A.held("S::f", "r"), "mu <caller>");
  EXPECT_EQ(A.locks("S::f"), "");
}

TEST(Contracts, AcquiresWithoutABody) {
  Analysed A = method(R"(
    call S::take on this
    call p
    call S::give on this
    call q)",
                      R"(
func S::take
func S::give
)");
  EXPECT_EQ(A.held("S::f", "p"), "") << "nothing is known of it";
}

TEST(Callees, HelperThatLocksLeavesItLocked) {
  Analysed A = method(R"(
    call S::take on this
    call p
    call S::give on this
    call q)",
                      R"(
func S::take private { lock this.mu
}
func S::give private { unlock this.mu
}
)");
  EXPECT_EQ(A.locks("S::take"), "+mu");
  EXPECT_EQ(A.locks("S::give"), "-mu");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Callees, LockOfAnotherObjectIsTranslated) {
  Analysed A = method(R"(
    call S::take on local o
    call p)",
                      R"(
func S::take private { lock this.mu
}
)");
  EXPECT_EQ(A.held("S::f", "p"), "o.mu");
}

TEST(Callees, LockOfAParameterIsTranslated) {
  Analysed A = method(R"(
    call take (&this.mu2)
    call p)",
                      R"(
func take {
  param m : "std::mutex &" lock reference
  lock param m
}
)");
  EXPECT_EQ(A.locks("take"), "+m");
  EXPECT_EQ(A.held("S::f", "p"), "mu2");
}

TEST(Callees, GuardReturnedByAFunction) {
  Analysed A = method(R"(
    local g : "std::unique_lock" guard movable
    call S::hold on this
    guard.move local g from result 0
    call p
    guard.end local g implicit
    call q)",
                      R"(
func S::hold private {
  guard.begin local l (this.mu)
  return local l
  guard.end local l implicit
}
)");
  EXPECT_EQ(A.locks("S::hold"), "+mu returned");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Callees, GuardReturnedThroughTwoFunctions) {
  Analysed A = method(R"(
    call S::outer on this
    guard.begin local g (result 0)
    call p)",
                      R"(
func S::outer private {
  call S::hold on this
  return result 0
}
func S::hold private {
  guard.begin result 0 (this.mu)
  return result 0
}
)");
  EXPECT_EQ(A.locks("S::outer"), "+mu returned");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
}

TEST(Callees, GuardParameterUnlockedInside) {
  Analysed A = method(R"(
    local g : "std::unique_lock" guard movable
    guard.begin local g (this.mu)
    call drop (&local g)
    call p)",
                      R"(
func drop {
  param l : "std::unique_lock &" guard movable reference
  call inside
  guard.unlock param l
  call outside
}
)");
  EXPECT_EQ(A.held("drop", "inside"), "l <caller>");
  EXPECT_EQ(A.held("drop", "outside"), "");
  EXPECT_EQ(A.held("S::f", "p"), "");
}

TEST(Callees, GuardParameterUnlockedAndLockedAgain) {
  Analysed A = method(R"(
    local g : "std::unique_lock" guard movable
    guard.begin local g (this.mu)
    call pause (&local g)
    call p)",
                      R"(
func pause {
  param l : "std::unique_lock &" guard movable reference
  guard.unlock param l
  block sleep as "sleep"
  guard.lock param l
}
)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
}

TEST(Callees, VirtualCalleesMustAgree) {
  const char *const More = R"(
record B polymorphic { field mu : "std::mutex" lock
}
record D1 { base B
}
record D2 { base B
}
func B::enter virtual public
func D1::enter virtual public { overrides B::enter
  lock this.mu
}
func D2::enter virtual public { overrides B::enter
  call nothing
}
)";
  Analysed A = method(R"(
    call B::enter on local b virtual
    call p)",
                      More);
  EXPECT_EQ(A.locks("D1::enter"), "+mu");
  EXPECT_EQ(A.held("S::f", "p"), "b.mu?");
}

TEST(Callees, RecursionEnds) {
  Analysed A = method(R"(
  a:
     if opaque "c" -> again, stop
  again:
     call S::f on this
     goto stop
  stop:
     lock this.mu
     leave)");
  EXPECT_EQ(A.locks("S::f"), "+mu");
}

TEST(Callers, HelperOnlyCalledWithTheLockKnowsIt) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    call S::helper on this
    guard.end local g)",
                      R"(
func S::g public {
  lock this.mu
  call S::helper on this
  unlock this.mu
}
func S::helper private { call p
}
)");
  EXPECT_EQ(A.held("S::helper", "p"), "mu <caller>");
}

TEST(Callers, OneBareCallIsEnoughToKnowNothing) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    call S::helper on this
    guard.end local g
    call S::helper on this)",
                      R"(
func S::helper private { call p
}
)");
  EXPECT_EQ(A.held("S::helper", "p"), "");
}

TEST(Callers, ThroughTwoHelpers) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    call S::outer on this
    guard.end local g)",
                      R"(
func S::outer private { call S::zinner on this
}
func S::zinner private { call p
}
)");
  EXPECT_EQ(A.held("S::zinner", "p"), "mu <caller>");
}

TEST(Lambdas, CalledInPlaceSeesTheLocksAround) {
  Analysed A = method(R"(
    local g : "std::lock_guard" guard
    guard.begin local g (this.mu)
    call sort (lambda L)
    guard.end local g)",
                      R"(
func sort noescape system
func L of S lambda in S::f { capture self this
  call p
}
)");
  EXPECT_EQ(A.held("L", "p"), "mu <caller>");
}

TEST(Lambdas, StoredOnesDoNot) {
  Analysed A = method(R"(
    guard.begin local g (this.mu)
    call later (lambda L)
    guard.end local g)",
                      R"(
func later
func L of S lambda in S::f { capture self this
  call p
}
)");
  EXPECT_EQ(A.held("L", "p"), "");
}

TEST(Lambdas, UnlockInsideACalledLambda) {
  Analysed A = method(R"(
    lock this.mu
    closure L on local undo
    call L on local undo
    call q)",
                      R"(
func L of S lambda in S::f { capture self this
  unlock this.mu
}
)");
  EXPECT_EQ(A.held("S::f", "q"), "");
}

TEST(Accessors, NameTheLockTheyReturn) {
  Analysed A = method(R"(
    place this.mutex() = S::mutex : "std::mutex" lock
    guard.begin local g (this.mutex())
    call p
    unlock this.mu)",
                      R"(
func S::mutex public { return this.mu by-reference
}
)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
}

TEST(Bindings, AMemberThatRefersToALockIsThatLock) {
  Analysed A = method(R"(
    local u : Unlocker record Unlocker
    lock this.mu
    call Unlocker::Unlocker on local u (&this.mu)
    call p
    call Unlocker::~Unlocker on local u
    call q)",
                      R"(
record Unlocker { field m : "std::mutex &" lock reference
}
func Unlocker::Unlocker public constructor {
  param from : "std::mutex &" lock reference
  assign this.m (&param from)
  unlock this.m
}
func Unlocker::~Unlocker public destructor { lock this.m
}
)");
  EXPECT_EQ(A.held("S::f", "p"), "");
  EXPECT_EQ(A.held("S::f", "q"), "mu");
}

TEST(Catch, GuardsOutsideTheTryStillHold) {
  Analysed A = method(R"(
  a:
     guard.begin local g (this.mu)
     try -> b, h
  b: in-try
     call work may-throw
     goto c
  h: catch
     call p
     goto c
  c:
     call q
     guard.end local g
     leave)");
  EXPECT_EQ(A.held("S::f", "p"), "mu");
  EXPECT_EQ(A.held("S::f", "q"), "mu");
}
