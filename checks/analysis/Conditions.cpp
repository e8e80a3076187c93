//===- Conditions.cpp - Who waits for what, and who says so ---------------===//

#include "checks/analysis/Conditions.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::analysis {

using ir::Place;
using ir::Step;

// Lambdas in lambdas in lambdas.
static constexpr unsigned MaxNesting = 6;

Arguments::Arguments(const ir::Program &P) {
  for (const ir::Function &F : P.module().Functions)
    if (!F.System)
      forEachEvent(F, [&](Point, const ir::Event &E) {
        if (E.What == ir::Op::Call || E.What == ir::Op::Spawn)
          pass(P, F, E);
      });
}

void Arguments::pass(const ir::Program &P, const ir::Function &F,
                     const ir::Event &E) {
  const ir::Function *Callee = P.function(E.Callee);
  if (!Callee || !Callee->Defined || Callee->System)
    return;
  // A start names the callable first, and a method's object next.
  size_t First = 0;
  if (E.What == ir::Op::Spawn)
    First = Callee->Record && !Callee->Lambda && !Callee->Static ? 2 : 1;
  for (uint32_t I = 0; I != Callee->Params.size(); ++I) {
    const ir::TypeRef &T = Callee->Params[I].Type;
    if (!T.Pointer && !T.Reference)
      continue;
    Entity What;
    if (First + I < E.Args.size() &&
        E.Args[First + I].How == ir::Operand::PlaceArg)
      What = entityOf(P, F, F.place(E.Args[First + I].Place));
    auto [It, Inserted] = Passed.try_emplace({Callee->Symbol, I}, What);
    if (!Inserted && !(It->second == What))
      It->second = {};
  }
}

Entity Arguments::of(const ir::Function &F, uint32_t Param) const {
  auto It = Passed.find({F.Symbol, Param});
  return It == Passed.end() ? Entity() : It->second;
}

Entity entityOf(const ir::Program &P, const ir::Function &F, const Place &Given,
                const Arguments *Args) {
  Place Pl = normalized(F, Given);
  if (llvm::any_of(Pl.Path, [](const Step &S) { return S.How == Step::Call; }))
    Pl = resolveAccessors(P, Pl);
  const ir::Function *In = &F;
  // What was captured is a variable of the function around.
  for (unsigned I = 0; Pl.Root == Place::Capture; ++I) {
    const ir::Function *Parent = P.function(In->Parent);
    if (I == MaxNesting || !Parent || Pl.Index >= In->Captures.size())
      return {};
    const ir::Capture &C = In->Captures[Pl.Index];
    if (C.Source == ir::NoPlace)
      return {};
    Place Outer = normalized(*Parent, Parent->place(C.Source));
    Outer.Path.insert(Outer.Path.end(), Pl.Path.begin(), Pl.Path.end());
    Outer.Type = Pl.Type;
    Pl = std::move(Outer);
    In = Parent;
  }
  // Elements are part of what holds them; a lock in one is its own.
  bool Element = false;
  const bool Sync =
      Pl.Type.Is == ir::Role::Lock || Pl.Type.Is == ir::Role::CondVar;
  for (size_t I = 0; I != Pl.Path.size(); ++I)
    if (!Sync && Pl.Path[I].How == Step::Index) {
      Pl.Path.resize(I);
      Element = true;
      break;
    }
  if (Pl.Root == Place::Param && Pl.Path.empty())
    return Args ? Args->of(*In, Pl.Index) : Entity();
  Entity E = lockClass(*In, Pl);
  if (E.How == LockClass::Unknown && Pl.Path.empty() &&
      Pl.Root == Place::Local && Pl.Index < In->Locals.size()) {
    E.How = LockClass::Local;
    E.Symbol = In->Symbol;
    E.Index = Pl.Index;
  }
  if (E.How == LockClass::Object && Element)
    return {};
  E.Element = false;
  return E;
}

const ir::TypeRef *typeOf(const ir::Program &P, const Entity &E) {
  switch (E.How) {
  case LockClass::Field:
    if (const ir::Field *F = P.field(E.Symbol))
      return &F->Type;
    break;
  case LockClass::Global:
    if (const ir::Global *G = P.global(E.Symbol))
      return &G->Type;
    break;
  case LockClass::Local:
    if (const ir::Function *F = P.function(E.Symbol);
        F && E.Index < F->Locals.size())
      return &F->Locals[E.Index].Type;
    break;
  case LockClass::Object:
  case LockClass::Unknown:
    break;
  }
  return nullptr;
}

