//===- Unlocking.cpp - Locks that are not unlocked once -------------------===//

#include "checks/scope/Unlocking.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;
using ir::PlaceId;

namespace {

/// What an event means for one lock, or for one guard.
enum class Deed : uint8_t { Nothing, Locks, Unlocks, Confuses };

class Ways {
public:
  Ways(const Facts &F, const Function &Fn)
      : F(F), Fn(Fn), H(F.held(Fn)), Program(F.program()) {}

  bool names(PlaceId P, const Place &What) const {
    return P != ir::NoPlace && Fn.place(P).sameAs(What);
  }

  bool passes(const Event &E, const Place &What) const {
    return llvm::any_of(E.Args, [&](const ir::Operand &O) {
      return O.Place != ir::NoPlace && Fn.place(O.Place).contains(What);
    });
  }

  Deed ofLock(const Event &E, const Place &Lock, const LockClass &Class) const {
    switch (E.What) {
    case Op::Lock:
      return names(E.Subject, Lock) ? Deed::Locks : Deed::Nothing;
    case Op::Unlock:
      return names(E.Subject, Lock) ? Deed::Unlocks : Deed::Nothing;
    case Op::GuardBegin:
      if (!passes(E, Lock))
        return Deed::Nothing;
      // A guard that adopts it will unlock it.
      return E.has(ir::Adopt) ? Deed::Unlocks : Deed::Locks;
    case Op::GuardLock:
    case Op::GuardUnlock:
      // Of which lock is for the flow to tell.
      return Deed::Nothing;
    case Op::Wait:
      return Deed::Nothing;
    case Op::Call:
    case Op::Block:
    case Op::OnceCall:
    case Op::Spawn: {
      if (passes(E, Lock))
        return Deed::Confuses;
      const Function *Callee = E.Callee ? Program.function(E.Callee) : nullptr;
      if (!Callee)
        return Deed::Nothing;
      for (const LockEffect &L : F.summaries().of(*Callee).Locks)
        if (lockClass(*Callee, L.Lock) == Class)
          return Deed::Confuses;
      return Deed::Nothing;
    }
    default:
      return Deed::Nothing;
    }
  }

  Deed ofGuard(const Event &E, const Place &Guard) const {
    switch (E.What) {
    case Op::GuardUnlock:
      return names(E.Subject, Guard) ? Deed::Unlocks : Deed::Nothing;
    case Op::GuardBegin:
    case Op::GuardLock:
      return names(E.Subject, Guard) ? Deed::Locks : Deed::Nothing;
    case Op::GuardMove:
    case Op::GuardSwap:
      return names(E.Subject, Guard) ||
                     (E.What == Op::GuardSwap && names(E.Other, Guard))
                 ? Deed::Confuses
                 : Deed::Nothing;
    case Op::Call:
    case Op::Assign:
    case Op::Escape:
      return names(E.Subject, Guard) || passes(E, Guard) ? Deed::Confuses
                                                         : Deed::Nothing;
    default:
      return Deed::Nothing;
    }
  }

  /// An event that unlocks, if one does so on every way on from \p From, and
  /// none locks, confuses or leaves before; rather not \p Besides.
  std::optional<Point> unlockedOn(Point From,
                                  llvm::function_ref<Deed(const Event &)> Does,
                                  Point Besides = {}) const {
    std::vector<bool> Seen(Fn.Blocks.size());
    std::vector<std::pair<ir::BlockId, uint32_t>> Work{
        {From.Block, From.Index}};
    std::optional<Point> Found;
    while (!Work.empty()) {
      auto [B, I] = Work.back();
      Work.pop_back();
      const ir::Block &Block = Fn.Blocks[B];
      bool Done = false;
      for (; I < Block.Events.size() && !Done; ++I)
        switch (Does(Block.Events[I])) {
        case Deed::Nothing:
          Done = Block.Events[I].What == Op::Throw;
          break;
        case Deed::Unlocks:
          if (!Found || *Found == Besides ||
              (Point{B, I} != Besides && Point{B, I} < *Found))
            Found = Point{B, I};
          Done = true;
          break;
        case Deed::Locks:
        case Deed::Confuses:
          return std::nullopt;
        }
      if (Done)
        continue;
      if (Block.Leaves)
        return std::nullopt;
      for (ir::BlockId S : Block.Succs)
        if (!Seen[S]) {
          Seen[S] = true;
          Work.push_back({S, 0});
        }
    }
    return Found;
  }

