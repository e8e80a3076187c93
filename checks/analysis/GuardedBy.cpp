//===- GuardedBy.cpp - Which lock guards which data -----------------------===//

#include "checks/analysis/GuardedBy.h"

#include "checks/analysis/BeforeThreads.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace runnel::analysis {

using ir::Event;
using ir::Function;
using ir::Op;
using ir::Place;
using ir::Step;

bool DataAccess::under(const LockClass &C) const {
  return llvm::is_contained(Under, C);
}

const LockClass *Guarding::guard(unsigned Percent) const {
  if (Declared.known())
    return &Declared;
  if (Locks.empty() || Locks.front().Writes == 0)
    return nullptr;
  const Count &Best = Locks.front();
  unsigned Total = 0;
  for (const DataAccess &A : Accesses)
    Total += !A.Maybe || !A.Under.empty();
  return (Best.Reads + Best.Writes) * 100 >= Percent * Total ? &Best.Lock
                                                             : nullptr;
}

namespace {

/// Functions that only constructors and destructors of their own object call.
llvm::DenseSet<const Function *> buildersOf(const CallGraph &G) {
  llvm::DenseSet<const Function *> Builders;
  for (size_t C = G.components().size(); C-- > 0;)
    for (const Function *F : G.components()[C]) {
      if (F->Constructor || F->Destructor) {
        Builders.insert(F);
        continue;
      }
      if (!G.allCallersKnown(*F))
        continue;
      const bool All = llvm::all_of(G.callers(*F), [&](const CallEdge *E) {
        const Event &Call = eventAt(*E->Caller, E->At);
        const bool OnThis =
            F->Lambda ||
            (Call.Subject != ir::NoPlace &&
             normalized(*E->Caller, E->Caller->place(Call.Subject)).Root ==
                 Place::This);
        return E->Caller == F || (Builders.contains(E->Caller) && OnThis);
      });
      if (All)
        Builders.insert(F);
    }
  return Builders;
}

/// Collects the accesses of one function.
class AccessFinder {
public:
  AccessFinder(const Summaries &S, const BeforeThreads &B, const Function &F,
               bool Builder, std::map<ir::Name, Guarding> &Data)
      : S(S), B(B), F(F), Builder(Builder), Data(Data), H(S.held(F)) {
    for (const ir::Block &Block : F.Blocks)
      for (const Event &E : Block.Events)
        if (E.What == Op::New && E.Subject != ir::NoPlace &&
            F.place(E.Subject).Root == Place::Local)
          Fresh.insert(F.place(E.Subject).Index);
  }

  void run() {
    H.walk([&](Point At, const Event &E, const LockState &Before) {
      // The first value of a new object's field is written before anyone knows
      // of the object.
      if (E.What == Op::Access && !E.has(ir::AtomicAccess) &&
          !E.has(ir::Implicit) && E.Subject != ir::NoPlace && !B.event(F, At))
        add(At, E, Before);
    });
  }

private:
  /// No other thread can have a way to the object yet.
  bool isOwn(const Place &P) const {
    switch (P.Root) {
    case Place::This:
      return Builder;
    case Place::Local: {
      if (P.Index >= F.Locals.size())
        return true;
      const ir::TypeRef &T = F.Locals[P.Index].Type;
      return Fresh.contains(P.Index) ||
             (!T.indirect() && T.Is != ir::Role::SharedPointer &&
              T.Is != ir::Role::View);
    }
    case Place::Param:
      return P.Index >= F.Params.size() ||
             (!F.Params[P.Index].Type.indirect() &&
              F.Params[P.Index].Type.Is != ir::Role::SharedPointer &&
              F.Params[P.Index].Type.Is != ir::Role::View) ||
             F.Params[P.Index].Type.RValue;
    case Place::Result:
      return true;
    default:
      return false;
    }
  }

  /// What a thread or task that was given `[&items]` knows it as: `this.items_`
  /// of the object whose method started it. A lambda that is called in place
  /// may run under locks that it has no names for.
  Place ofStarter(Place P) const {
    if (P.Root != Place::Capture || P.Index >= F.Captures.size() ||
        !F.Captures[P.Index].ByReference ||
        F.Captures[P.Index].Source == ir::NoPlace || !S.graph().isSpawned(F))
      return P;
    const Function *Starter = S.program().function(F.Parent);
    if (!Starter)
      return P;
    Place Source =
        normalized(*Starter, Starter->place(F.Captures[P.Index].Source));
    if (Source.Root != Place::This && Source.Root != Place::Global)
      return P;
    Source.Path.insert(Source.Path.end(), P.Path.begin(), P.Path.end());
    Source.Type = P.Type;
    return Source;
  }

