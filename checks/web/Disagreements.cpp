//===- Disagreements.cpp - Functions at odds about a lock -----------------===//

#include "checks/web/Disagreements.h"

#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel::web {

using namespace analysis;
using ir::Event;
using ir::Function;
using ir::Op;

/// A member of the same class, or, for a global, a lock of the same file.
static bool isBeside(const ir::Program &P, const Guarding &G,
                     const LockClass &Lock) {
  if (const ir::Record *R = P.recordOfField(G.Symbol))
    return Lock.How == LockClass::Field && P.recordOfField(Lock.Symbol) == R;
  const ir::Global *Data = P.global(G.Symbol), *Mutex = nullptr;
  if (Lock.How == LockClass::Global)
    Mutex = P.global(Lock.Symbol);
  return Data && Mutex && Data->Internal && Mutex->Internal &&
         Data->Where.Begin.File == Mutex->Where.Begin.File;
}

static bool isBare(const DataAccess &A) { return !A.Maybe && A.Under.empty(); }

static bool waits(const Function &Fn) {
  return llvm::any_of(Fn.Blocks, [](const ir::Block &B) {
    return llvm::any_of(B.Events,
                        [](const Event &E) { return E.What == Op::Wait; });
  });
}

bool isWaitedFor(const Facts &F, const Guarding &G, const LockClass &Lock) {
  return llvm::any_of(G.Accesses, [&](const DataAccess &A) {
    if (!A.under(Lock) || A.Write)
      return false;
    const Function *Outer =
        A.In->Lambda ? F.program().function(A.In->Parent) : A.In;
    return Outer && waits(*Outer);
  });
}

/// An object of a class that does something may have rules of its own, such as
/// one side for readers and one for writers.
static bool hasRules(const ir::Program &P, ir::Name Symbol) {
  const ir::Field *Field = P.field(Symbol);
  const ir::Global *Global = Field ? nullptr : P.global(Symbol);
  if (!Field && !Global)
    return true;
  const ir::TypeRef &Type = Field ? Field->Type : Global->Type;
  if (Type.Is != ir::Role::Data || Type.Scalar || Type.indirect())
    return false;
  const ir::Record *R = P.record(Type.Record);
  return !R || R->Behaviour;
}

/// What is written once, when all begins.
static bool begins(const Function &Fn) {
  const llvm::StringRef Name = Fn.Id.str();
  const llvm::StringRef Own = Name.substr(Name.rfind(':') + 1);
  static const llvm::StringRef Words[] = {"start", "init",   "setup",
                                          "open",  "create", "begin"};
  return llvm::any_of(Words, [&](llvm::StringRef Word) {
    return Own.starts_with_insensitive(Word);
  });
}

const LockClass *guardOfFew(const Facts &F, const Guarding &G) {
  if (G.Declared.known())
    return &G.Declared;
  if (G.Locks.empty() || !isBeside(F.program(), G, G.Locks.front().Lock) ||
      hasRules(F.program(), G.Symbol))
    return nullptr;
  const LockClass &Lock = G.Locks.front().Lock;
  std::set<const Function *> Under, Bare; // asked for their sizes alone
  unsigned Writes = 0;
  for (const DataAccess &A : G.Accesses)
    if (A.under(Lock)) {
      Under.insert(A.In);
      Writes += A.Write;
    } else if (isBare(A)) {
      // What nobody calls, and nobody else can, says nothing.
      if (A.In->Visible != ir::Access::Private || A.In->Lambda ||
          A.In->Virtual || !F.callGraph().callers(*A.In).empty())
        Bare.insert(A.In);
    }
  for (const Function *Both : Under)
    Bare.erase(Both);
  if (Writes == 0)
    return isWaitedFor(F, G, Lock) ? &Lock : nullptr;
  if (Under.size() == 1 && begins(**Under.begin()))
    return nullptr;
  return Under.size() >= Bare.size() ? &Lock : nullptr;
}