  const Facts &F;
  const Function &Fn;
  const HeldLocks &H;
  const ir::Program &Program;
};

/// Kinds whose shared and exclusive holds are ended by different calls.
bool tellsModesApart(const Place &Lock) {
  const llvm::StringRef Type = Lock.Type.Spelling.str();
  return Type.contains("shared_mutex") || Type.contains("shared_timed_mutex") ||
         Type.contains("SharedMutex") || Type.contains("upgrade_mutex");
}

class MisuseFinder : Ways {
public:
  using Ways::Ways;

  std::vector<Misuse> run() {
    H.walk([&](Point At, const Event &E, const LockState &Before) {
      switch (E.What) {
      case Op::Unlock:
        if (E.Subject != ir::NoPlace)
          unlock(At, E, Before);
        return;
      case Op::GuardUnlock:
        if (isOwn(E.Subject))
          guardUnlock(At, E, Before);
        return;
      case Op::GuardMove:
        if (isOwn(E.Other))
          moved(At, E);
        return;
      case Op::GuardLock:
        if (isOwn(E.Subject) && !E.has(ir::Try | ir::WithTimeout))
          relocked(At, E);
        return;
      default:
        return;
      }
    });
    tried();
    llvm::sort(Found,
               [](const Misuse &A, const Misuse &B) { return A.At < B.At; });
    // One mistake, one answer.
    Found.erase(std::unique(Found.begin(), Found.end(),
                            [](const Misuse &A, const Misuse &B) {
                              return A.At == B.At;
                            }),
                Found.end());
    return std::move(Found);
  }

private:
  bool isOwn(PlaceId Guard) const {
    return Guard != ir::NoPlace && Fn.place(Guard).Root == Place::Local &&
           Fn.place(Guard).Path.empty();
  }

  void unlock(Point At, const Event &E, const LockState &Before) {
    const std::optional<LockIndex> L = H.indexOf(Fn.place(E.Subject));
    if (!L || !isDefinite(H.lock(*L)))
      return;
    const Place &Lock = H.lock(*L);
    const LockClass &Class = H.classOf(*L);
    const Hold *ByHand = nullptr, *ByGuard = nullptr;
    for (const Hold &Held : Before.Holds)
      if (Held.Lock == *L && Held.Is != Presence::No)
        (Held.Guard == ir::NoPlace ? ByHand : ByGuard) = &Held;
    const Point Next{At.Block, At.Index + 1};
    if (ByGuard && !ByHand && ByGuard->sure() && ByGuard->At.valid() &&
        Fn.place(ByGuard->Guard < Fn.Places.size() ? ByGuard->Guard : 0).Root ==
            Place::Local &&
        ByGuard->Guard < Fn.Places.size()) {
      const Place &Guard = Fn.place(ByGuard->Guard);
      if (!Guard.Path.empty())
        return;
      // Until the guard ends, nothing locks it again.
      auto End = unlockedOn(Next, [&](const Event &X) {
        if ((X.What == Op::GuardEnd || X.What == Op::GuardUnlock) &&
            names(X.Subject, Guard))
          return Deed::Unlocks;
        if ((X.What == Op::GuardRelease || X.What == Op::GuardMove) &&
            (names(X.Subject, Guard) || names(X.Other, Guard)))
          return Deed::Confuses;
        const Deed D = ofLock(X, Lock, Class);
        return D == Deed::Nothing ? ofGuardPassed(X, Guard) : D;
      });
      if (End)
        Found.push_back({Misuse::UnderGuard, At, ByGuard->At});
      return;
    }
    if (!ByHand || !ByHand->here() || ByHand->Depth > 1)
      return;
    if (ByHand->sure() && ByHand->At.valid() &&
        ByHand->Shared != E.has(ir::Shared) && tellsModesApart(Lock)) {
      Found.push_back({Misuse::WrongMode, At, ByHand->At, ByHand->Shared});
      return;
    }
    if (Lock.Type.has(ir::Recursive))
      return;
    // However it came to be locked, after this it is not.
    if (auto Again = unlockedOn(
            Next, [&](const Event &X) { return ofLock(X, Lock, Class); }, At);
        Again && eventAt(Fn, *Again).What == Op::Unlock)
      Found.push_back({Misuse::Twice, *Again, At});
  }

  Deed ofGuardPassed(const Event &E, const Place &Guard) const {
    return E.What == Op::Call && passes(E, Guard) ? Deed::Confuses
                                                  : Deed::Nothing;
  }

