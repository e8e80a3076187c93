//===- Summaries.cpp - What a call of a function may do -------------------===//

#include "checks/analysis/Summaries.h"

#include "checks/analysis/EffectCollector.h"
#include "checks/analysis/Endings.h"
#include "checks/analysis/LockFlow.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace runnel::analysis {

using ir::Event;
using ir::Function;
using ir::Op;

// Locks matter singly (an order between two of them is a finding), so more of
// their acquisitions are kept than witnesses of the other kinds.
static constexpr unsigned MaxAcquires = 48;
static constexpr unsigned MaxReleased = 4;
static constexpr unsigned MaxRounds = 6;

bool Summary::may(Effect::Kind K) const { return first(K) != nullptr; }

const Effect *Summary::first(Effect::Kind K) const {
  for (const Effect &E : Effects)
    if (E.What == K)
      return &E;
  return nullptr;
}

static unsigned limit(Effect::Kind K) {
  return K == Effect::Acquire ? MaxAcquires : Summaries::MaxEffects;
}

/// Whether a caller can tell \p A from \p B.
static bool alike(const Effect &A, const Effect &B) {
  return A.What == B.What && A.Text == B.Text && A.Callee == B.Callee &&
         A.Flags == B.Flags && A.Sure == B.Sure && A.On.sameAs(B.On) &&
         std::equal(A.Released.begin(), A.Released.end(), B.Released.begin(),
                    B.Released.end(),
                    [](const auto &X, const auto &Y) { return X.sameAs(Y); });
}

/// Adds what is new, nearest first. Effects that are there keep their index,
/// which others may have noted (invariant 2 of the header).
static bool merge(std::vector<Effect> &Into, std::vector<Effect> New) {
  unsigned Counts[Effect::Kinds] = {};
  for (const Effect &E : Into)
    ++Counts[E.What];
  std::vector<std::pair<uint32_t, size_t>> Order;
  for (size_t I = 0; I < New.size(); ++I)
    Order.push_back({New[I].Hops, I});
  llvm::sort(Order);
  const size_t Before = Into.size();
  for (const auto &[Hops, I] : Order) {
    Effect &E = New[I];
    if (Counts[E.What] >= limit(E.What) || E.Released.size() > MaxReleased ||
        llvm::any_of(Into, [&](const Effect &Old) { return alike(Old, E); }))
      continue;
    ++Counts[E.What];
    Into.push_back(std::move(E));
  }
  return Into.size() != Before;
}

static bool merge(Summary &Into, std::vector<Touch> New) {
  auto Key = [](const Touch &T) {
    return std::make_tuple(T.Symbol, !T.Write, !T.OnThis, T.At);
  };
  llvm::sort(New,
             [&](const Touch &A, const Touch &B) { return Key(A) < Key(B); });
  New.erase(std::unique(New.begin(), New.end(),
                        [](const Touch &A, const Touch &B) {
                          return A.Symbol == B.Symbol && A.Write == B.Write &&
                                 A.OnThis == B.OnThis;
                        }),
            New.end());
  const bool More = New.size() > Summaries::MaxTouches;
  if (More)
    New.resize(Summaries::MaxTouches);
  const bool Changed =
      New.size() != Into.Touches.size() || (More && !Into.TouchesMore);
  Into.Touches = std::move(New);
  Into.TouchesMore |= More;
  return Changed;
}

namespace {
/// Makes the summary and the held locks of one function from its callees'.
class Summarizer {
public:
  Summarizer(const Summaries &S, Summary &Into, HeldLocks &Held)
      : S(S), Into(Into), Held(Held) {}

