//===- LockScan.cpp - The locks of a function, and its fixpoint -----------===//

#include "checks/analysis/LockFlow.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace runnel::analysis {

using ir::Event;
using ir::NoPlace;
using ir::Op;
using ir::Operand;
using ir::Place;
using ir::PlaceId;
using ir::Step;

static constexpr uint32_t AnonymousBase = 1u << 30;
static constexpr unsigned MaxRounds = 24;

LockFlow::LockFlow(HeldLocks &H, const Summaries &S)
    : H(H), S(S), F(H.function()) {}

bool canBeRebound(const ir::Function &F, const Place &P) {
  ir::TypeRef T = P.Type;
  if (P.Path.empty() && P.Root == Place::Local && P.Index < F.Locals.size())
    T = F.Locals[P.Index].Type;
  else if (P.Path.empty() && P.Root == Place::Param &&
           P.Index < F.Params.size())
    T = F.Params[P.Index].Type;
  if (T.Reference || T.RValue)
    return false;
  return T.Pointer || T.Scalar || T.Is != ir::Role::Data || T.Record.empty();
}

bool dependsOn(const ir::Function &F, const Place &Lock, const Place &Changed) {
  if (Changed.contains(Lock))
    return true;
  if (!Changed.Path.empty())
    return false;
  ir::Name Id;
  if (Changed.Root == Place::Local && Changed.Index < F.Locals.size())
    Id = F.Locals[Changed.Index].Id;
  else if (Changed.Root == Place::Param && Changed.Index < F.Params.size())
    Id = F.Params[Changed.Index].Id;
  return Id && llvm::any_of(Lock.Path, [&](const Step &Step) {
           return Step.How == Step::Index && Step.Id == Id;
         });
}

/// Visits the members that \p Ctor binds to what it is given.
static void eachBinding(
    const ir::Function &Ctor,
    llvm::function_ref<void(const Step &, uint32_t, const Place &)> Visit) {
  for (const ir::Block &B : Ctor.Blocks)
    for (const Event &E : B.Events) {
      if (E.What != Op::Assign || E.Subject == NoPlace || E.Args.empty() ||
          E.Args[0].Place == NoPlace)
        continue;
      const Place &To = Ctor.place(E.Subject);
      const Place &From = Ctor.place(E.Args[0].Place);
      if (To.Root == Place::This && To.Path.size() == 1 &&
          To.Path[0].How == Step::Field && From.Root == Place::Param)
        Visit(To.Path[0], From.Index, From);
    }
}

/// `Unlocker u(mu);`: what u calls `m_` is mu.
void LockFlow::findBindings() {
  if (F.Constructor)
    eachBinding(F, [&](const Step &Member, uint32_t, const Place &From) {
      Place To;
      To.Root = Place::This;
      To.Path.push_back(Member);
      Bindings.push_back({std::move(To), From});
    });
  for (const ir::Block &B : F.Blocks)
    for (const Event &E : B.Events) {
      if (E.What != Op::Call || E.Subject == NoPlace || !E.Callee ||
          F.place(E.Subject).Root != Place::Local)
        continue;
      const ir::Function *Ctor = S.program().function(E.Callee);
      if (!Ctor || !Ctor->Constructor)
        continue;
      eachBinding(*Ctor, [&](const Step &Member, uint32_t, const Place &From) {
        Place To = F.place(E.Subject);
        To.Path.push_back(Member);
        Bindings.push_back({std::move(To), toCaller(F, E, *Ctor, From)});
      });
    }
}

Place LockFlow::resolved(Place P) const {
  P = resolveAccessors(S.program(), normalized(F, std::move(P)));
  for (const auto &[Member, Bound] : Bindings)
    if (Member.contains(P) && Bound.Root != Place::Unknown) {
      Place New = Bound;
      New.Path.insert(New.Path.end(), P.Path.begin() + Member.Path.size(),
                      P.Path.end());
      New.Type = P.Type;
      return normalized(F, std::move(New));
    }
  return P;
}

LockIndex LockFlow::intern(Place P) {
  P = resolved(std::move(P));
  for (LockIndex I = 0; I < H.Locks.size(); ++I)
    if (H.Locks[I].sameAs(P))
      return I;
  H.Classes.push_back(lockClass(F, P));
  H.Locks.push_back(std::move(P));
  return H.Locks.size() - 1;
}

PlaceId LockFlow::internGuard(const Place &Given) {
  const Place P = normalized(F, Given);
  const PlaceId N = F.Places.size() + H.MoreGuards.size();
  for (PlaceId I = 0; I < N; ++I)
    if (H.guard(I).sameAs(P))
      return I;
  H.MoreGuards.push_back(P);
  return N;
}

