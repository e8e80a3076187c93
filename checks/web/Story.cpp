//===- Story.cpp - How one lock comes to be wanted under another ----------===//

#include "checks/web/Story.h"

#include "checks/analysis/Summaries.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace runnel::web {

using analysis::LockWitness;
using analysis::Point;
using analysis::TraceStep;
using ir::Condition;
using ir::Function;
using ir::Place;

std::string functionName(const ir::Program &P, const Function &F) {
  if (!F.Lambda)
    return F.Id.str().str();
  const Function *Parent = P.function(F.Parent);
  return Parent ? "a lambda in " + functionName(P, *Parent) : "a lambda";
}

std::string lockName(const ir::Program &P, const Function &In,
                     const Place &Lock) {
  if (Lock.Root == Place::Global && Lock.Path.empty())
    return className(P, analysis::lockClass(In, Lock));
  return analysis::pretty(In, Lock);
}

/// Whether \p To can be reached from \p From without passing \p Without.
static bool reaches(const Function &F, ir::BlockId From, ir::BlockId To,
                    ir::BlockId Without) {
  llvm::SmallVector<ir::BlockId, 16> Work{From};
  std::vector<bool> Seen(F.Blocks.size());
  while (!Work.empty()) {
    const ir::BlockId B = Work.pop_back_val();
    if (B == To)
      return true;
    if (B == Without || Seen[B])
      continue;
    Seen[B] = true;
    Work.append(F.Blocks[B].Succs.begin(), F.Blocks[B].Succs.end());
  }
  return false;
}

/// A value the caller chooses, or a flag that speaks of locking. An object that
/// is there or not says nothing of locks, unless it is one.
static bool isLockingFlag(const Place &P) {
  if (P.Root == Place::Param && P.Path.empty())
    return !P.Type.Pointer || P.Type.Is == ir::Role::Lock ||
           P.Type.Is == ir::Role::Guard || P.Type.Is == ir::Role::CondVar;
  if (P.Type.Is != ir::Role::Data || !P.Type.Scalar)
    return false;
  llvm::StringRef Name =
      P.Path.empty() ? P.Symbol.str() : P.Path.back().Id.str();
  return Name.contains_insensitive("lock") || Name.contains_insensitive("held");
}

static bool readsLockingFlag(const Function &F, const Condition &C) {
  if (C.What != Condition::Truth && C.What != Condition::Compare &&
      C.What != Condition::Opaque)
    return false;
  auto Is = [&](ir::PlaceId Id) {
    return Id != ir::NoPlace && isLockingFlag(F.place(Id));
  };
  return Is(C.Subject) || Is(C.Against) || llvm::any_of(C.Reads, Is);
}

/// Whether \p At happens on one side only of a branch on a locking flag.
static bool dependsOnFlag(const Function &F, Point At) {
  if (!At.valid())
    return false;
  for (ir::BlockId B = 0; B < F.Blocks.size(); ++B) {
    const ir::Block &Block = F.Blocks[B];
    if (B == At.Block || Block.Succs.size() < 2 ||
        !readsLockingFlag(F, Block.Cond))
      continue;
    const size_t Ways = llvm::count_if(
        Block.Succs, [&](ir::BlockId S) { return reaches(F, S, At.Block, B); });
    if (Ways != 0 && Ways != Block.Succs.size())
      return true;
  }
  return false;
}

/// No other thread can know the object yet.
static bool isUnshared(const Function &F, const Place &P) {
  if (P.Root == Place::This)
    return F.Constructor;
  if (P.Root != Place::Local || P.Path.empty() || P.Index >= F.Locals.size())
    return false;
  const ir::TypeRef &T = F.Locals[P.Index].Type;
  return !T.indirect() && T.Is != ir::Role::SharedPointer &&
         T.Is != ir::Role::OwningPointer && T.Is != ir::Role::View &&
         T.Is != ir::Role::Guard && P.Path.size() == 1;
}

/// In a class that implements an interface, a call of another object's method
/// of that interface.
static bool callsNextLayer(const ir::Program &P, const Function &F, Point At) {
  const ir::Event &E = analysis::eventAt(F, At);
  const Function *Method =
      E.What == ir::Op::Call && E.callKind() == ir::CallKind::Virtual
          ? P.function(E.Callee)
          : nullptr;
  const ir::Record *Own = F.Record ? P.record(F.Record) : nullptr;
  return Method && Own && E.Subject != ir::NoPlace &&
         !F.place(E.Subject).Path.empty() && P.isA(Own->Symbol, Method->Record);
}

