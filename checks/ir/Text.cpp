//===- Text.cpp - Tokens and defaults of the text form --------------------===//

#include "checks/ir/Text.h"

#include "llvm/ADT/StringExtras.h"

#include <unordered_set>

namespace runnel::ir::text {

bool isWordChar(char C) {
  return llvm::isAlnum(C) || llvm::StringRef("_:@#$~*&<>-").contains(C);
}

static bool isBare(llvm::StringRef S) {
  if (S.empty() || !(llvm::isAlpha(S[0]) || S[0] == '_'))
    return false;
  return llvm::all_of(S, isWordChar) && S.back() != ':' && S.back() != '-' &&
         !S.contains("->");
}

std::string stringLiteral(llvm::StringRef S) {
  std::string Out = "\"";
  for (char C : S) {
    if (C == '"' || C == '\\')
      Out += {'\\', C};
    else if (C == '\n')
      Out += "\\n";
    else if (C == '\t')
      Out += "\\t";
    else if (static_cast<unsigned char>(C) < 0x20 || C == 0x7f)
      Out += {'\\', 'x', llvm::hexdigit((C >> 4) & 15), llvm::hexdigit(C & 15)};
    else
      Out += C;
  }
  return Out + '"';
}

std::string quoted(llvm::StringRef S) {
  return isBare(S) ? S.str() : stringLiteral(S);
}

Name memberSymbol(Name Record, Name Id) {
  llvm::StringRef R = Record;
  return Name(
      (R.starts_with("c:") ? R + "@FI@" + Id.str() : R + "::" + Id.str())
          .str());
}

Name enclosingScope(Name Symbol) {
  llvm::StringRef S = Symbol;
  size_t At = S.rfind("::");
  return At == llvm::StringRef::npos ? Name() : Name(S.take_front(At));
}

Defaults::Defaults(const Module &M) {
  for (const Record &R : M.Records) {
    Records.emplace(R.Symbol, &R);
    for (const Field &F : R.Fields)
      Fields.emplace(F.Symbol, &F);
  }
  for (const Global &G : M.Globals)
    Globals.emplace(G.Symbol, &G);
}

const Field *Defaults::findField(Name Symbol, Name Id) const {
  // Depth first through the bases; a malformed module may have a cycle there.
  std::vector<Name> Work{Symbol};
  std::unordered_set<Name> Seen;
  while (!Work.empty()) {
    Name Next = Work.back();
    Work.pop_back();
    auto It = Records.find(Next);
    if (It == Records.end() || !Seen.insert(Next).second)
      continue;
    for (const Field &F : It->second->Fields)
      if (F.Id == Id)
        return &F;
    for (const Base &B : llvm::reverse(It->second->Bases))
      Work.push_back(B.Record);
  }
  return nullptr;
}

TypeRef Defaults::typeOf(Name Symbol) const {
  TypeRef T;
  T.Record = Symbol;
  if (auto It = Records.find(Symbol); It != Records.end()) {
    T.Spelling = It->second->Id;
    T.Is = It->second->Is;
    T.Traits = It->second->Traits;
  }
  return T;
}

void Defaults::resolve(const Function &F, Place &P) const {
  TypeRef T;
  switch (P.Root) {
  case Place::This:
    T = typeOf(F.Record);
    break;
  case Place::Param:
    if (P.Index < F.Params.size())
      T = F.Params[P.Index].Type;
    break;
  case Place::Local:
    if (P.Index < F.Locals.size())
      T = F.Locals[P.Index].Type;
    break;
  case Place::Capture:
    if (P.Index < F.Captures.size())
      T = F.Captures[P.Index].Type;
    break;
  case Place::Global:
    if (auto It = Globals.find(P.Symbol); It != Globals.end()) {
      T = It->second->Type;
      if (!P.Id)
        P.Id = It->second->Id;
    }
    if (!P.Id)
      P.Id = P.Symbol;
    break;
  case Place::Result:
  case Place::Unknown:
    break;
  }
  for (Step &S : P.Path) {
    bool Dereferenced = T.Is == Role::OwningPointer ||
                        T.Is == Role::SharedPointer || T.Is == Role::Optional;
    Name Record = Dereferenced && T.Element ? T.Element : T.Record;
    Role ElementIs = T.ElementIs;
    Name Element = T.Element;
    T = {};
    switch (S.How) {
    case Step::Field: {
      const Field *Found = nullptr;
      if (!S.Symbol)
        Found = findField(Record, S.Id);
      else if (auto It = Fields.find(S.Symbol); It != Fields.end())
        Found = It->second;
      if (Found) {
        S.Symbol = Found->Symbol;
        T = Found->Type;
      } else if (!S.Symbol) {
        S.Symbol = S.Id;
      }
      break;
    }
    case Step::Index:
      if (Element)
        T = typeOf(Element);
      T.Is = ElementIs;
      break;
    case Step::Call:
      if (!S.Symbol)
        S.Symbol = S.Id;
      break;
    }
  }
  P.Type = T;
}

} // namespace runnel::ir::text