PlaceId LockFlow::guardId(PlaceId P) const {
  return P < GuardOf.size() && GuardOf[P] != NoPlace ? GuardOf[P] : P;
}

LockIndex LockFlow::lockOf(PlaceId P) const { return OfPlace[P]; }

LockIndex LockFlow::argumentLock(Point At, const Event &E, size_t Arg) const {
  const Operand &O = E.Args[Arg];
  if (O.Place != NoPlace)
    return OfPlace[O.Place];
  auto It = Anonymous.find(ordinal(At) * 8 + std::min<size_t>(Arg, 7));
  return It == Anonymous.end() ? ~0u : It->second;
}

void LockFlow::scanEvent(Point At, const Event &E) {
  auto AddLock = [&](PlaceId P) {
    if (P != NoPlace && OfPlace[P] == ~0u)
      OfPlace[P] = intern(F.place(P));
  };
  auto AddGuard = [&](PlaceId P) {
    if (P != NoPlace && GuardOf[P] == NoPlace)
      GuardOf[P] = internGuard(F.place(P));
  };
  switch (E.What) {
  case Op::Lock:
  case Op::Unlock:
    AddLock(E.Subject);
    break;
  case Op::GuardBegin:
    AddGuard(E.Subject);
    for (size_t I = 0; I < E.Args.size(); ++I) {
      const Operand &O = E.Args[I];
      AddLock(O.Place);
      if (O.Place == NoPlace && O.How == Operand::Other) {
        Place P;
        P.Index = AnonymousBase + ordinal(At) * 8 + std::min<size_t>(I, 7);
        P.Type.Is = ir::Role::Lock;
        Anonymous[P.Index - AnonymousBase] = intern(P);
      }
    }
    break;
  case Op::GuardMove:
  case Op::GuardSwap:
    AddGuard(E.Other);
    [[fallthrough]];
  case Op::GuardLock:
  case Op::GuardUnlock:
  case Op::GuardRelease:
  case Op::GuardEnd:
    AddGuard(E.Subject);
    break;
  case Op::Wait:
    if (E.Other == NoPlace)
      break;
    if (F.place(E.Other).Type.Is == ir::Role::Guard)
      AddGuard(E.Other);
    else
      AddLock(E.Other);
    break;
  case Op::Call:
  case Op::Block:
  case Op::OnceCall:
    if (assertsHeld(F, E))
      AddLock(E.Subject);
    for (const MappedEffect &M : calleeEffects(At, E)) {
      if (!M.Lock.sameAs(M.Guard))
        intern(M.Lock);
      if (M.Guard.Root != Place::Unknown)
        internGuard(M.Guard);
    }
    for (const Operand &O : E.Args)
      if (O.Place != NoPlace && F.place(O.Place).Type.Is == ir::Role::Guard)
        AddGuard(O.Place);
    break;
  default:
    break;
  }
}

bool assertsHeld(const ir::Function &F, const Event &E) {
  if (E.What != Op::Call || E.Subject == NoPlace ||
      F.place(E.Subject).Type.Is != ir::Role::Lock)
    return false;
  // The word decides only what a lock's own method does.
  llvm::StringRef Name = E.Text.str();
  Name = Name.substr(Name.find_last_of(".>:") + 1);
  return Name.starts_with_insensitive("assert") &&
         !Name.contains_insensitive("not");
}

/// Whether anything in the function has to do with locks.
static bool concernsLocks(const ir::Function &F) {
  if (!F.Contracts.empty())
    return true;
  for (const ir::Block &B : F.Blocks)
    for (const Event &E : B.Events)
      if (E.What <= Op::Wait || assertsHeld(F, E))
        return true;
  return false;
}

bool LockFlow::scan(llvm::ArrayRef<LockEffect> Entry) {
  bool Needed = !Entry.empty() || concernsLocks(F);
  for (const CallEdge &Edge : S.graph().callees(F))
    Needed |= !S.of(*Edge.Callee).Locks.empty();
  uint32_t Count = 0;
  FirstOrdinal.clear();
  for (const ir::Block &B : F.Blocks) {
    FirstOrdinal.push_back(Count);
    Count += B.Events.size();
    if (!Needed)
      for (const Event &E : B.Events)
        if (E.What == Op::Call && E.Callee) {
          const ir::Function *G = S.program().function(E.Callee);
          Needed |= G && !G->Contracts.empty();
        }
  }
  if (!Needed)
    return false;

  findBindings();
  OfPlace.assign(F.Places.size(), ~0u);
  GuardOf.assign(F.Places.size(), NoPlace);
  for (ir::BlockId B = 0; B < F.Blocks.size(); ++B)
    for (uint32_t I = 0; I < F.Blocks[B].Events.size(); ++I)
      scanEvent({B, I}, F.Blocks[B].Events[I]);
  for (const ir::Block &B : F.Blocks)
    if (B.Cond.What == ir::Condition::Owns && B.Cond.Subject != NoPlace) {
      const ir::Role Is = F.place(B.Cond.Subject).Type.Is;
      if (Is == ir::Role::Lock && OfPlace[B.Cond.Subject] == ~0u)
        OfPlace[B.Cond.Subject] = intern(F.place(B.Cond.Subject));
      else if (GuardOf[B.Cond.Subject] == NoPlace)
        GuardOf[B.Cond.Subject] = internGuard(F.place(B.Cond.Subject));
    }
  enter(Entry);
  findStale();
  return true;
}