  void guardUnlock(Point At, const Event &E, const LockState &Before) {
    const Place &Guard = Fn.place(E.Subject);
    const Hold *Held = Before.ofGuard(E.Subject);
    if (!Held || !Held->sure())
      return;
    if (auto Again = unlockedOn(
            {At.Block, At.Index + 1},
            [&](const Event &X) { return ofGuard(X, Guard); }, At))
      Found.push_back({Misuse::Twice, *Again, At});
  }

  void moved(Point At, const Event &E) {
    const Place &Guard = Fn.place(E.Other);
    if (auto Again = unlockedOn({At.Block, At.Index + 1}, [&](const Event &X) {
          return ofGuard(X, Guard);
        }))
      Found.push_back({Misuse::MovedFrom, *Again, At});
  }

  /// The next turn of a loop locks a guard that no way on unlocks.
  void relocked(Point At, const Event &E) {
    const Place &Guard = Fn.place(E.Subject);
    std::vector<bool> Seen(Fn.Blocks.size());
    std::vector<std::pair<ir::BlockId, uint32_t>> Work{
        {At.Block, At.Index + 1}};
    bool Back = false;
    while (!Work.empty()) {
      auto [B, I] = Work.back();
      Work.pop_back();
      bool Done = false;
      for (; I < Fn.Blocks[B].Events.size() && !Done; ++I) {
        const Event &X = Fn.Blocks[B].Events[I];
        if (Point{B, I} == At) {
          Back = Done = true;
          continue;
        }
        if (X.What == Op::GuardRelease && names(X.Subject, Guard))
          return;
        if (ofGuard(X, Guard) != Deed::Nothing)
          return;
        Done = X.What == Op::GuardEnd && names(X.Subject, Guard);
      }
      if (Done)
        continue;
      for (ir::BlockId S : Fn.Blocks[B].Succs)
        if (!Seen[S]) {
          Seen[S] = true;
          Work.push_back({S, 0});
        }
    }
    if (Back)
      Found.push_back({Misuse::Relocked, At, At});
  }

  /// Branches on a try_lock that failed.
  void tried() {
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B) {
      const ir::Block &Block = Fn.Blocks[B];
      if (Block.Cond.What != ir::Condition::Owns || Block.Succs.size() != 2 ||
          Block.Cond.Subject == ir::NoPlace ||
          Block.Cond.Against != ir::NoPlace || !H.entry(B).Reachable)
        continue;
      const ir::BlockId Failed = Block.Succs[Block.Cond.Negated ? 0 : 1];
      const Place &P = Fn.place(Block.Cond.Subject);
      const LockState At = H.exit(B);
      auto Held = llvm::find_if(At.Holds, [&](const Hold &Held) {
        return Held.Is == Presence::Maybe && Held.Try && Held.At.valid() &&
               (Held.Guard == ir::NoPlace ? H.lock(Held.Lock).sameAs(P)
                                          : H.guard(Held.Guard).sameAs(P));
      });
      if (Held == At.Holds.end())
        continue;
      const bool Guarded = Held->Guard != ir::NoPlace;
      const Place &Lock = H.lock(Held->Lock);
      const LockClass &Class = H.classOf(Held->Lock);
      auto Again = unlockedOn({Failed, 0}, [&](const Event &X) {
        return Guarded ? ofGuard(X, P) : ofLock(X, Lock, Class);
      });
      if (Again && (eventAt(Fn, *Again).What == Op::Unlock ||
                    eventAt(Fn, *Again).What == Op::GuardUnlock))
        Found.push_back({Misuse::NotTried, *Again, Held->At});
    }
  }

  std::vector<Misuse> Found;
};

class LeakFinder : Ways {
public:
  LeakFinder(const Facts &F, const Function &Fn, LockIndex L)
      : Ways(F, Fn), L(L) {}

