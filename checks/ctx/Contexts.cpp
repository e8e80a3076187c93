//===- Contexts.cpp - Which context a function was given ------------------===//

#include "checks/ctx/Contexts.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::ctx {

using ir::Function;

bool Given::isDone(const Function &F, ir::PlaceId Id) const {
  if (!is(F, Id))
    return false;
  const auto &Path = F.place(Id).Path;
  return Path.size() == 1 && Path[0].How == ir::Step::Call &&
         Path[0].Id == "done";
}

std::optional<Given> givenContext(const Function &F, bool Captures) {
  for (uint32_t I = 0; I < F.Params.size(); ++I) {
    const ir::Variable &V = F.Params[I];
    if (V.Type.Is == ir::Role::Context && !V.Type.Pointer && V.Id)
      return Given{ir::Place::Param, I, V.Id, V.Where};
  }
  if (Captures)
    for (uint32_t I = 0; I < F.Captures.size(); ++I) {
      const ir::Capture &C = F.Captures[I];
      if (C.Type.Is == ir::Role::Context && !C.Type.Pointer && C.Id)
        return Given{ir::Place::Capture, I, C.Id, C.Where};
    }
  return std::nullopt;
}

bool mentions(const Function &F, const ir::Event &E, const Given &G) {
  if (E.What == ir::Op::Declare || E.What == ir::Op::ScopeEnd)
    return false;
  return G.is(F, E.Subject) || G.is(F, E.Other) ||
         llvm::any_of(E.Args,
                      [&](const ir::Operand &O) { return G.is(F, O.Place); }) ||
         llvm::any_of(E.Cases, [&](const ir::SelectCase &C) {
           return G.is(F, C.Channel) || G.is(F, C.Value.Place);
         });
}

} // namespace runnel::ctx
