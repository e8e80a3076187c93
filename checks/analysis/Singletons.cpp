//===- Singletons.cpp - Classes of which there is one object --------------===//

#include "checks/analysis/Singletons.h"

#include "checks/analysis/Places.h"

namespace runnel::analysis {

using ir::Name;
using ir::Place;

Place Singletons::resolved(const ir::Function &F, Place Pl) const {
  Pl = resolveAccessors(P, normalized(F, std::move(Pl)));
  if (Pl.Root != Place::This)
    return Pl;
  const ir::Function *Owner = &F;
  while (Owner->Lambda && Owner->Parent && P.function(Owner->Parent))
    Owner = P.function(Owner->Parent);
  const Name Object = objectOf(Owner->Record);
  if (!Object)
    return Pl;
  Pl.Root = Place::Global;
  Pl.Symbol = Object;
  Pl.Index = 0;
  return Pl;
}

Name Singletons::objectOf(Name Record) const {
  if (!Record)
    return {};
  auto [It, New] = Known.try_emplace(Record);
  if (New)
    It->second = find(Record);
  return It->second;
}

Name Singletons::find(Name Record) const {
  const ir::Record *R = P.record(Record);
  if (!R)
    return {};
  Name Only;
  for (const ir::Global &G : P.module().Globals)
    if (G.Type.Record == Record && !G.Type.indirect()) {
      const ir::Function *In = G.Function ? P.function(G.Function) : nullptr;
      if (Only || G.ThreadLocal || !In || In->Record != Record)
        return {};
      Only = G.Symbol;
    }
  if (!Only)
    return {};
  // No other is made, as a part of a derived class neither.
  for (const ir::Function &F : P.module().Functions)
    for (const ir::Block &B : F.Blocks)
      for (const ir::Event &E : B.Events) {
        const ir::Function *Made =
            E.What == ir::Op::Call ? P.function(E.Callee) : nullptr;
        if (Made && Made->Constructor && Made->Record == Record &&
            (E.Subject == ir::NoPlace ||
             F.place(E.Subject).Root != Place::Global ||
             F.place(E.Subject).Symbol != Only))
          return {};
      }
  return Only;
}

} // namespace runnel::analysis
