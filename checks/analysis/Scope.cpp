//===- Scope.cpp - What happens while one guard lives ---------------------===//

#include "checks/analysis/Scope.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <map>

namespace runnel::analysis {

using ir::Event;
using ir::Function;
using ir::NoPlace;
using ir::Op;
using ir::Operand;
using ir::Place;
using ir::PlaceId;
using ir::Role;

namespace {

/// Which events may use data that other threads can reach.
class UseFinder {
public:
  UseFinder(const Summaries &S, const Function &F)
      : S(S), F(F), Refers(F.Locals.size(), false) {
    for (size_t I = 0; I < F.Locals.size(); ++I)
      Refers[I] = refers(F.Locals[I].Type);
  }

  /// What \p P names may be shared with other threads.
  bool shared(PlaceId Id) const {
    if (Id == NoPlace)
      return false;
    const Place P = normalized(F, F.place(Id));
    switch (P.Root) {
    case Place::Local:
      return P.Index >= Refers.size() || Refers[P.Index];
    case Place::Param:
      return P.Index >= F.Params.size() || refers(F.Params[P.Index].Type);
    case Place::Global: {
      const ir::Global *G = S.program().global(P.Symbol);
      return !G || !(G->Type.Const || G->ThreadLocal);
    }
    case Place::Capture:
      return P.Index >= F.Captures.size() || F.Captures[P.Index].ByReference ||
             refers(F.Captures[P.Index].Type);
    case Place::This:
      return !isConstantMember(P);
    case Place::Result:
      return refers(P.Type) || !P.Path.empty();
    case Place::Unknown:
      return true;
    }
    return true;
  }

  bool uses(Point At, const CriticalSection &C) const {
    const Event &E = eventAt(F, At);
    switch (E.What) {
    case Op::Declare:
    case Op::ScopeEnd:
    case Op::Notify:
    case Op::GuardEnd:
    case Op::GuardUnlock:
    case Op::Unlock:
    case Op::Throw:
    case Op::New:
      return false;
    case Op::Access:
    case Op::Return:
    case Op::Escape:
    case Op::Delete:
    case Op::Assign:
      return shared(E.Subject) || anyShared(E);
    // A channel is no data that a lock guards: it guards itself.
    case Op::Send:
    case Op::Recv:
      return (shared(E.Subject) && !isChannel(E.Subject)) || anyShared(E) ||
             shared(E.Other);
    case Op::Join:
    case Op::CountWait:
    case Op::Suspend:
      return shared(E.Subject);
    case Op::Call:
    case Op::Block:
      return shared(E.Subject) || anyShared(E) || calleeUses(At, E, C);
    case Op::Closure:
      return anyShared(E) || capturesThis(E);
    default:
      return true;
    }
  }

private:
  static bool refers(const ir::TypeRef &T) {
    if (T.indirect())
      return true;
    switch (T.Is) {
    case Role::View:
    case Role::SharedPointer:
    case Role::WeakPointer:
    case Role::Closure:
    case Role::Function:
    case Role::Guard:
      return true;
    default:
      return false;
    }
  }

  bool isConstantMember(const Place &P) const {
    if (P.Path.size() != 1 || P.Path[0].How != ir::Step::Field)
      return false;
    const ir::Field *Field = S.program().field(P.Path[0].Symbol);
    return Field && Field->Type.Const && !Field->Type.indirect();
  }

  bool isChannel(PlaceId Id) const {
    const Role Is = F.place(Id).Type.Is;
    return Is == Role::Channel || Is == Role::Sender || Is == Role::Receiver;
  }

  bool anyShared(const Event &E) const {
    return llvm::any_of(E.Args, [&](const Operand &O) {
      return O.How == Operand::Lambda || shared(O.Place);
    });
  }

  bool capturesThis(const Event &E) const {
    const Function *L = E.Callee ? S.program().function(E.Callee) : nullptr;
    return !L || llvm::any_of(L->Captures, [](const ir::Capture &C) {
      return C.IsThis || C.ByReference;
    });
  }

  /// The callee reaches the data on a way of its own.
  bool calleeUses(Point At, const Event &E, const CriticalSection &C) const {
    const Function *Callee =
        E.Callee ? S.program().function(E.Callee) : nullptr;
    if (S.graph().isOpen(F, At) || !Callee)
      return true;
    const HeldLocks &H = S.held(F);
    if (!Callee->Defined) {
      // Code elsewhere cannot name a member of ours; a global it can.
      return !Callee->System && !S.program().whole() &&
             llvm::any_of(C.Locks, [&](LockIndex L) {
               return H.classOf(L).How != LockClass::Field;
             });
    }
    const auto Touches = S.touchesAt(F, At);
    if (!Touches)
      return true;
    for (const Touch &T : *Touches) {
      if (const ir::Global *G = S.program().global(T.Symbol)) {
        if (!G->Type.Const && !G->ThreadLocal && G->Type.Is != Role::Lock)
          return true;
        continue;
      }
      const ir::Record *Owner = S.program().recordOfField(T.Symbol);
      for (LockIndex L : C.Locks) {
        const LockClass &Class = H.classOf(L);
        if (Class.How != LockClass::Field)
          return true;
        const ir::Record *LockOwner = S.program().recordOfField(Class.Symbol);
        if (!LockOwner || !Owner || Owner == LockOwner ||
            S.program().isA(LockOwner->Symbol, Owner->Symbol) ||
            Owner->Outer == LockOwner->Symbol)
          return true;
      }
    }
    return false;
  }