bool followsUnlocking(const Facts &F, const Guarding &G, const DataAccess &A,
                      const LockClass &Lock) {
  // A copy that was taken under the lock goes by its own name.
  const ir::Name Written = eventAt(*A.In, A.At).Spelling;
  if (const ir::Field *Field = F.program().field(G.Symbol);
      Field && Written && !Written.str().contains(Field->Id.str()))
    return false;
  bool Before = false, Elsewhere = false;
  for (const DataAccess &Other : G.Accesses) {
    if (!Other.under(Lock))
      continue;
    if (Other.In == A.In)
      Before |= Other.At.Block == A.At.Block && Other.At < A.At;
    else
      Elsewhere |= Other.Write;
  }
  return Before && Elsewhere;
}

/// Whether \p To can be reached from \p From.
static bool reaches(const Function &F, ir::BlockId From, ir::BlockId To) {
  std::vector<ir::BlockId> Work{From};
  std::vector<bool> Seen(F.Blocks.size());
  while (!Work.empty()) {
    const ir::BlockId B = Work.back();
    Work.pop_back();
    if (B == To)
      return true;
    if (Seen[B])
      continue;
    Seen[B] = true;
    Work.insert(Work.end(), F.Blocks[B].Succs.begin(), F.Blocks[B].Succs.end());
  }
  return false;
}

/// No branch of \p F asks what other threads may change: a flag that is set
/// when the data is ready makes reading it right.
static bool decidesAlone(const Function &F) {
  auto Own = [&](ir::PlaceId Id) {
    return Id == ir::NoPlace || F.place(Id).Root == ir::Place::Param ||
           F.place(Id).Root == ir::Place::Local;
  };
  return llvm::all_of(F.Blocks, [&](const ir::Block &B) {
    return B.Succs.size() < 2 || (Own(B.Cond.Subject) && Own(B.Cond.Against) &&
                                  llvm::all_of(B.Cond.Reads, Own));
  });
}

bool isOnOtherWay(const Guarding &G, const DataAccess &A,
                  const LockClass &Lock) {
  if (A.Write || !decidesAlone(*A.In))
    return false;
  bool Writes = false;
  for (const DataAccess &Other : G.Accesses) {
    if (Other.In != A.In || !Other.under(Lock))
      continue;
    // Where both do the same, the caller says whether a lock is needed.
    if (!Other.Write || reaches(*A.In, A.At.Block, Other.At.Block) ||
        reaches(*A.In, Other.At.Block, A.At.Block))
      return false;
    Writes = true;
  }
  return Writes;
}

namespace {

class Finder {
public:
  Finder(const Facts &F, const Conventions &Callers)
      : F(F), P(F.program()), Callers(Callers) {}

  std::vector<Disagreement> run() {
    for (const auto &[Symbol, G] : F.guardedBy().all())
      if (isPlainData(P, Symbol) && !G.Locks.empty()) {
        otherLocks(G);
        sharedWrites(G);
        helpers(G);
      }
    for (auto &[Key, Uses] : Helpers)
      bareCalls(*P.function(Key.first), Key.second, Uses);
    for (const Function *Fn : F.callGraph().functions())
      required(*Fn);
    return std::move(Found);
  }

private:
  /// One for a function and a lock; what it concerns besides is added.
  void add(Disagreement D) {
    for (Disagreement &Old : Found)
      if (Old.What == D.What && Old.In == D.In && Old.Lock == D.Lock &&
          Old.Callee == D.Callee) {
        for (ir::Name Symbol : D.Data)
          if (!llvm::is_contained(Old.Data, Symbol))
            Old.Data.push_back(Symbol);
        return;
      }
    Found.push_back(std::move(D));
  }

  static bool meets(const DataAccess &A, const DataAccess &B) {
    return llvm::any_of(A.Under,
                        [&](const LockClass &C) { return B.under(C); });
  }

  /// In a class of many locks one is always held for something else; what keeps
  /// its data apart is an order of events that is not in the code.
  bool hasManyLocks(const Guarding &G) const {
    constexpr unsigned MaxLocks = 3;
    const ir::Record *R = P.recordOfField(G.Symbol);
    return R && llvm::count_if(R->Fields, [](const ir::Field &Field) {
                  return Field.Type.Is == ir::Role::Lock;
                }) > MaxLocks;
  }

