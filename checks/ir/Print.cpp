//===- Print.cpp - Places as text -----------------------------------------===//
//
// print(): the text form's name of a place, exact up to the symbols of its
// steps. pretty(): what a programmer would have written.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/Serialize.h"
#include "checks/ir/Text.h"
#include "checks/ir/Words.h"

namespace runnel::ir {

namespace {

/// A variable's name, or `name%3` where an earlier one has the same name.
template <typename T>
void printVariable(const std::vector<T> &Of, uint32_t Index, std::string &Out) {
  Name Id = Index < Of.size() ? Of[Index].Id : Name();
  bool Clear = !Id.empty();
  for (uint32_t I = 0; Clear && I < Index; ++I)
    Clear = Of[I].Id != Id;
  if (Id)
    Out += text::quoted(Id);
  if (!Clear)
    Out += "%" + std::to_string(Index);
}

template <typename T>
Name variableId(const std::vector<T> &Of, uint32_t Index) {
  return Index < Of.size() ? Of[Index].Id : Name();
}

} // namespace

std::string print(const Function &F, PlaceId Id) {
  if (Id >= F.Places.size())
    return "_";
  const Place &P = F.Places[Id];
  std::string Out(wordFor(placeWords(), P.Root));
  switch (P.Root) {
  case Place::This:
    break;
  case Place::Param:
    Out += ' ';
    printVariable(F.Params, P.Index, Out);
    break;
  case Place::Local:
    Out += ' ';
    printVariable(F.Locals, P.Index, Out);
    break;
  case Place::Capture:
    Out += ' ';
    printVariable(F.Captures, P.Index, Out);
    break;
  case Place::Global:
    Out += " " + text::quoted(P.Symbol);
    break;
  case Place::Result:
  case Place::Unknown:
    Out += " " + std::to_string(P.Index);
    break;
  }
  for (const Step &S : P.Path)
    switch (S.How) {
    case Step::Field:
      Out += "." + text::quoted(S.Id);
      break;
    case Step::Index:
      Out += "[" + (S.Id ? text::quoted(S.Id) : std::string()) + "]";
      break;
    case Step::Call:
      Out += "." + text::quoted(S.Id) + "()";
      break;
    }
  return Out;
}

std::string pretty(const Function &F, PlaceId Id) {
  if (Id >= F.Places.size())
    return "an unnamed object";
  const Place &P = F.Places[Id];
  std::string Out;
  bool Arrow = false;
  auto FromType = [&Arrow](const TypeRef &T) {
    Arrow = T.Pointer || T.Is == Role::OwningPointer ||
            T.Is == Role::SharedPointer || T.Is == Role::Optional;
  };
  switch (P.Root) {
  case Place::This:
    if (P.Path.empty())
      return "*this";
    break;
  case Place::Param:
    Out = variableId(F.Params, P.Index).str();
    if (P.Index < F.Params.size())
      FromType(F.Params[P.Index].Type);
    break;
  case Place::Local:
    Out = variableId(F.Locals, P.Index).str();
    if (P.Index < F.Locals.size())
      FromType(F.Locals[P.Index].Type);
    break;
  case Place::Capture:
    Out = variableId(F.Captures, P.Index).str();
    if (P.Index < F.Captures.size()) {
      FromType(F.Captures[P.Index].Type);
      if (F.Captures[P.Index].IsThis && P.Path.empty())
        return "*this";
      if (F.Captures[P.Index].IsThis)
        Out.clear();
    }
    break;
  case Place::Global:
    Out = (P.Id ? P.Id : P.Symbol).str();
    break;
  case Place::Result:
    Out = P.Path.empty() ? "the result of a call" : "result";
    break;
  case Place::Unknown:
    Out = P.Path.empty() ? "an unnamed object" : "object";
    break;
  }
  for (const Step &S : P.Path) {
    if (S.How == Step::Index) {
      Out += "[" + (S.Id ? S.Id.str().str() : std::string("...")) + "]";
    } else {
      if (!Out.empty())
        Out += Arrow ? "->" : ".";
      Out += S.Id.str();
      if (S.How == Step::Call)
        Out += "()";
    }
    Arrow = false;
  }
  return Out.empty() ? "an unnamed object" : Out;
}

} // namespace runnel::ir