ir::Range whereIs(const ir::Program &P, const Entity &E) {
  switch (E.How) {
  case LockClass::Field:
    if (const ir::Field *F = P.field(E.Symbol))
      return F->Where;
    break;
  case LockClass::Global:
    if (const ir::Global *G = P.global(E.Symbol))
      return G->Where;
    break;
  case LockClass::Local:
    if (const ir::Function *F = P.function(E.Symbol);
        F && E.Index < F->Locals.size())
      return F->Locals[E.Index].Where;
    break;
  case LockClass::Object:
    if (const ir::Record *R = P.record(E.Symbol))
      return R->Where;
    break;
  case LockClass::Unknown:
    break;
  }
  return {};
}

std::string nameOf(const ir::Program &P, const Entity &E) {
  std::string Full = className(P, E);
  size_t Cut = Full.rfind("::");
  return Cut == std::string::npos ? Full : Full.substr(Cut + 2);
}

std::vector<ir::BlockId> innermostLoop(const ir::Function &F, ir::BlockId At) {
  // Distances from the block and to it; what lies on a way round that is
  // hardly longer than the shortest is the inner loop, its other conditions
  // included.
  constexpr unsigned Far = ~0u / 4;
  constexpr unsigned Slack = 3;
  const size_t N = F.Blocks.size();
  std::vector<unsigned> From(N, Far), To(N, Far);
  std::vector<std::vector<ir::BlockId>> Preds(N);
  for (ir::BlockId B = 0; B != N; ++B)
    for (ir::BlockId S : F.Blocks[B].Succs)
      Preds[S].push_back(B);
  auto Walk = [&](std::vector<unsigned> &Dist, auto Next) {
    std::vector<ir::BlockId> Work{At};
    unsigned Round = 0;
    while (!Work.empty()) {
      ++Round;
      std::vector<ir::BlockId> More;
      for (ir::BlockId B : Work)
        for (ir::BlockId S : Next(B))
          if (Dist[S] == Far) {
            Dist[S] = Round;
            More.push_back(S);
          }
      Work = std::move(More);
    }
  };
  Walk(From, [&](ir::BlockId B) -> const std::vector<ir::BlockId> & {
    return F.Blocks[B].Succs;
  });
  Walk(To, [&](ir::BlockId B) -> const std::vector<ir::BlockId> & {
    return Preds[B];
  });
  std::vector<ir::BlockId> Loop;
  if (From[At] == Far)
    return Loop;
  const unsigned Shortest = From[At];
  for (ir::BlockId B = 0; B != N; ++B)
    if (B == At || From[B] + To[B] <= Shortest + Slack)
      Loop.push_back(B);
  return Loop;
}

bool Waiting::reads(const Entity &E) const {
  return llvm::is_contained(Reads, E);
}

namespace {
class Collector {
public:
  Collector(const ir::Program &P, const Arguments &Args,
            std::map<Entity, ConditionVariable> &Of)
      : P(P), Args(Args), Of(Of) {}

  void function(const ir::Function &F) {
    // The lock, the wait and the notification of a wrapper are its users'.
    // A lock that is made of a condition variable waits for itself.
    const ir::Record *Owner = P.record(F.Record);
    if (Owner &&
        (Owner->Is == ir::Role::CondVar || Owner->Is == ir::Role::Guard ||
         ((Owner->Traits & ir::LockWrapper) &&
          llvm::none_of(Owner->Fields, [](const ir::Field &Each) {
            return Each.Type.Is == ir::Role::CondVar;
          }))))
      return;
    forEachEvent(F, [&](Point At, const ir::Event &E) { event(F, At, E); });
  }

private:
  void event(const ir::Function &F, Point At, const ir::Event &E);
  void wait(const ir::Function &F, Point At, const ir::Event &E);
  void readsOf(const ir::Function &F, const ir::Block &B,
               std::vector<Entity> &Out, unsigned Depth);
  void escape(const ir::Function &F, ir::PlaceId At) {
    if (At == ir::NoPlace || F.place(At).Type.Is != ir::Role::CondVar)
      return;
    Entity E = entity(F, At);
    if (E.known())
      Of[E].Escapes = true;
  }

  Entity entity(const ir::Function &F, ir::PlaceId At) const {
    return entityOf(P, F, F.place(At), &Args);
  }

  const ir::Program &P;
  const Arguments &Args;
  std::map<Entity, ConditionVariable> &Of;
};
} // namespace