  void otherLocks(const Guarding &G) {
    const LockClass &Lock = G.Locks.front().Lock;
    if (isAlias(P, Lock) || !isBeside(P, G, Lock) || hasManyLocks(G) ||
        llvm::any_of(G.Accesses, isBare))
      return;
    std::set<const Function *> Under; // asked for its size alone
    for (const DataAccess &A : G.Accesses)
      if (A.under(Lock))
        Under.insert(A.In);
    if (Under.size() < 2)
      return;
    for (const DataAccess &A : G.Accesses) {
      if (A.Maybe || A.Under.empty() || A.under(Lock) || A.In->System ||
          !isBeside(P, G, A.Under.front()) ||
          Callers.leavesLocking(*A.In, Lock))
        continue;
      auto Writer = llvm::find_if(G.Accesses, [&](const DataAccess &W) {
        return W.Write && W.under(Lock) && !W.Maybe && !meets(W, A);
      });
      // To write it, one may need both.
      if (Writer == G.Accesses.end())
        continue;
      Disagreement D{Disagreement::OtherLock,
                     A.In,
                     A.At,
                     Lock,
                     A.Under.front(),
                     nullptr,
                     {G.Symbol},
                     A.Write,
                     rangeAt(*Writer->In, Writer->At)};
      add(std::move(D));
    }
  }

  void sharedWrites(const Guarding &G) {
    const LockClass &Lock = G.Locks.front().Lock;
    const ir::Field *Field = P.field(G.Symbol);
    const ir::Global *Global = P.global(G.Symbol);
    const ir::TypeRef &Type = Field ? Field->Type : Global->Type;
    // Of other classes a method that is not const need not write.
    if (isAlias(P, Lock) || (!Type.Scalar && Type.Is != ir::Role::Container))
      return;
    auto Alone = llvm::find_if(G.Accesses, [&](const DataAccess &A) {
      return A.Write && A.under(Lock) && !llvm::is_contained(A.Shared, Lock);
    });
    if (Alone == G.Accesses.end())
      return;
    for (const DataAccess &A : G.Accesses) {
      if (!A.Write || A.Maybe || A.Under.size() != 1 ||
          !llvm::is_contained(A.Shared, Lock) || A.In->System)
        continue;
      const ir::Place &At = A.In->place(eventAt(*A.In, A.At).Subject);
      const bool Whole = At.Path.empty() || At.Path.back().Symbol == G.Symbol;
      if (!Whole)
        continue;
      add({Disagreement::UnderShared,
           A.In,
           A.At,
           Lock,
           {},
           nullptr,
           {G.Symbol},
           true,
           rangeAt(*Alone->In, Alone->At)});
    }
  }

  /// Private functions that use the data bare, and leave its lock to callers.
  void helpers(const Guarding &G) {
    const LockClass &Lock = G.Locks.front().Lock;
    if (isAlias(P, Lock) || !isBeside(P, G, Lock) ||
        G.Locks.front().Writes == 0)
      return;
    for (const DataAccess &A : G.Accesses)
      if (isBare(A) && isHelper(*A.In))
        Helpers[{A.In->Symbol, Lock}].push_back(&A);
  }

  bool isHelper(const Function &Fn) const {
    return !Fn.Lambda && !Fn.System && !Fn.Constructor && !Fn.Destructor &&
           !Fn.Virtual &&
           (Fn.Visible == ir::Access::Private || (Fn.Internal && !Fn.Record)) &&
           F.callGraph().allCallersKnown(Fn);
  }

  enum class With : uint8_t { Lock, Nothing, Doubt };

  With heldAt(const CallEdge &E, const LockClass &Lock) const {
    const HeldLocks &H = F.held(*E.Caller);
    if (H.trivial())
      return With::Nothing;
    const LockState S = H.before(E.At);
    With Out = With::Nothing;
    for (const Hold &Held : S.Holds) {
      if (Held.Is == Presence::No)
        continue;
      if (Held.sure() && H.classOf(Held.Lock) == Lock)
        return With::Lock;
      Out = With::Doubt;
    }
    return Out;
  }

