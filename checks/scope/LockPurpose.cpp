//===- LockPurpose.cpp - Locks that are there for a resource --------------===//

#include "checks/scope/LockPurpose.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::scope {

using namespace analysis;
using ir::Function;
using ir::Place;

LockPurpose::LockPurpose(const analysis::Facts &F) : Facts(F) {
  for (const Function *Fn : F.callGraph().functions()) {
    if (F.held(*Fn).trivial())
      continue;
    for (const CriticalSection &C : F.sections(*Fn))
      for (LockIndex L : C.Locks)
        Sections[F.held(*Fn).classOf(L)].push_back({Fn, &C});
  }
}

/// The member or global that is blocked on. A container is no resource but
/// memory that the call reads or fills.
static ir::Name resourceOf(const ir::Program &P, const Place &On) {
  for (const ir::Step &S : llvm::reverse(On.Path))
    if (S.How == ir::Step::Field) {
      const ir::Field *F = P.field(S.Symbol);
      return F && F->Type.Is == ir::Role::Container ? ir::Name() : S.Symbol;
    }
  return On.Root == Place::Global ? On.Symbol : ir::Name();
}

/// Whether the section reads or writes \p Symbol, itself or through calls.
static bool usesSymbol(const Facts &F, const Function &In,
                       const CriticalSection &C, ir::Name Symbol) {
  return llvm::any_of(C.Events, [&](Point At) {
    const auto Touches = F.summaries().touchesAt(In, At);
    return Touches && llvm::any_of(*Touches, [&](const Touch &T) {
             return T.Symbol == Symbol;
           });
  });
}

/// Whether the section touches members or globals other than constants.
static bool usesData(const Facts &F, const Function &In,
                     const CriticalSection &C) {
  const ir::Program &P = F.program();
  return llvm::any_of(C.Events, [&](Point At) {
    const auto Touches = F.summaries().touchesAt(In, At);
    return Touches && llvm::any_of(*Touches, [&](const Touch &T) {
             if (const ir::Field *Field = P.field(T.Symbol))
               return Field->Type.Is != ir::Role::Lock && !Field->Type.Const;
             const ir::Global *G = P.global(T.Symbol);
             return G && !G->System && !G->Type.Const &&
                    G->Type.Is != ir::Role::Lock;
           });
  });
}

bool LockPurpose::serialises(const UnderLock &U) const {
  if (U.What.What != Effect::Block)
    return false;
  const llvm::StringRef Kind = U.What.Text.str();
  if (Kind != "file" && Kind != "network")
    return false;
  const LockClass &Class = Facts.held(*U.In).classOf(U.Held.Lock);
  auto It = Sections.find(Class);
  if (It == Sections.end())
    return false;
  // Every section uses the very resource that is blocked on.
  if (ir::Name Resource = resourceOf(Facts.program(), U.What.On);
      Resource && llvm::all_of(It->second, [&](const Section &S) {
        return usesSymbol(Facts, *S.In, *S.What, Resource);
      }))
    return true;
  // Or there is nothing under the lock but the output itself.
  return Kind == "file" && llvm::all_of(It->second, [&](const Section &S) {
           return !usesData(Facts, *S.In, *S.What);
         });
}

} // namespace runnel::scope