void Collector::readsOf(const ir::Function &F, const ir::Block &B,
                        std::vector<Entity> &Out, unsigned Depth) {
  auto Add = [&](ir::PlaceId At) {
    if (At == ir::NoPlace)
      return;
    // A pointer to the object whose fields are read is not what decides.
    const ir::Place &Pl = F.place(At);
    if (Pl.Root == Place::Param && Pl.Path.empty() &&
        Pl.Type.Is == ir::Role::Data && Pl.Type.Record)
      return;
    Entity E = entity(F, At);
    // What is read of a wait's own lock and guard is no condition.
    const ir::TypeRef *T = typeOf(P, E);
    if (T && (T->Is == ir::Role::Lock || T->Is == ir::Role::Guard ||
              T->Is == ir::Role::CondVar))
      return;
    if (E.known() && E.How != LockClass::Object)
      Out.push_back(E);
  };
  for (const ir::Event &E : B.Events) {
    if (E.What == ir::Op::Access && E.has(ir::Read))
      Add(E.Subject);
    if (E.What == ir::Op::Call && Depth > 0) {
      const ir::Function *Callee = P.function(E.Callee);
      if (Callee && Callee->Defined && !Callee->System)
        for (const ir::Block &Inner : Callee->Blocks)
          readsOf(*Callee, Inner, Out, Depth - 1);
    }
  }
  for (ir::PlaceId R : B.Cond.Reads)
    Add(R);
}

void Collector::wait(const ir::Function &F, Point At, const ir::Event &E) {
  Waiting W;
  W.In = &F;
  W.At = At;
  W.Timed = E.has(ir::WithTimeout);
  if (E.Other != ir::NoPlace) {
    W.Lock = entity(F, E.Other);
    // Through a guard: the lock it began with.
    if (F.place(E.Other).Type.Is == ir::Role::Guard)
      forEachEvent(F, [&](Point, const ir::Event &Begin) {
        if (Begin.What == ir::Op::GuardBegin && Begin.Subject == E.Other &&
            !Begin.Args.empty() && Begin.Args[0].Place != ir::NoPlace)
          W.Lock = entity(F, Begin.Args[0].Place);
      });
  }
  if (E.has(ir::Predicate)) {
    W.Checked = true;
    const ir::Function *Test =
        E.Args.empty() ? nullptr : P.function(E.Args[0].Symbol);
    if (Test)
      for (const ir::Block &B : Test->Blocks)
        readsOf(*Test, B, W.Reads, 1);
  } else {
    std::vector<ir::BlockId> Loop = innermostLoop(F, At.Block);
    W.Checked = !Loop.empty();
    for (ir::BlockId B : Loop)
      if (llvm::any_of(
              F.Blocks[B].Succs,
              [&](ir::BlockId S) { return !llvm::is_contained(Loop, S); }) ||
          F.Blocks[B].Succs.size() > 1)
        readsOf(F, F.Blocks[B], W.Reads, 1);
  }
  llvm::sort(W.Reads);
  W.Reads.erase(llvm::unique(W.Reads), W.Reads.end());
  Entity On = entity(F, E.Subject);
  if (On.known())
    Of[On].Waits.push_back(std::move(W));
}

void Collector::event(const ir::Function &F, Point At, const ir::Event &E) {
  switch (E.What) {
  case ir::Op::Wait:
    if (E.Subject != ir::NoPlace)
      wait(F, At, E);
    return;
  case ir::Op::Notify:
    if (E.Subject != ir::NoPlace)
      if (Entity On = entity(F, E.Subject); On.known())
        Of[On].Notifies.push_back({&F, At, E.has(ir::All)});
    return;
  case ir::Op::Escape:
    escape(F, E.Subject);
    return;
  case ir::Op::Access:
    if (E.has(ir::AddressTaken))
      escape(F, E.Subject);
    return;
  case ir::Op::Assign:
  case ir::Op::Call:
  case ir::Op::Block:
  case ir::Op::Spawn:
  case ir::Op::New:
    for (const ir::Operand &A : E.Args)
      if (A.How == ir::Operand::PlaceArg)
        escape(F, A.Place);
    return;
  case ir::Op::Return:
    if (E.has(ir::ByReference))
      escape(F, E.Subject);
    return;
  default:
    return;
  }
}

Conditions::Conditions(const ir::Program &P) : Args(P) {
  Collector C(P, Args, Of);
  for (const ir::Function &F : P.module().Functions)
    C.function(F);
}

} // namespace runnel::analysis