/// What is held when the function begins.
void LockFlow::enter(llvm::ArrayRef<LockEffect> Entry) {
  Start = {};
  Start.Reachable = true;
  auto Add = [&](LockIndex L, PlaceId Guard, Origin From, Presence Is,
                 bool Shared) {
    for (const Hold &Old : Start.Holds)
      if (Old.Lock == L && Old.Guard == Guard)
        return;
    Hold New;
    New.Lock = L;
    New.Guard = Guard;
    New.Is = Is;
    New.From = From;
    New.Shared = Shared;
    Start.Holds.push_back(New);
  };
  for (const ir::LockContract &C : F.Contracts)
    if ((C.What == ir::LockContract::Requires ||
         C.What == ir::LockContract::Releases) &&
        C.Lock != NoPlace)
      Add(intern(F.place(C.Lock)), NoPlace, Origin::Contract, Presence::Yes,
          C.Shared);

  // Guards that the function uses but did not make: its caller's.
  llvm::BitVector Made(F.Places.size()), Used(F.Places.size());
  auto Set = [](llvm::BitVector &V, PlaceId P) {
    if (P < V.size())
      V.set(P);
  };
  for (const ir::Block &B : F.Blocks)
    for (const Event &E : B.Events) {
      if (E.What == Op::GuardBegin || E.What == Op::GuardMove ||
          E.What == Op::GuardSwap)
        Set(Made, guardId(E.Subject));
      if (E.What >= Op::GuardLock && E.What <= Op::GuardSwap)
        Set(Used, guardId(E.What == Op::GuardMove ? E.Other : E.Subject));
      if (E.What == Op::GuardEnd)
        Set(Used, guardId(E.Subject));
      if (E.What == Op::Wait && E.Other != NoPlace &&
          F.place(E.Other).Type.Is == ir::Role::Guard)
        Set(Used, guardId(E.Other));
    }
  for (PlaceId P : Used.set_bits()) {
    const Place &G = F.place(P);
    if (Made.test(P) || G.Root == Place::Local || G.Root == Place::Result ||
        G.Root == Place::Unknown)
      continue;
    const bool Passed =
        G.Path.empty() && (G.Root == Place::Param || G.Root == Place::Capture);
    Add(intern(G), P, Origin::Guard, Passed ? Presence::Yes : Presence::Maybe,
        false);
  }
  for (const LockEffect &L : Entry)
    Add(intern(L.Lock), NoPlace, Origin::Callers, L.Is, L.Shared);
  llvm::sort(Start.Holds, [](const Hold &A, const Hold &B) {
    return std::tie(A.Lock, A.Guard) < std::tie(B.Lock, B.Guard);
  });
}

/// Gives every lock whose name may come to mean another one a second index,
/// which keeps its class and equals no place.
void LockFlow::findStale() {
  const LockIndex N = H.Locks.size();
  for (const ir::Block &B : F.Blocks)
    for (const Event &E : B.Events) {
      if (E.Subject == NoPlace ||
          !(E.What == Op::Declare || E.What == Op::Assign ||
            E.What == Op::ScopeEnd ||
            (E.What == Op::Access && E.has(ir::Write) &&
             canBeRebound(F, F.place(E.Subject)))))
        continue;
      for (LockIndex L = 0; L < N; ++L) {
        if (Stale.count(L) || !dependsOn(F, H.Locks[L], F.place(E.Subject)))
          continue;
        Place P;
        P.Index = AnonymousBase * 2 + L;
        P.Path = H.Locks[L].Path;
        P.Type = H.Locks[L].Type;
        Stale[L] = H.Locks.size();
        H.Classes.push_back(LockClass(H.Classes[L]));
        H.Locks.push_back(std::move(P));
      }
    }
}

