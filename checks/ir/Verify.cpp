//===- Verify.cpp - The invariants of a module, checked -------------------===//

#include "checks/ir/Verify.h"
#include "checks/ir/Places.h"

#include <unordered_map>

namespace runnel::ir {

namespace {

std::string rootTrouble(const Function &F, const Place &P) {
  switch (P.Root) {
  case Place::Param:
    return P.Index < F.Params.size() ? "" : "names a parameter it has not";
  case Place::Local:
    return P.Index < F.Locals.size() ? "" : "names a local it has not";
  case Place::Capture:
    return P.Index < F.Captures.size() ? "" : "names a capture it has not";
  case Place::This:
  case Place::Global:
  case Place::Result:
  case Place::Unknown:
    break;
  }
  return "";
}

std::string trouble(const Function &F) {
  for (const Place &P : F.Places)
    if (std::string Bad = rootTrouble(F, P); !Bad.empty())
      return Bad;
  bool Out = false;
  forEachPlace(F,
               [&](PlaceId P) { Out |= P != NoPlace && P >= F.Places.size(); });
  if (Out)
    return "mentions a place it has not";
  if (F.Defined != !F.Blocks.empty())
    return "is defined without blocks, or has blocks without being defined";
  for (const Block &B : F.Blocks) {
    for (BlockId S : B.Succs)
      if (S >= F.Blocks.size())
        return "jumps to a block it has not";
    if (!B.CaseValues.empty() && B.CaseValues.size() != B.Succs.size())
      return "has a switch without one case a successor";
  }
  return "";
}

template <typename T>
std::string order(const std::vector<T> &Entities, const char *What) {
  for (size_t I = 0; I < Entities.size(); ++I) {
    if (Entities[I].Symbol.empty())
      return std::string("a ") + What + " has no symbol";
    if (I && !(Entities[I - 1].Symbol < Entities[I].Symbol))
      return std::string(What) + " " + Entities[I].Symbol.str().str() +
             " is out of order, or there twice";
  }
  return "";
}

} // namespace

std::string verify(const Module &M) {
  for (std::string Bad :
       {order(M.Records, "record"), order(M.Globals, "global"),
        order(M.Functions, "function")})
    if (!Bad.empty())
      return Bad;
  std::unordered_map<Name, const Function *> BySymbol;
  for (const Function &F : M.Functions)
    BySymbol.emplace(F.Symbol, &F);
  for (const Function &F : M.Functions) {
    std::string Bad = trouble(F);
    for (const Capture &C : F.Captures) {
      if (C.Source == NoPlace)
        continue;
      auto Parent = BySymbol.find(F.Parent);
      if (Parent == BySymbol.end() || C.Source >= Parent->second->Places.size())
        Bad = "captures a place its parent has not";
    }
    if (!Bad.empty())
      return "function " + F.Symbol.str().str() + " " + Bad;
  }
  return "";
}

} // namespace runnel::ir
