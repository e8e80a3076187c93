//===- Program.cpp - Indexing a linked module -----------------------------===//

#include "checks/ir/Program.h"

#include <algorithm>
#include <unordered_set>

namespace runnel::ir {

namespace {

/// Everything reachable from each key, itself excluded, in order of symbols.
/// Linear for hierarchies of bounded depth.
template <typename T>
void close(const std::unordered_map<Name, std::vector<const T *>> &Direct,
           std::unordered_map<Name, std::vector<const T *>> &Closed) {
  for (const auto &[Symbol, Near] : Direct) {
    std::vector<const T *> &All = Closed[Symbol];
    std::vector<const T *> Work = Near;
    std::unordered_set<const T *> Seen;
    while (!Work.empty()) {
      const T *Next = Work.back();
      Work.pop_back();
      if (Next->Symbol == Symbol || !Seen.insert(Next).second)
        continue;
      All.push_back(Next);
      if (auto It = Direct.find(Next->Symbol); It != Direct.end())
        Work.insert(Work.end(), It->second.begin(), It->second.end());
    }
    std::sort(All.begin(), All.end(),
              [](const T *A, const T *B) { return A->Symbol < B->Symbol; });
  }
}

template <typename T>
const T *find(const std::unordered_map<Name, const T *> &Map, Name Symbol) {
  auto It = Map.find(Symbol);
  return It == Map.end() ? nullptr : It->second;
}

template <typename T>
const std::vector<const T *> &
list(const std::unordered_map<Name, std::vector<const T *>> &Map, Name Symbol) {
  static const std::vector<const T *> None;
  auto It = Map.find(Symbol);
  return It == Map.end() ? None : It->second;
}

} // namespace

Program::Program(Module Of, bool Whole) : M(std::move(Of)), Whole(Whole) {
  Functions.reserve(M.Functions.size());
  std::unordered_map<Name, std::vector<const Function *>> Overriding;
  for (const Function &F : M.Functions) {
    Functions.emplace(F.Symbol, &F);
    for (Name Base : F.Overrides)
      Overriding[Base].push_back(&F);
    if (F.Lambda && F.Parent)
      Lambdas[F.Parent].push_back(&F);
  }
  close(Overriding, Overriders);
  for (const Function &F : M.Functions)
    if (F.Virtual && F.Defined)
      Overriders[F.Symbol].push_back(&F);
  for (auto &[Symbol, Reached] : Overriders) {
    std::erase_if(Reached, [](const Function *F) { return !F->Defined; });
    std::sort(Reached.begin(), Reached.end(),
              [](const Function *A, const Function *B) {
                return A->Symbol < B->Symbol;
              });
  }

  std::unordered_map<Name, std::vector<const Record *>> Deriving;
  for (const Record &R : M.Records) {
    Records.emplace(R.Symbol, &R);
    for (const Field &F : R.Fields)
      Fields.emplace(F.Symbol, std::pair(&F, &R));
    for (const Base &B : R.Bases)
      Deriving[B.Record].push_back(&R);
  }
  close(Deriving, Derived);
  for (const Global &G : M.Globals)
    Globals.emplace(G.Symbol, &G);
}

const Function *Program::function(Name Symbol) const {
  return find(Functions, Symbol);
}

const Record *Program::record(Name Symbol) const {
  return find(Records, Symbol);
}

const Global *Program::global(Name Symbol) const {
  return find(Globals, Symbol);
}

const Field *Program::field(Name Symbol) const {
  auto It = Fields.find(Symbol);
  return It == Fields.end() ? nullptr : It->second.first;
}

const Record *Program::recordOfField(Name Symbol) const {
  auto It = Fields.find(Symbol);
  return It == Fields.end() ? nullptr : It->second.second;
}

const std::vector<const Function *> &Program::overriders(Name Symbol) const {
  return list(Overriders, Symbol);
}

const std::vector<const Record *> &Program::derived(Name Symbol) const {
  return list(Derived, Symbol);
}

bool Program::isA(Name Sub, Name Super) const {
  if (Sub == Super)
    return true;
  const Record *R = record(Sub);
  const std::vector<const Record *> &All = derived(Super);
  return R && std::binary_search(All.begin(), All.end(), R,
                                 [](const Record *A, const Record *B) {
                                   return A->Symbol < B->Symbol;
                                 });
}

const std::vector<const Function *> &Program::lambdas(Name Symbol) const {
  return list(Lambdas, Symbol);
}

} // namespace runnel::ir
