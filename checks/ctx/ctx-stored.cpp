//===- ctx-stored.cpp - Contexts kept in objects --------------------------===//

#include "checks/Check.h"
#include "checks/analysis/Facts.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel::ctx {

using namespace analysis;

/// Records that travel over channels: the context goes with the request there.
static std::set<ir::Name> messages(const ir::Program &P) {
  std::set<ir::Name> Out;
  auto Add = [&](const ir::TypeRef &T) {
    if (T.Element && (T.Is == ir::Role::Channel || T.Is == ir::Role::Sender ||
                      T.Is == ir::Role::Receiver))
      Out.insert(T.Element);
  };
  for (const ir::Record &R : P.module().Records)
    for (const ir::Field &F : R.Fields)
      Add(F.Type);
  for (const ir::Global &G : P.module().Globals)
    Add(G.Type);
  for (const ir::Function &F : P.module().Functions)
    for (const auto *List : {&F.Params, &F.Locals})
      for (const ir::Variable &V : *List)
        Add(V.Type);
  return Out;
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  std::optional<std::set<ir::Name>> Messages;
  for (const ir::Record &R : F.program().module().Records) {
    // A bundle of arguments is passed as they would be.
    if (R.System || R.Lambda || R.Is != ir::Role::Data ||
        (R.Aggregate && !R.Behaviour))
      continue;
    for (const ir::Field &Field : R.Fields) {
      const bool Direct = Field.Type.Is == ir::Role::Context;
      const bool Held = Field.Type.ElementIs == ir::Role::Context &&
                        (Field.Type.Is == ir::Role::Optional ||
                         Field.Type.Is == ir::Role::SharedPointer ||
                         Field.Type.Is == ir::Role::OwningPointer);
      if (!Direct && !Held)
        continue;
      if (!Messages)
        Messages = messages(F.program());
      if (Messages->count(R.Symbol))
        break;
      Finding Found;
      Found.Check = "runnel-ctx-stored";
      Found.Where = Field.Where;
      Found.Symbol = R.Id.str().str() + "::" + Field.Id.str().str();
      Found.Message = "'" + R.Id.str().str() + "' keeps the context '" +
                      Field.Id.str().str() +
                      "', so all of its calls end with the one it was made "
                      "for";
      Found.Notes.push_back({Field.Where, "give a context to each method that "
                                          "waits, as its first parameter"});
      Out.push_back(std::move(Found));
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-ctx-stored", Level::Strict, run);

} // namespace runnel::ctx
