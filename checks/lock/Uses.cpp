//===- Uses.cpp - Who uses a class's locks, and who belongs to it ---------===//

#include "checks/lock/Uses.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace runnel::lock {

using namespace ir;

const Function &rootFunction(const Program &P, const Function &F) {
  const Function *Root = &F;
  // A ring of parents, which only a crafted module has, ends too.
  for (unsigned Depth = 0; Root->Parent && Depth < 64; ++Depth)
    if (const Function *Up = P.function(Root->Parent))
      Root = Up;
    else
      break;
  return *Root;
}

/// \p Inner is \p Outer or nested in it. A class in a member function counts as
/// nested in the class.
static bool isWithin(const Program &P, Name Inner, Name Outer) {
  for (unsigned Depth = 0; Inner && Depth < 64; ++Depth) {
    if (Inner == Outer)
      return true;
    if (const Record *R = P.record(Inner))
      Inner = R->Outer;
    else if (const Function *F = P.function(Inner))
      Inner = rootFunction(P, *F).Record;
    else
      break;
  }
  return false;
}

static bool isFriend(const Program &P, const Function &Root, Name Of) {
  const Record *R = P.record(Of);
  return R && llvm::any_of(R->Friends, [&](Name Friend) {
           return Friend == Root.Symbol || isWithin(P, Root.Record, Friend);
         });
}

bool belongsTo(const Program &P, const Function &F, Name Record) {
  const Function &Root = rootFunction(P, F);
  return isWithin(P, Root.Record, Record) || isWithin(P, Record, Root.Record) ||
         isFriend(P, Root, Record);
}

bool isInFamily(const Program &P, const Function &F, Name Record) {
  if (belongsTo(P, F, Record))
    return true;
  Name Mine = rootFunction(P, F).Record;
  return Mine && (P.isA(Mine, Record) || P.isA(Record, Mine));
}

bool isHidden(const Program &P, const Record &R) {
  if (R.Local || R.Lambda || R.System || R.Is != Role::Data ||
      R.Traits & LockWrapper)
    return true;
  for (llvm::StringRef Part : llvm::split(R.Id, "::"))
    if (Part.equals_insensitive("detail") ||
        Part.equals_insensitive("details") || Part.equals_insensitive("impl") ||
        Part.equals_insensitive("internal"))
      return true;
  const Record *Inner = &R;
  for (unsigned Depth = 0; Inner->Outer && Depth < 64; ++Depth) {
    if (Inner->Visible == Access::Private ||
        Inner->Visible == Access::Protected)
      return true;
    const Record *Outer = P.record(Inner->Outer);
    if (!Outer)
      break;
    if (!Inner->InHeader && Outer->InHeader)
      return true;
    Inner = Outer;
  }
  return false;
}

bool holdsGuard(const Record &R) {
  return llvm::any_of(R.Fields, [](const Field &F) {
    return F.Type.Is == Role::Guard || F.Type.ElementIs == Role::Guard;
  });
}

Uses::Uses(const Program &P) {
  auto Mark = [this](Name Symbol, const TypeRef &T) {
    if (T.Is == Role::Lock || T.Is == Role::CondVar)
      BySymbol.try_emplace(Symbol);
  };
  for (const Record &R : P.module().Records)
    for (const Field &F : R.Fields)
      Mark(F.Symbol, F.Type);
  for (const Global &G : P.module().Globals)
    Mark(G.Symbol, G.Type);

  for (const Function &F : P.module().Functions) {
    // Which of the locks each place of the function names, if any.
    std::vector<std::vector<Use> *> Named(F.Places.size(), nullptr);
    bool Any = false;
    for (size_t I = 0; I < F.Places.size(); ++I) {
      auto Look = [&](Name Symbol) {
        if (auto It = BySymbol.find(Symbol); It != BySymbol.end()) {
          Named[I] = &It->second;
          Any = true;
        }
      };
      if (F.Places[I].Root == Place::Global)
        Look(F.Places[I].Symbol);
      for (const Step &S : F.Places[I].Path)
        Look(S.Symbol);
    }
    if (!Any)
      continue;
    for (const Block &B : F.Blocks)
      for (const Event &E : B.Events) {
        std::vector<Use> *Last = nullptr;
        auto Note = [&](PlaceId P) {
          if (P == NoPlace || !Named[P] || Named[P] == Last)
            return;
          Last = Named[P];
          Last->push_back({&F, E.Where, E.What});
        };
        Note(E.Subject);
        Note(E.Other);
        for (const Operand &A : E.Args)
          Note(A.Place);
      }
  }
}

const std::vector<Use> &Uses::of(Name Symbol) const {
  static const std::vector<Use> None;
  auto It = BySymbol.find(Symbol);
  return It == BySymbol.end() ? None : It->second;
}

const char *noun(const TypeRef &T) {
  return T.Is == Role::CondVar ? "condition variable" : "mutex";
}

llvm::StringRef shortName(Name Id) {
  llvm::StringRef S = Id;
  // Not within template arguments: Map<std::string>.
  size_t End = S.find('<');
  size_t At = S.take_front(End).rfind("::");
  return At == llvm::StringRef::npos ? S : S.drop_front(At + 2);
}

} // namespace runnel::lock