/// Joins \p From into \p To; whether that changed it.
static bool join(LockState &To, const LockState &From) {
  if (!From.Reachable)
    return false;
  if (!To.Reachable) {
    To = From;
    return true;
  }
  LockState New;
  New.Reachable = true;
  auto A = To.Holds.begin(), AE = To.Holds.end();
  auto B = From.Holds.begin(), BE = From.Holds.end();
  // Of one path alone: a guard without its lock stays so, the rest is a maybe.
  auto Alone = [&](Hold H) {
    if (H.Is == Presence::Yes || (H.Is == Presence::No && H.Guard == NoPlace))
      H.Is = Presence::Maybe;
    New.Holds.push_back(H);
  };
  while (A != AE || B != BE) {
    const auto Key = [](const Hold &H) { return std::tie(H.Lock, H.Guard); };
    if (B == BE || (A != AE && Key(*A) < Key(*B))) {
      Alone(*A++);
    } else if (A == AE || Key(*B) < Key(*A)) {
      Alone(*B++);
    } else {
      Hold H = *A;
      H.Is = A->Is == B->Is ? A->Is : Presence::Maybe;
      H.From = std::max(A->From, B->From);
      H.Shared &= B->Shared;
      H.Avoiding &= B->Avoiding;
      H.Try |= B->Try;
      H.Depth = std::min(A->Depth, B->Depth);
      H.At =
          !A->At.valid() || !B->At.valid() ? Point() : std::min(A->At, B->At);
      New.Holds.push_back(H);
      ++A;
      ++B;
    }
  }
  if (New == To)
    return false;
  To = std::move(New);
  return true;
}

/// A contract that says the caller holds a lock, and a body that locks the very
/// lock: one of them is wrong, and it is not the body, which runs. Forgets such
/// contracts; whether there were any.
bool LockFlow::dropContradicted() {
  llvm::SmallVector<LockIndex, 2> Wrong;
  auto Takes = [&](LockIndex L, const LockState &Before) {
    for (const Hold &Held : Before.Holds)
      if (Held.Lock == L && Held.From == Origin::Contract && Held.sure() &&
          !H.Locks[L].Type.has(ir::Recursive))
        Wrong.push_back(L);
  };
  if (llvm::none_of(Start.Holds, [](const Hold &Held) {
        return Held.From == Origin::Contract;
      }))
    return false;
  H.walk([&](Point At, const Event &E, const LockState &Before) {
    if (E.has(ir::Try) || E.has(ir::WithTimeout) || E.has(ir::Adopt) ||
        E.has(ir::Defer))
      return;
    if (E.What == Op::Lock && E.Subject != NoPlace)
      Takes(lockOf(E.Subject), Before);
    else if (E.What == Op::GuardBegin)
      for (size_t I = 0; I < E.Args.size(); ++I)
        Takes(argumentLock(At, E, I), Before);
    else if (E.What == Op::Call)
      for (const MappedEffect &M : calleeEffects(At, E))
        if (auto L = H.indexOf(M.Lock); L && M.Is == Presence::Yes)
          Takes(*L, Before);
  });
  llvm::erase_if(Start.Holds, [&](const Hold &Held) {
    return Held.From == Origin::Contract &&
           llvm::is_contained(Wrong, Held.Lock);
  });
  return !Wrong.empty();
}

void LockFlow::run(llvm::ArrayRef<LockEffect> Entry) {
  H.In.clear();
  H.AtReturn = {};
  if (F.Blocks.empty() || !scan(Entry)) {
    H.Locks.clear();
    H.Classes.clear();
    return;
  }
  solve();
  if (dropContradicted())
    solve();
}

void LockFlow::solve() {
  H.AtReturn = {};
  H.In.assign(F.Blocks.size(), {});
  const std::vector<ir::BlockId> Order = reversePostOrder(F);
  std::vector<uint32_t> Rank(F.Blocks.size(), 0);
  for (uint32_t I = 0; I < Order.size(); ++I)
    Rank[Order[I]] = I;
  llvm::BitVector Pending(Order.size());
  std::vector<unsigned> Rounds(F.Blocks.size(), 0);
  H.In[0] = Start;
  Pending.set(0);
  for (int I = Pending.find_first(); I >= 0; I = Pending.find_first()) {
    Pending.reset(I);
    const ir::BlockId Id = Order[I];
    const ir::Block &B = F.Blocks[Id];
    LockState State = H.In[Id];
    if (++Rounds[Id] > MaxRounds)
      for (Hold &Held : State.Holds)
        Held.Is = Presence::Maybe;
    for (uint32_t E = 0; E < B.Events.size(); ++E)
      apply({Id, E}, B.Events[E], State);
    if (B.Leaves)
      join(H.AtReturn, State);
    if (Rounds[Id] > 2 * MaxRounds)
      continue;
    for (size_t N = 0; N < B.Succs.size(); ++N) {
      LockState Along = State;
      branch(B, N, Along);
      if (join(H.In[B.Succs[N]], Along))
        Pending.set(Rank[B.Succs[N]]);
    }
  }
}

} // namespace runnel::analysis
