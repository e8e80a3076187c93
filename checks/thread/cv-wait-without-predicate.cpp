//===- cv-wait-without-predicate.cpp - Waits that believe every wake-up ---===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/analysis/Places.h"

#include "llvm/ADT/STLExtras.h"

#include <optional>

namespace runnel {

using namespace analysis;

/// A function that only passes a wait on: the loop is its caller's.
static bool isWrapper(const ir::Program &P, const ir::Function &F,
                      const ir::Event &Wait) {
  const ir::Record *Owner = P.record(F.Record);
  if (Owner &&
      (Owner->Is == ir::Role::CondVar || (Owner->Traits & ir::LockWrapper)))
    return true;
  if (Wait.Other == ir::NoPlace)
    return false;
  // The lock came from the caller, who knows what it waits for. A lock in an
  // object that came from there is this function's to lock.
  const ir::Place &Lock = F.place(Wait.Other);
  return Lock.Root == ir::Place::Param && Lock.Path.empty();
}

/// The guard took over a lock that the caller had locked.
static bool adopts(const ir::Function &F, ir::PlaceId Guard) {
  bool Adopts = false;
  forEachEvent(F, [&](Point, const ir::Event &E) {
    Adopts |=
        E.What == ir::Op::GuardBegin && E.Subject == Guard && E.has(ir::Adopt);
  });
  return Guard != ir::NoPlace && Adopts;
}

/// `if (!open) cv.wait(hold);`: a wait for open, if nothing else is done there.
static std::optional<Fix> withPredicate(const ir::Function &F, Point At,
                                        const ir::Event &Wait,
                                        const std::string &Name) {
  // The one block that leads to the wait decides by the condition.
  std::optional<ir::BlockId> Before;
  for (ir::BlockId B = 0; B != F.Blocks.size(); ++B)
    if (llvm::is_contained(F.Blocks[B].Succs, At.Block)) {
      if (Before)
        return std::nullopt;
      Before = B;
    }
  if (!Before)
    return std::nullopt;
  const ir::Block &If = F.Blocks[*Before];
  const ir::Block &Then = F.Blocks[At.Block];
  const ir::Condition &C = If.Cond;
  if (If.Term != ir::Terminator::If || If.Succs.size() != 2 ||
      If.Succs[0] != At.Block || Then.Succs.size() != 1 ||
      Then.Succs[0] != If.Succs[1] || !C.Text || !If.TermRange.editable() ||
      !Wait.Statement.editable() || Wait.Other == ir::NoPlace ||
      F.place(Wait.Other).Type.Is != ir::Role::Guard)
    return std::nullopt;
  for (const ir::Event &E : Then.Events)
    if (!(E.Statement == Wait.Statement))
      return std::nullopt;
  // "if (...) wait;" or "if (...) { wait; }", and no else.
  const uint32_t End = If.TermRange.endOffset();
  if (End + 1 < Wait.Statement.endOffset() ||
      End > Wait.Statement.endOffset() + 12)
    return std::nullopt;
  // No more than blanks before it, either.
  if (Wait.Statement.Begin.Offset - If.TermRange.Begin.Offset >
      C.Text.str().size() + 40)
    return std::nullopt;
  // A condition of several parts is decided in several blocks.
  for (ir::BlockId B = 0; B != F.Blocks.size(); ++B)
    if (llvm::is_contained(F.Blocks[B].Succs, *Before) &&
        F.Blocks[B].Succs.size() > 1 && F.Blocks[B].Term == ir::Terminator::If)
      return std::nullopt;
  std::string Until = C.Text.str().str();
  if (!C.Negated)
    Until = C.What == ir::Condition::Truth ? "!" + Until : "!(" + Until + ")";
  ir::Range Whole = If.TermRange;
  const bool Semicolon = End < Wait.Statement.endOffset();
  return Fix{"wait with a predicate",
             {{Whole, Name + ".wait(" + pretty(F, F.place(Wait.Other)) +
                          ", [&] { return " + Until + "; })" +
                          (Semicolon ? "" : ";")}}};
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point At, const ir::Event &E) {
      if (E.What != ir::Op::Wait || E.has(ir::Predicate | ir::WithTimeout) ||
          inLoop(Fn, At.Block) || isWrapper(F.program(), Fn, E))
        return;
      // Whoever locked it knows what is waited for, and asks again.
      const HeldLocks &Held = F.held(Fn);
      if (!Held.trivial() &&
          llvm::none_of(Held.before(At).Holds, [](const Hold &H) {
            return H.here() && H.sure() && H.At.valid();
          }))
        return;
      if (adopts(Fn, E.Other))
        return;
      const std::string Name = E.Spelling ? E.Spelling.str().str()
                               : E.Subject != ir::NoPlace
                                   ? pretty(Fn, Fn.place(E.Subject))
                                   : "condition variable";
      Finding Found;
      Found.Check = "runnel-cv-wait-without-predicate";
      Found.Where = E.Where;
      Found.Symbol = Fn.Id.str().str();
      Found.Message =
          "'" + Name +
          "' is waited for outside of a loop: a wake-up may be spurious, and a "
          "notification that came before is lost";
      // pthread_cond_wait and its like take no predicate.
      const bool Method = static_cast<bool>(E.Spelling);
      Found.Notes.push_back(
          {E.Where, (Method ? "wait with a predicate, '" + Name +
                                  ".wait(lock, [&] { return ...; })', or for "
                            : "wait in a loop that asks for what is waited "
                              "for; or, for ") +
                        std::string("an event that happens once, receive from "
                                    "a channel that is closed")});
      if (E.Spelling)
        if (auto Fixed = withPredicate(Fn, At, E, Name))
          Found.Fixes.push_back(std::move(*Fixed));
      Out.push_back(std::move(Found));
    });
  return Out;
}

static const CheckRegistration X("runnel-cv-wait-without-predicate",
                                 Level::Default, run);

} // namespace runnel