bool isBelieved(const analysis::Facts &Facts, const LockWitness &W) {
  if (isUnshared(*W.In, W.First) || isUnshared(*W.In, W.Second))
    return false;
  for (const TraceStep &Step : Facts.summaries().trace(*W.In, W.How))
    if (Step.In &&
        ((Step.In != W.In && dependsOnFlag(*Step.In, Step.At)) ||
         (!W.How.Sure && callsNextLayer(Facts.program(), *Step.In, Step.At))))
      return false;
  return true;
}

const LockWitness *believed(const analysis::Facts &F,
                            const analysis::LockEdge &E) {
  const LockWitness *Best = nullptr;
  for (const LockWitness &W : E.Witnesses)
    if (isBelieved(F, W) && (!Best || W.How.Sure > Best->How.Sure))
      Best = &W;
  return Best;
}

void tell(const analysis::Facts &Facts, const LockWitness &W,
          llvm::StringRef First, llvm::StringRef Second,
          std::vector<Note> &Notes) {
  const ir::Program &P = Facts.program();
  const std::string Who = functionName(P, *W.In);
  if (W.Held.valid())
    Notes.push_back({analysis::rangeAt(*W.In, W.Held),
                     "'" + Who + "' locks '" + First.str() + "' here"});
  else
    Notes.push_back({W.In->Where, "'" + Who + "' is called with '" +
                                      First.str() + "' locked"});
  bool Called = false;
  for (const TraceStep &Step : Facts.summaries().trace(*W.In, W.How)) {
    if (Step.Calls) {
      Notes.push_back(
          {Step.Where, (Called ? "which calls '" : "and, holding it, calls '") +
                           functionName(P, *Step.Calls) + "'"});
      Called = true;
      continue;
    }
    Notes.push_back(
        {Step.Where, (Called ? "which locks '" : "and, holding it, locks '") +
                         Second.str() + "'" +
                         (W.SecondShared ? " for reading" : "")});
  }
}

/// Some code of the program chooses the kind of its pthread mutexes.
static bool choosesMutexKind(const ir::Program &P) {
  return llvm::any_of(P.module().Functions, [](const Function &F) {
    return F.Id == ir::Name("pthread_mutexattr_settype");
  });
}

static bool isSurelyNotRecursive(const ir::Program &P, const ir::TypeRef &Lock,
                                 unsigned Depth) {
  if (Lock.has(ir::Recursive) || Depth == 0)
    return false;
  if (!Lock.has(ir::UserDefined))
    return !Lock.Spelling.str().contains("pthread_mutex") ||
           !choosesMutexKind(P);
  const ir::Record *R = P.record(Lock.Record);
  if (!R || (R->Traits & ir::Recursive))
    return false;
  bool Inner = false;
  unsigned Atomics = 0;
  for (const ir::Field &F : R->Fields) {
    if (F.Static)
      continue;
    // Whoever remembers the owner may let it in again.
    llvm::StringRef Type = F.Type.Spelling.str();
    if (Type.contains("thread::id") || Type.contains("pthread_t"))
      return false;
    if (F.Type.Is == ir::Role::Lock) {
      if (!isSurelyNotRecursive(P, F.Type, Depth - 1))
        return false;
      Inner = true;
    }
    Atomics += F.Type.Is == ir::Role::Atomic;
  }
  for (const ir::Base &B : R->Bases) {
    const ir::Record *Base = P.record(B.Record);
    if (!Base || Base->Is != ir::Role::Lock)
      continue;
    ir::TypeRef T;
    T.Record = B.Record;
    T.Traits = Base->Traits;
    if (!isSurelyNotRecursive(P, T, Depth - 1))
      return false;
    Inner = true;
  }
  return Inner || (Atomics == 1 && R->Fields.size() == 1);
}

bool isSurelyNotRecursive(const ir::Program &P, const ir::TypeRef &Lock) {
  constexpr unsigned MaxWrappers = 4;
  return isSurelyNotRecursive(P, Lock, MaxWrappers);
}

std::string enumerate(llvm::ArrayRef<std::string> Names) {
  std::string Text;
  for (size_t I = 0; I < Names.size(); ++I)
    Text += (I == 0                  ? "'"
             : I + 1 == Names.size() ? " and '"
                                     : ", '") +
            Names[I] + "'";
  return Text;
}

} // namespace runnel::web
