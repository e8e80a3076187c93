//===- PlainGuard.cpp - Guards that lock one mutex and die ----------------===//

#include "checks/web/PlainGuard.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::web {

using ir::Event;
using ir::Function;
using ir::Op;

static bool isStandard(const ir::TypeRef &T) {
  llvm::StringRef Type = T.Spelling.str();
  Type.consume_front("const ");
  Type.consume_front("std::");
  return Type.starts_with("lock_guard") || Type.starts_with("scoped_lock") ||
         Type.starts_with("unique_lock");
}

static bool isUsedOtherwise(const Function &F, ir::PlaceId Guard) {
  auto Is = [&](ir::PlaceId Id) {
    return Id != ir::NoPlace && F.place(Id).sameAs(F.place(Guard));
  };
  for (const ir::Block &B : F.Blocks) {
    if (Is(B.Cond.Subject))
      return true;
    for (const Event &E : B.Events) {
      if (Is(E.Subject) && E.What != Op::GuardBegin && E.What != Op::GuardEnd &&
          E.What != Op::Declare && E.What != Op::ScopeEnd)
        return true;
      if (Is(E.Other) || llvm::any_of(E.Args, [&](const ir::Operand &O) {
            return Is(O.Place);
          }))
        return true;
    }
  }
  return false;
}

bool isPlainGuard(const Function &F, const Event &E) {
  constexpr uint32_t Special = ir::Shared | ir::Adopt | ir::Defer | ir::Try |
                               ir::WithTimeout | ir::Avoiding | ir::Unnamed;
  if (E.What != Op::GuardBegin || E.has(Special) || E.Args.size() != 1 ||
      E.Args[0].How != ir::Operand::PlaceArg || E.Subject == ir::NoPlace)
    return false;
  const ir::Place &Guard = F.place(E.Subject);
  return Guard.Root == ir::Place::Local && Guard.Path.empty() &&
         Guard.Index < F.Locals.size() &&
         isStandard(F.Locals[Guard.Index].Type) &&
         !isUsedOtherwise(F, E.Subject);
}

bool isPreparation(const ir::Block &B, uint32_t I) {
  const Event &E = B.Events[I];
  if (E.What == Op::Declare)
    return true;
  for (uint32_t J = I + 1; J < B.Events.size(); ++J) {
    if (!(B.Events[J].Statement == E.Statement))
      return false;
    if (B.Events[J].What == Op::GuardBegin)
      return true;
  }
  return false;
}

} // namespace runnel::web