  void add(Point At, const Event &E, const LockState &Before) {
    const Place Named = ofStarter(normalized(F, F.place(E.Subject)));
    const Place P = resolveAccessors(S.program(), Named);
    if (isOwn(P))
      return;
    // An accessor may lock for itself what it then gives away.
    const bool Through = !Named.sameAs(P);
    if (P.Root == Place::Global && P.Path.empty())
      note(P.Symbol, P, 0, At, E.has(ir::Write), Through, {}, Before);
    for (size_t I = 0; I < P.Path.size(); ++I) {
      if (P.Path[I].How != Step::Field)
        continue;
      const ir::Field *Field = S.program().field(P.Path[I].Symbol);
      if (!Field || Field->Type.Is == ir::Role::Lock)
        continue;
      // What a pointer points to is another object.
      const bool Inside =
          I + 1 < P.Path.size() && (Field->Type.indirect() ||
                                    Field->Type.Is == ir::Role::SharedPointer ||
                                    Field->Type.Is == ir::Role::OwningPointer);
      const bool Part =
          !Inside && I + 1 < P.Path.size() && P.Path[I + 1].How == Step::Field;
      note(P.Path[I].Symbol, P, I, At, E.has(ir::Write) && !Inside, Through,
           Part ? P.Path[I + 1].Symbol : ir::Name(), Before);
    }
  }

  /// Whether a lock at \p Lock lies beside step \p Step of \p P, or beside an
  /// object around it.
  static bool beside(const Place &Lock, const Place &P, size_t Step) {
    if (Lock.Root == Place::Global && Lock.Path.empty())
      return true;
    if (Lock.Root != P.Root || Lock.Index != P.Index ||
        !(Lock.Symbol == P.Symbol) || Lock.Path.empty() ||
        Lock.Path.size() - 1 > Step)
      return false;
    return std::equal(Lock.Path.begin(), Lock.Path.end() - 1, P.Path.begin());
  }

  /// A local reference or pointer to some lock: perhaps the one that counts.
  bool isAlias(const Place &Lock) const {
    return Lock.Root == Place::Local && Lock.Index < F.Locals.size() &&
           F.Locals[Lock.Index].Type.indirect();
  }

  void note(ir::Name Symbol, const Place &P, size_t Step, Point At, bool Write,
            bool Through, ir::Name Part, const LockState &Before) {
    DataAccess A;
    A.Part = Part;
    A.In = &F;
    A.At = At;
    A.Write = Write;
    A.Maybe = Through || (!isDefinite(P) && P.Root == Place::Unknown);
    for (const Hold &Held : Before.Holds) {
      const LockClass &C = H.classOf(Held.Lock);
      if (Held.Is == Presence::No)
        continue;
      if (!Held.sure() || Held.From == Origin::Guard || !C.known())
        A.Maybe = true;
      else if (beside(H.lock(Held.Lock), P, Step) && !A.under(C)) {
        A.Under.push_back(C);
        if (Held.Shared)
          A.Shared.push_back(C);
      } else if (!isDefinite(H.lock(Held.Lock)) || isAlias(H.lock(Held.Lock)))
        A.Maybe = true;
    }
    llvm::sort(A.Under);
    Guarding &G = Data[Symbol];
    (Write ? G.Writes : G.Reads) += 1;
    G.Accesses.push_back(std::move(A));
  }

  const Summaries &S;
  const BeforeThreads &B;
  const Function &F;
  const bool Builder;
  std::map<ir::Name, Guarding> &Data;
  const HeldLocks &H;
  llvm::DenseSet<uint32_t> Fresh;
};

} // namespace

GuardedBy::GuardedBy(const Summaries &S, const BeforeThreads &B) {
  const auto Builders = buildersOf(S.graph());
  for (const Function *F : S.graph().functions())
    if (!B.function(*F))
      AccessFinder(S, B, *F, Builders.contains(F), Data).run();

  const ir::Program &P = S.program();
  for (auto &[Symbol, G] : Data) {
    G.Symbol = Symbol;
    std::map<LockClass, Guarding::Count> Counts;
    for (const DataAccess &A : G.Accesses)
      for (const LockClass &C : A.Under) {
        Guarding::Count &N = Counts[C];
        N.Lock = C;
        (A.Write ? N.Writes : N.Reads) += 1;
      }
    for (auto &[Lock, N] : Counts)
      G.Locks.push_back(N);
    llvm::sort(G.Locks, [](const Guarding::Count &A, const Guarding::Count &B) {
      const unsigned X = A.Reads + A.Writes, Y = B.Reads + B.Writes;
      return X != Y ? X > Y : A.Lock < B.Lock;
    });
    if (const ir::Field *Field = P.field(Symbol)) {
      if (Field->GuardedBy)
        G.Declared = {LockClass::Field, Field->GuardedBy};
    } else if (const ir::Global *Global = P.global(Symbol)) {
      if (Global->GuardedBy)
        G.Declared = {LockClass::Global, Global->GuardedBy};
    }
    if (const LockClass *Lock = G.guard(66))
      ByLock[*Lock].push_back(Symbol);
  }
}

const Guarding *GuardedBy::of(ir::Name Symbol) const {
  auto It = Data.find(Symbol);
  return It == Data.end() ? nullptr : &It->second;
}

llvm::ArrayRef<ir::Name> GuardedBy::dataOf(const LockClass &Lock) const {
  auto It = ByLock.find(Lock);
  if (It == ByLock.end())
    return {};
  return It->second;
}

} // namespace runnel::analysis
