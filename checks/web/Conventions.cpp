//===- Conventions.cpp - Who is meant to lock -----------------------------===//

#include "checks/web/Conventions.h"

#include "checks/UnderLock.h"
#include "checks/analysis/CallGraph.h"
#include "checks/analysis/HeldLocks.h"
#include "checks/analysis/Summaries.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::web {

using analysis::Hold;
using analysis::LockClass;
using ir::Function;
using ir::Role;

static bool looksAfterItself(const ir::Program &P, ir::Name Record,
                             unsigned Depth) {
  const ir::Record *R = P.record(Record);
  if (!R || Depth == 0)
    return false;
  switch (R->Is) {
  case Role::Data:
  case Role::Container:
    break;
  default:
    return true;
  }
  auto Synchronises = [](Role Is) {
    return Is == Role::Lock || Is == Role::CondVar || Is == Role::Atomic ||
           Is == Role::Synchronized || Is == Role::Semaphore;
  };
  return llvm::any_of(R->Fields,
                      [&](const ir::Field &Inner) {
                        const ir::TypeRef &T = Inner.Type;
                        if (Inner.Static || T.Reference)
                          return false;
                        // An array of locks, one a bucket, is often a pointer.
                        return Synchronises(T.Is) ||
                               Synchronises(T.ElementIs) ||
                               (!T.Pointer && T.Is == Role::Data &&
                                looksAfterItself(P, T.Record, Depth - 1));
                      }) ||
         llvm::any_of(R->Bases, [&](const ir::Base &B) {
           return looksAfterItself(P, B.Record, Depth - 1);
         });
}

/// Its objects hold nothing: what it keeps is static.
static bool isEmpty(const ir::Program &P, const ir::TypeRef &T) {
  const ir::Record *R = T.Is == Role::Data && !T.indirect() && T.Record
                            ? P.record(T.Record)
                            : nullptr;
  return R && !R->System && R->Body.valid() && R->Bases.empty() &&
         llvm::all_of(R->Fields, [](const ir::Field &F) { return F.Static; });
}

bool isPlainData(const ir::Program &P, ir::Name Symbol) {
  const ir::Field *Field = P.field(Symbol);
  const ir::Global *Global = Field ? nullptr : P.global(Symbol);
  if (!Field && !Global)
    return false;
  if (Field ? Field->ThreadLocal : Global->ThreadLocal)
    return false;
  const ir::TypeRef &T = Field ? Field->Type : Global->Type;
  switch (T.Is) {
  case Role::Data:
  case Role::Container:
  case Role::View:
  case Role::OwningPointer:
  case Role::SharedPointer:
  case Role::Optional:
  case Role::Function:
  case Role::Duration:
    break;
  default:
    return false;
  }
  if (T.Const || T.Reference || T.Volatile)
    return false;
  constexpr unsigned MaxBases = 4;
  return !isEmpty(P, T) && !looksAfterItself(P, T.Record, MaxBases);
}

static llvm::StringRef ownName(const Function &Fn) {
  llvm::StringRef Name = Fn.Id.str();
  const size_t At = Name.rfind("::");
  return At == Name.npos ? Name : Name.drop_front(At + 2);
}

/// `LockGetStatus`, `lock_and_get`: it locks, for the others do not.
static bool saysItLocks(llvm::StringRef Name) {
  return (Name.consume_front("Lock") || Name.consume_front("lock")) &&
         !Name.empty() &&
         ((Name[0] >= 'A' && Name[0] <= 'Z') || Name[0] == '_');
}

Conventions::Conventions(const analysis::Facts &F) : F(F) {
  for (const Function &Fn : F.program().module().Functions)
    if (Fn.Record && saysItLocks(ownName(Fn)))
      LockInName.insert(Fn.Record);
}

/// Called before the object is anybody else's, or by tests alone.
static bool prepares(llvm::StringRef Name) {
  return Name.starts_with_insensitive("init") ||
         Name.starts_with_insensitive("setup") ||
         Name.starts_with_insensitive("open") ||
         Name.equals_insensitive("listen") || Name.starts_with("TEST_") ||
         Name.ends_with("ForTest") || Name.ends_with("ForTesting");
}

/// A lambda that is a thread's, or a task's: it begins without any lock.
static bool isStarted(const ir::Program &P, const Function &Fn) {
  const Function *Parent = Fn.Lambda ? P.function(Fn.Parent) : nullptr;
  return Parent && llvm::any_of(Parent->Blocks, [&](const ir::Block &B) {
           return llvm::any_of(B.Events, [&](const ir::Event &E) {
             return E.What == ir::Op::Spawn && E.Callee == Fn.Symbol;
           });
         });
}

/// `getLocked`, `readUnlocked`, `countNoLock`; not `nextBlock` or `clockRate`.
static bool speaksOfLocks(llvm::StringRef Name) {
  for (const std::string &Word : scope::wordsOf(Name)) {
    const llvm::StringRef W = Word;
    for (size_t At = W.find("lock"); At != W.npos; At = W.find("lock", At + 1))
      if (At == 0 || (W[At - 1] != 'b' && W[At - 1] != 'c'))
        return true;
  }
  return false;
}

bool Conventions::leavesLocking(const Function &Fn,
                                const LockClass &Lock) const {
  const analysis::Summary &S = F.summaries().of(Fn);
  if (S.may(analysis::Effect::Spawn) || S.may(analysis::Effect::Join))
    return true;
  const llvm::StringRef Name = ownName(Fn);
  if (prepares(Name) || speaksOfLocks(Name) ||
      Name.contains_insensitive("unsafe") ||
      Name.contains_insensitive("unsync"))
    return true;
  if (Fn.Operator && !isStarted(F.program(), Fn) &&
      (Name.starts_with("operator(") || Name.starts_with("operator<") ||
       Name.starts_with("operator>")))
    return true;
  if (LockInName.count(Fn.Record))
    return true;
  return someCallerHolds(Fn, Lock);
}

bool Conventions::someCallerHolds(const Function &Fn,
                                  const LockClass &Lock) const {
  constexpr size_t MaxAsked = 64;
  constexpr unsigned MaxHops = 2;
  std::vector<std::pair<const Function *, unsigned>> Work{{&Fn, 0}};
  std::set<const Function *> Asked{&Fn}; // asked for membership alone
  for (size_t I = 0; I < Work.size(); ++I) {
    const auto [Now, Hops] = Work[I];
    for (const analysis::CallEdge *E : F.callGraph().callers(*Now)) {
      const analysis::HeldLocks &H = F.held(*E->Caller);
      if (!H.trivial() &&
          llvm::any_of(H.before(E->At).Holds, [&](const Hold &Held) {
            // A guard that was passed in has a lock of some class.
            return Held.Is != analysis::Presence::No &&
                   (H.classOf(Held.Lock) == Lock ||
                    Held.From == analysis::Origin::Guard);
          }))
        return true;
      if (Hops + 1 < MaxHops && Work.size() < MaxAsked &&
          Asked.insert(E->Caller).second)
        Work.push_back({E->Caller, Hops + 1});
    }
  }
  return false;
}

} // namespace runnel::web