  const Summaries &S;
  const Function &F;
  std::vector<bool> Refers; ///< by local: it refers to memory elsewhere
};

/// Finds the sections of one function and what lies in them.
class SectionFinder {
public:
  SectionFinder(const Summaries &S, const Function &F)
      : F(F), H(S.held(F)), Uses(S, F) {}

  std::vector<CriticalSection> run() {
    H.walk([&](Point At, const Event &E, const LockState &Before) {
      const LockState After = H.after(At, Before);
      open(At, After);
      for (const Hold &Held : Before.Holds)
        if (Held.sure() && Held.here() && Held.At.valid())
          inside(At, E, Held, After);
    });
    std::vector<CriticalSection> All;
    for (auto &[Begin, C] : Sections) {
      finish(C);
      All.push_back(std::move(C));
    }
    return All;
  }

private:
  void open(Point At, const LockState &After) {
    for (const Hold &Held : After.Holds) {
      if (!Held.here() || Held.At != At || !Held.sure())
        continue;
      CriticalSection &C = Sections[At];
      C.In = &F;
      C.Begin = At;
      C.Guard = Held.Guard;
      if (!llvm::is_contained(C.Locks, Held.Lock))
        C.Locks.push_back(Held.Lock);
    }
  }

  void inside(Point At, const Event &E, const Hold &Held,
              const LockState &After) {
    auto It = Sections.find(Held.At);
    if (It == Sections.end())
      return;
    CriticalSection &C = It->second;
    if (At == C.Begin)
      return;
    if (C.Events.empty() || C.Events.back() != At)
      C.Events.push_back(At);
    if (llvm::none_of(After.Holds,
                      [&](const Hold &A) {
                        return A.At == C.Begin && A.Is == Presence::Yes;
                      }) &&
        (C.Ends.empty() || C.Ends.back() != At))
      C.Ends.push_back(At);
    C.Escapes |= escapes(E, Held);
  }

  /// The guard lives on elsewhere, or something else decides when it ends.
  bool escapes(const Event &E, const Hold &Held) const {
    if (Held.Guard == NoPlace)
      return false;
    auto IsIt = [&](PlaceId P) {
      return P != NoPlace && (F.place(P).contains(H.guard(Held.Guard)) ||
                              H.guard(Held.Guard).contains(F.place(P)));
    };
    switch (E.What) {
    case Op::GuardMove:
    case Op::GuardSwap:
      return IsIt(E.Subject) || IsIt(E.Other);
    case Op::GuardRelease:
    case Op::Return:
    case Op::Escape:
      return IsIt(E.Subject);
    case Op::Call:
    case Op::Block:
    case Op::Closure:
    case Op::Spawn:
      return llvm::any_of(E.Args,
                          [&](const Operand &O) { return IsIt(O.Place); });
    default:
      return false;
    }
  }

  bool covers(ir::BlockId B, const CriticalSection &C) const {
    return llvm::any_of(H.entry(B).Holds, [&](const Hold &Held) {
      return Held.At == C.Begin && Held.sure() && Held.here();
    });
  }

  void finish(CriticalSection &C) {
    // The walk visits in reverse post-order; readers expect source order.
    llvm::sort(C.Events);
    llvm::sort(C.Ends);
    C.Uses.resize(C.Events.size());
    std::map<ir::BlockId, std::pair<size_t, size_t>> Blocks; // event ranges
    for (size_t I = 0; I < C.Events.size(); ++I) {
      C.Uses[I] = Uses.uses(C.Events[I], C);
      auto [It, New] = Blocks.try_emplace(C.Events[I].Block, I, I + 1);
      It->second.second = I + 1;
    }

    // Backwards to a fixpoint: is there a use ahead, before the section ends?
    std::map<ir::BlockId, bool> Ahead; // at the start of a covered block
    for (ir::BlockId B = 0; B < F.Blocks.size(); ++B)
      if (covers(B, C))
        Ahead[B] = false;
    auto AtEnd = [&](ir::BlockId B) {
      const ir::Block &Block = F.Blocks[B];
      bool Use = false;
      for (ir::BlockId Next : Block.Succs)
        if (auto It = Ahead.find(Next); It != Ahead.end()) {
          Use |= It->second;
          for (PlaceId R : Block.Cond.Reads)
            Use |= Uses.shared(R);
        }
      return Use;
    };
    C.Tail.assign(C.Events.size(), false);
    auto Through = [&](ir::BlockId B) {
      bool Use = AtEnd(B);
      auto It = Blocks.find(B);
      if (It == Blocks.end())
        return Use;
      for (size_t I = It->second.second; I-- > It->second.first;) {
        if (llvm::binary_search(C.Ends, C.Events[I]))
          Use = false;
        Use |= C.Uses[I];
        C.Tail[I] = !Use;
      }
      return Use;
    };
    for (bool Changed = true; Changed;) {
      Changed = false;
      for (auto It = Ahead.rbegin(); It != Ahead.rend(); ++It)
        if (!It->second && Through(It->first)) {
          It->second = true;
          Changed = true;
        }
    }
    for (const auto &[B, Range] : Blocks)
      Through(B);
  }

  const Function &F;
  const HeldLocks &H;
  const UseFinder Uses;
  std::map<Point, CriticalSection> Sections;
};

} // namespace

std::vector<CriticalSection> criticalSections(const Summaries &S,
                                              const Function &F) {
  if (S.held(F).trivial())
    return {};
  return SectionFinder(S, F).run();
}

} // namespace runnel::analysis