  bool run() {
    const Function &F = Held.function();
    EffectCollector Collector(S, F);
    std::vector<Effect> Effects;
    std::vector<Touch> Touches;
    bool Changed = false, More = F.Incomplete, Throws = false;
    Into.Doomed = doomedFrom(F, [&](Point At, const Event &E, bool DeadEnd) {
      return endsProgram(F, At, E, DeadEnd);
    });
    Into.EndsProgram = isDoomed(Into.Doomed, {0, 0});
    Held.walk([&](Point At, const Event &E, const LockState &Before) {
      Collector.effects(At, E, Before, Effects);
      More |= !Collector.touches(At, E, Touches);
      Throws |= throws(F, At, E);
    });
    if (F.Blocking && Effects.empty())
      Effects = declaredSummary(F).Effects;
    Changed |= merge(Into.Effects, std::move(Effects));
    Changed |= merge(Into, std::move(Touches));
    Changed |= More != Into.TouchesMore && More;
    Into.TouchesMore |= More;
    Throws &= !F.NoExcept;
    Changed |= Throws != Into.MayThrow;
    Into.MayThrow = Throws;
    Into.NeverReturns =
        F.NoReturn ||
        llvm::none_of(F.Blocks, [](const ir::Block &B) { return B.Leaves; });
    return Changed;
  }

private:
  /// Does not come back, and the program goes on.
  static bool isWayOut(llvm::StringRef Call) {
    return Call.contains_insensitive("exit_thread") ||
           Call.contains_insensitive("exitthread") ||
           Call.ends_with("pthread_exit") || Call.ends_with("thrd_exit") ||
           Call.ends_with("longjmp");
  }

  bool endsProgram(const Function &F, Point At, const Event &E,
                   bool DeadEnd) const {
    if (E.What != Op::Call && E.What != Op::Block)
      return false;
    const llvm::SmallVector<Target, 2> Targets = S.targets(F, At);
    if (Targets.empty())
      return DeadEnd && !E.has(ir::MayThrow) && !isWayOut(E.Text.str());
    return llvm::all_of(Targets, [&](const Target &T) {
      const Summary &Callee = S.of(*T.Callee);
      return !T.InPlace && Callee.EndsProgram && !Callee.MayThrow;
    });
  }

  bool throws(const Function &F, Point At, const Event &E) const {
    if (F.Blocks[At.Block].InTry)
      return false;
    if (E.What == Op::Throw)
      return true;
    // Of a call that only an instance of a template resolves, nothing is known.
    if (E.What != Op::Call || !E.has(ir::MayThrow) ||
        (!E.Callee && E.callKind() == ir::CallKind::Unknown))
      return false;
    const llvm::SmallVector<Target, 2> Targets = S.targets(F, At);
    return Targets.empty() || llvm::any_of(Targets, [&](const Target &T) {
             return S.of(*T.Callee).MayThrow;
           });
  }

  const Summaries &S;
  Summary &Into;
  HeldLocks &Held;
};
} // namespace

Summaries::Summaries(const ir::Program &P, const CallGraph &G) : P(P), G(G) {
  const size_t N = G.functions().size();
  Of.resize(N);
  Held = std::make_unique<HeldLocks[]>(N);
  for (size_t I = 0; I < N; ++I)
    Held[I].F = G.functions()[I];
  for (const Function &F : P.module().Functions)
    if (!F.Defined && (F.Blocking || F.Suspends || !F.Contracts.empty()))
      Declared[&F] = declaredSummary(F);

  for (const auto &Members : G.components()) {
    bool Changed = true;
    for (unsigned Round = 0; Changed && Round < MaxRounds; ++Round) {
      Changed = false;
      for (const Function *F : Members) {
        const uint32_t I = G.indexOf(*F);
        std::vector<LockEffect> Locks = flow(*F, {});
        Changed |= Locks != Of[I].Locks;
        Of[I].Locks = std::move(Locks);
        Changed |= Summarizer(*this, Of[I], Held[I]).run();
      }
      // Without recursion once is enough.
      if (Members.size() == 1 &&
          llvm::none_of(G.callees(*Members[0]), [&](const CallEdge &E) {
            return E.Callee == Members[0];
          }))
        break;
    }
  }
  enterFromCallers();
}

Summaries::~Summaries() = default;

std::vector<LockEffect> Summaries::flow(const Function &F,
                                        llvm::ArrayRef<LockEffect> Entry) {
  HeldLocks &H = Held[G.indexOf(F)];
  H.Flow = std::make_unique<LockFlow>(H, *this);
  H.Flow->run(Entry);
  if (H.trivial()) {
    H.Flow.reset();
    return {};
  }
  return H.Flow->effects();
}

/// Tells functions all of whose callers are known what all of them hold.
/// Callers first, so that what is held is passed on.
void Summaries::enterFromCallers() {
  for (size_t C = G.components().size(); C-- > 0;)
    for (const Function *F : G.components()[C]) {
      if (!G.allCallersKnown(*F))
        continue;
      std::vector<LockEffect> All;
      bool First = true;
      for (const CallEdge *E : G.callers(*F)) {
        if (G.componentOf(*E->Caller) == C)
          continue; // what recursion adds holds already
        std::vector<LockEffect> These = heldAt(*E);
        if (First) {
          All = std::move(These);
        } else {
          llvm::erase_if(All, [&](LockEffect &L) {
            auto Same = llvm::find_if(These, [&](const LockEffect &T) {
              return T.Lock.sameAs(L.Lock);
            });
            if (Same == These.end())
              return true;
            L.Shared |= Same->Shared;
            return false;
          });
        }
        First = false;
        if (All.empty())
          break;
      }
      if (!All.empty())
        flow(*F, All);
    }
}