  std::optional<Stuck> run(Point Begin) {
    const Place &Lock = H.lock(L);
    const LockClass &Class = H.classOf(L);
    // An element by a changing index may be another when it is unlocked; that
    // no way on unlocks any by that name is certain.
    if (Lock.Root == Place::Unknown)
      return std::nullopt;
    const size_t N = Fn.Blocks.size();
    // The first deed of each block, and where it stands.
    std::vector<std::pair<Deed, uint32_t>> First(N, {Deed::Nothing, 0});
    for (ir::BlockId B = 0; B < N; ++B)
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I)
        if (Deed D = ofLock(Fn.Blocks[B].Events[I], Lock, Class);
            D != Deed::Nothing) {
          First[B] = {D, I};
          break;
        }
    // From which block's beginning some way on unlocks, or never comes back.
    std::vector<bool> Can(N, false);
    for (bool Changed = true; Changed;) {
      Changed = false;
      for (ir::BlockId B = N; B-- > 0;) {
        const ir::Block &Block = Fn.Blocks[B];
        const bool Does = First[B].first == Deed::Unlocks ||
                          First[B].first == Deed::Confuses ||
                          (First[B].first == Deed::Nothing &&
                           ((Block.Succs.empty() && !Block.Leaves) ||
                            llvm::any_of(Block.Succs, [&](ir::BlockId S) {
                              return Can[S];
                            })));
        if (Does && !Can[B]) {
          Can[B] = true;
          Changed = true;
        }
      }
    }
    const std::vector<Event> &Rest = Fn.Blocks[Begin.Block].Events;
    for (uint32_t I = Begin.Index + 1; I < Rest.size(); ++I)
      if (ofLock(Rest[I], Lock, Class) != Deed::Nothing)
        return std::nullopt;
    std::vector<bool> Seen(N);
    std::vector<ir::BlockId> Work{Begin.Block};
    while (!Work.empty()) {
      const ir::BlockId B = Work.back();
      Work.pop_back();
      const bool AnyCan = llvm::any_of(Fn.Blocks[B].Succs,
                                       [&](ir::BlockId S) { return Can[S]; });
      for (size_t I = 0; I < Fn.Blocks[B].Succs.size(); ++I) {
        const ir::BlockId S = Fn.Blocks[B].Succs[I];
        if (Seen[S] || isFailure(Fn.Blocks[B].Cond, I, Lock))
          continue;
        Seen[S] = true;
        if (!Can[S]) {
          if (AnyCan && surely(B, Begin) && !Fn.Blocks[S].Catch)
            return stuck(Begin, B, S, First);
          continue;
        }
        if (First[S].first == Deed::Nothing)
          Work.push_back(S);
      }
    }
    return std::nullopt;
  }

private:
  /// The way on after locking has failed: if (pthread_mutex_lock(&m)) return;
  bool isFailure(const ir::Condition &C, size_t Way, const Place &Lock) const {
    return C.What == ir::Condition::Owns && names(C.Subject, Lock) &&
           (Way == 0) == C.Negated;
  }

  bool surely(ir::BlockId B, Point Begin) const {
    const LockState S = H.exit(B);
    return llvm::any_of(S.Holds, [&](const Hold &Held) {
      return Held.Lock == L && Held.Guard == ir::NoPlace && Held.sure() &&
             Held.here() && Held.At == Begin;
    });
  }

  Stuck stuck(Point Begin, ir::BlockId From, ir::BlockId Into,
              llvm::ArrayRef<std::pair<Deed, uint32_t>> First) const {
    Stuck Out{Begin, From, Into, {}};
    // Straight on to where it is locked again, if that is where all leads.
    std::vector<bool> Seen(Fn.Blocks.size());
    std::vector<ir::BlockId> Work{Into};
    while (!Work.empty()) {
      const ir::BlockId B = Work.back();
      Work.pop_back();
      if (Seen[B])
        continue;
      Seen[B] = true;
      if (First[B].first == Deed::Locks) {
        Out.Relock = {B, First[B].second};
        continue;
      }
      Work.insert(Work.end(), Fn.Blocks[B].Succs.begin(),
                  Fn.Blocks[B].Succs.end());
    }
    return Out;
  }

  const LockIndex L;
};

} // namespace

std::vector<Misuse> misusedUnlocks(const Facts &F, const Function &Fn) {
  return F.held(Fn).trivial() ? std::vector<Misuse>()
                              : MisuseFinder(F, Fn).run();
}

std::optional<Stuck> staysLocked(const Facts &F, const Function &Fn,
                                 Point Begin, LockIndex L) {
  return LeakFinder(F, Fn, L).run(Begin);
}

std::vector<Point> keptLocks(const Facts &F, const Function &Fn) {
  std::vector<Point> Out;
  const HeldLocks &H = F.held(Fn);
  if (H.trivial())
    return Out;
  for (const Hold &Held : H.atReturn().Holds)
    if (Held.sure() && Held.From == Origin::Here && Held.Guard == ir::NoPlace &&
        Held.At.valid())
      Out.push_back(Held.At);
  return Out;
}

} // namespace runnel::scope
