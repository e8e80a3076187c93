//===- double-checked-lock.cpp - First looks without a lock ---------------===//

#include "checks/Check.h"
#include "checks/analysis/Conditions.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Paths.h"
#include "checks/thread/MakeAtomic.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using namespace analysis;

namespace {
/// A condition on one variable, and whether a lock is held there.
struct Look {
  ir::BlockId Block;
  ir::PlaceId Of;
  bool Locked;
};
} // namespace

static bool isPlain(const ir::TypeRef &T) {
  return T.Is != ir::Role::Atomic &&
         (T.Pointer || T.Scalar || T.Is == ir::Role::OwningPointer ||
          T.Is == ir::Role::SharedPointer || T.Is == ir::Role::Optional);
}

static std::vector<Look> looksOf(const ir::Function &Fn, const HeldLocks &H) {
  std::vector<Look> Out;
  for (ir::BlockId B = 0; B != Fn.Blocks.size(); ++B) {
    const ir::Condition &C = Fn.Blocks[B].Cond;
    if ((C.What != ir::Condition::Truth && C.What != ir::Condition::Compare &&
         C.What != ir::Condition::Opaque) ||
        Fn.Blocks[B].Term != ir::Terminator::If)
      continue;
    ir::PlaceId Of = C.Subject;
    if (Of == ir::NoPlace && C.Reads.size() == 1)
      Of = C.Reads[0];
    if (Of == ir::NoPlace)
      continue;
    const ir::Place &Pl = Fn.place(Of);
    // A local is nobody else's, nor is what was passed.
    if (Pl.Root == ir::Place::Local ||
        (Pl.Root == ir::Place::Param && Pl.Path.empty()) || !isPlain(Pl.Type))
      continue;
    const LockState At = H.exit(B);
    if (!At.Reachable)
      continue;
    const bool None = llvm::all_of(
        At.Holds, [](const Hold &Held) { return Held.Is == Presence::No; });
    if (None || At.anyHere())
      Out.push_back({B, Of, !None});
  }
  return Out;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  const ir::Program &P = F.program();
  std::vector<Finding> Out;
  for (const ir::Function &Fn : P.module().Functions) {
    if (!Fn.Defined)
      continue;
    const HeldLocks &H = F.held(Fn);
    if (H.trivial())
      continue;
    const std::vector<Look> Looks = looksOf(Fn, H);
    std::set<ir::PlaceId> Said;
    for (const Look &First : Looks)
      for (const Look &Second : Looks) {
        if (First.Locked || !Second.Locked || First.Of != Second.Of ||
            Said.count(First.Of))
          continue;
        // From the first look to the second, and then a write, under the lock.
        std::optional<Point> Write;
        bool Follows = false;
        const ir::Block &Start = Fn.Blocks[First.Block];
        for (ir::BlockId S : Start.Succs)
          Follows |= S == Second.Block ||
                     nextAfter(
                         Fn, {S, ~0u},
                         [&](const ir::Event &E) {
                           return !Fn.Blocks[Second.Block].Events.empty() &&
                                  &E == &Fn.Blocks[Second.Block].Events[0];
                         },
                         [](const ir::Event &) { return false; })
                         .has_value();
        if (!Follows)
          continue;
        for (ir::BlockId S : Fn.Blocks[Second.Block].Succs) {
          auto Found = nextAfter(
              Fn, {S, ~0u},
              [&](const ir::Event &E) {
                return (E.What == ir::Op::Access && E.has(ir::Write) &&
                        E.Subject == First.Of) ||
                       (E.What == ir::Op::New && E.Subject == First.Of) ||
                       (E.What == ir::Op::Assign && E.Subject == First.Of);
              },
              [](const ir::Event &E) {
                return E.What == ir::Op::GuardEnd || E.What == ir::Op::Unlock ||
                       E.What == ir::Op::GuardUnlock;
              });
          if (Found && (!Write || *Found < *Write))
            Write = Found;
        }
        if (!Write)
          continue;
        Said.insert(First.Of);
        const ir::Place &Pl = Fn.place(First.Of);
        const std::string Name = pretty(Fn, Pl);
        Finding Found;
        Found.Check = "runnel-double-checked-lock";
        Found.Where = Start.TermRange;
        for (const ir::Event &E : Start.Events)
          if (E.What == ir::Op::Access && E.Subject == First.Of)
            Found.Where = E.Where;
        Found.Symbol = Fn.Id.str().str() + "::" + Name;
        Found.Message =
            "'" + Name +
            "' is looked at without the lock first: another thread that sees "
            "it set may not see what it refers to, for it is not atomic";
        for (const Hold &Held : H.exit(Second.Block).Holds)
          if (Held.here() && Held.At.valid()) {
            Found.Notes.push_back(
                {rangeAt(Fn, Held.At), "the lock is taken here, after it"});
            break;
          }
        Found.Notes.push_back({rangeAt(Fn, *Write), "it is set here"});
        Found.Notes.push_back({Found.Where,
                               "initialise it in a static local or by "
                               "std::call_once, or make it a std::atomic"});
        if (auto Atomic = makeAtomic(P, entityOf(P, Fn, Pl)))
          Found.Fixes.push_back(std::move(*Atomic));
        Out.push_back(std::move(Found));
      }
  }
  return Out;
}

static const CheckRegistration X("runnel-double-checked-lock", Level::Default,
                                 run);

} // namespace runnel