/// The locks surely held at a call, as its callee calls them.
std::vector<LockEffect> Summaries::heldAt(const CallEdge &E) const {
  std::vector<LockEffect> Locks;
  const HeldLocks &H = held(*E.Caller);
  if (H.trivial())
    return Locks;
  const Event &Call = eventAt(*E.Caller, E.At);
  const LockState Before = H.before(E.At);
  for (const Hold &Held : Before.Holds)
    if (Held.sure() && Held.From != Origin::Guard &&
        Before.find(Held.Lock) == &Held)
      if (auto P = toCallee(*E.Caller, Call, *E.Callee, H.lock(Held.Lock)))
        Locks.push_back({*P, Presence::Yes, Held.Shared, {}});
  return Locks;
}

const Summary &Summaries::of(const Function &F) const {
  static const Summary None;
  if (F.Defined)
    return Of[G.indexOf(F)];
  auto It = Declared.find(&F);
  return It == Declared.end() ? None : It->second;
}

const HeldLocks &Summaries::held(const Function &F) const {
  return Held[G.indexOf(F)];
}

llvm::SmallVector<Target, 2> Summaries::targets(const Function &F,
                                                Point At) const {
  llvm::SmallVector<Target, 2> Targets;
  for (const CallEdge &E : G.callees(F, At))
    Targets.push_back({E.Callee,
                       E.How == CallEdge::Direct || E.How == CallEdge::Local,
                       E.How == CallEdge::InPlace, E.Argument});
  const Event &E = eventAt(F, At);
  // A call that the vocabulary knows to block says so itself: Op::Block.
  if (E.What == Op::Call && E.Callee && Targets.empty())
    if (const Function *Callee = P.function(E.Callee);
        Callee && Declared.count(Callee))
      Targets.push_back({Callee, true, false, 0});
  return Targets;
}

std::vector<Effect> Summaries::effectsAt(const Function &F, Point At) const {
  std::vector<Effect> Effects, Unique;
  EffectCollector(*this, F).effects(At, eventAt(F, At), held(F).before(At),
                                    Effects);
  merge(Unique, std::move(Effects));
  return Unique;
}

std::vector<TraceStep> Summaries::trace(const Function &F,
                                        const Effect &E) const {
  std::vector<TraceStep> Steps;
  const Function *In = &F;
  const Effect *Now = &E;
  while (Steps.size() < MaxTrace) {
    if (In->Defined)
      Steps.push_back({In, Now->At, rangeAt(*In, Now->At), Now->Via});
    if (!Now->Via)
      break;
    In = Now->Via;
    Now = &of(*In).Effects[Now->Index];
  }
  return Steps;
}

bool Summaries::stillHeld(const Function &F, const LockState &State,
                          const Hold &Held, const Effect &E) const {
  const HeldLocks &H = held(F);
  const ir::Place &Lock = H.lock(Held.Lock);
  const LockClass &Class = H.classOf(Held.Lock);
  (void)State;
  return llvm::none_of(E.Released, [&](const ir::Place &R) {
    // `lock.mutex()->native()` names what is in the guard, or in the lock.
    if (Lock.contains(R) ||
        (Held.Guard != ir::NoPlace && H.guard(Held.Guard).contains(R)))
      return true;
    // It releases what another object refers to: that may be this one.
    const LockClass Other = lockClass(F, R);
    if (!(Other == Class) && (isAlias(P, Other) || isAlias(P, Class)))
      return true;
    // It releases one like it, and of whose object cannot be told.
    return !isDefinite(R) && (!Other.known() || Other == Class);
  });
}

std::optional<std::vector<Touch>> Summaries::touchesAt(const Function &F,
                                                       Point At) const {
  std::vector<Touch> Touches;
  if (!EffectCollector(*this, F).touches(At, eventAt(F, At), Touches))
    return std::nullopt;
  return Touches;
}

} // namespace runnel::analysis