  void bareCalls(const Function &Helper, const LockClass &Lock,
                 llvm::ArrayRef<const DataAccess *> Uses) {
    std::set<const Function *> Holders; // asked for its size alone
    const CallEdge *Right = nullptr;
    std::vector<const CallEdge *> Bare;
    for (const CallEdge *E : F.callGraph().callers(Helper)) {
      if (F.beforeThreads().function(*E->Caller))
        continue;
      switch (heldAt(*E, Lock)) {
      case With::Lock:
        Holders.insert(E->Caller);
        if (!Right)
          Right = E;
        break;
      case With::Nothing:
        Bare.push_back(E);
        break;
      case With::Doubt:
        return;
      }
    }
    if (!Right || Bare.empty() || Bare.size() > Holders.size())
      return;
    for (const CallEdge *E : Bare) {
      const Function &Fn = *E->Caller;
      const bool Open = Fn.Record
                            ? Fn.Visible == ir::Access::Public && !Fn.Static
                            : !Fn.Internal;
      if (!Open || Fn.Lambda || Fn.System || Fn.Constructor || Fn.Destructor ||
          Fn.Assignment || Fn.Main || Callers.leavesLocking(Fn, Lock))
        continue;
      Disagreement D{Disagreement::BareHelper,
                     &Fn,
                     E->At,
                     Lock,
                     {},
                     &Helper,
                     {},
                     false,
                     rangeAt(*Right->Caller, Right->At)};
      for (const DataAccess *A : Uses)
        D.Data.push_back(symbolOf(*A));
      llvm::sort(D.Data);
      D.Data.erase(std::unique(D.Data.begin(), D.Data.end()), D.Data.end());
      add(std::move(D));
    }
  }

  ir::Name symbolOf(const DataAccess &A) const {
    for (const auto &[Symbol, G] : F.guardedBy().all())
      if (!G.Accesses.empty() && &A >= G.Accesses.data() &&
          &A < G.Accesses.data() + G.Accesses.size())
        return Symbol;
    return {};
  }

  void required(const Function &Fn) {
    if (Fn.System || Fn.Constructor || Fn.Destructor || Fn.Lambda ||
        F.beforeThreads().function(Fn))
      return;
    for (ir::BlockId B = 0; B < Fn.Blocks.size(); ++B)
      for (uint32_t I = 0; I < Fn.Blocks[B].Events.size(); ++I) {
        const Event &E = Fn.Blocks[B].Events[I];
        const Function *Callee =
            E.What == Op::Call && E.Callee ? P.function(E.Callee) : nullptr;
        if (!Callee || Callee->System || isLock(*Callee))
          continue;
        for (const ir::LockContract &C : Callee->Contracts)
          if (C.What == ir::LockContract::Requires && C.Lock != ir::NoPlace)
            lacks(Fn, {B, I}, *Callee, Callee->place(C.Lock));
      }
  }

  bool isLock(const Function &Fn) const {
    const ir::Record *R = Fn.Record ? P.record(Fn.Record) : nullptr;
    return R && R->Is != ir::Role::Data;
  }

  void lacks(const Function &Fn, Point At, const Function &Callee,
             const ir::Place &Required) {
    const ir::Place Lock = resolveAccessors(
        P, toCaller(Fn, eventAt(Fn, At), Callee, normalized(Callee, Required)));
    const LockClass Class = lockClass(Fn, Lock);
    if (!isDefinite(Lock) || !Class.known() || Class.How == LockClass::Local ||
        (Lock.Root != ir::Place::This && Lock.Root != ir::Place::Param &&
         Lock.Root != ir::Place::Global))
      return;
    const HeldLocks &H = F.held(Fn);
    if (!H.trivial()) {
      const LockState S = H.before(At);
      // Any lock may be this one under another name.
      if (!S.Reachable || llvm::any_of(S.Holds, [](const Hold &Held) {
            return Held.Is != Presence::No;
          }))
        return;
    }
    // It may be a caller's business after all.
    if (Callers.leavesLocking(Fn, Class))
      return;
    add({Disagreement::NotAsRequired,
         &Fn,
         At,
         Class,
         {},
         &Callee,
         {},
         false,
         Callee.Where});
  }

  const Facts &F;
  const ir::Program &P;
  const Conventions &Callers;
  std::map<std::pair<ir::Name, LockClass>, std::vector<const DataAccess *>>
      Helpers;
  std::vector<Disagreement> Found;
};

} // namespace

std::vector<Disagreement> disagreements(const Facts &F,
                                        const Conventions &Callers) {
  return Finder(F, Callers).run();
}

} // namespace runnel::web
