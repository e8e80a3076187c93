//===- Link.cpp - Merging modules -----------------------------------------===//
//
// Entities of one symbol are candidates for one slot; a total order that looks
// at the candidates alone chooses among them, so the choice does not depend on
// how the modules were grouped. Guarded by test/ir/LinkTest.cpp.
//
// A function and the lambdas written in it are one candidate: a lambda's
// captures name places of its parent, and belong to that version of it.
//
// Memory: the modules themselves, and a few words an entity. Text is made only
// of candidates that disagree.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/Link.h"
#include "checks/ir/Serialize.h"

#include <algorithm>
#include <unordered_map>

namespace runnel::ir {

namespace {

template <typename T>
std::string textOf(std::vector<T> Module::*Part, T Entity) {
  Module One;
  (One.*Part).push_back(std::move(Entity));
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  writeText(One, OS);
  return Text;
}

/// Higher is better: what says more of the entity.
int rank(const Record &R) { return R.Body.valid() || !R.Fields.empty(); }
int rank(const Global &G) { return G.Defined; }

template <typename T>
bool better(std::vector<T> Module::*Part, const T &A, const T &B) {
  if (rank(A) != rank(B))
    return rank(A) > rank(B);
  return A != B && textOf(Part, A) < textOf(Part, B);
}

/// Records and globals. The losers are freed as they are passed.
template <typename T>
std::vector<T> merge(std::vector<Module> &Modules,
                     std::vector<T> Module::*Part) {
  std::vector<T> All;
  size_t Size = 0;
  for (Module &M : Modules)
    Size += (M.*Part).size();
  All.reserve(Size);
  for (Module &M : Modules) {
    std::move((M.*Part).begin(), (M.*Part).end(), std::back_inserter(All));
    (M.*Part) = {};
  }
  std::vector<std::pair<Name, size_t>> Order;
  Order.reserve(All.size());
  for (size_t I = 0; I < All.size(); ++I)
    Order.emplace_back(All[I].Symbol, I);
  std::sort(Order.begin(), Order.end());
  std::vector<T> Kept;
  for (auto [Symbol, I] : Order) {
    if (Kept.empty() || Kept.back().Symbol != Symbol)
      Kept.push_back(std::move(All[I]));
    else if (better(Part, All[I], Kept.back()))
      Kept.back() = std::move(All[I]);
    All[I] = {};
  }
  return Kept;
}

/// A function and the lambdas in it, at any depth, as one module has them.
struct Unit {
  Name Root;
  Module *In = nullptr;
  std::vector<uint32_t> Members; ///< the root first, lambdas by symbol

  /// Higher is better. Lambdas whose function is missing are a candidate too,
  /// the worst.
  int rank() const {
    const Function &F = In->Functions[Members[0]];
    return F.Symbol != Root ? 0 : F.Defined ? 2 : 1;
  }
  bool operator==(const Unit &Other) const {
    return std::equal(Members.begin(), Members.end(), Other.Members.begin(),
                      Other.Members.end(), [&](uint32_t A, uint32_t B) {
                        return In->Functions[A] == Other.In->Functions[B];
                      });
  }
  std::string text() const {
    Module One;
    for (uint32_t I : Members)
      One.Functions.push_back(In->Functions[I]);
    std::sort(One.Functions.begin(), One.Functions.end(),
              [](const Function &A, const Function &B) {
                return A.Symbol < B.Symbol;
              });
    std::string Text;
    llvm::raw_string_ostream OS(Text);
    writeText(One, OS);
    return Text;
  }
};

void addUnits(Module &M, std::vector<Unit> &Units) {
  std::unordered_map<Name, uint32_t> Lambdas;
  for (uint32_t I = 0; I < M.Functions.size(); ++I)
    if (M.Functions[I].Parent)
      Lambdas.emplace(M.Functions[I].Symbol, I);
  // The root of a lambda: up through its parents. A ring of parents, which no
  // frontend makes, ends at the length of the longest possible chain.
  auto RootOf = [&](const Function &F) {
    Name Root = F.Parent;
    for (size_t Steps = 0; Steps <= Lambdas.size(); ++Steps) {
      auto It = Lambdas.find(Root);
      if (It == Lambdas.end())
        return Root;
      Root = M.Functions[It->second].Parent;
    }
    return F.Symbol;
  };
  std::unordered_map<Name, size_t> ByRoot;
  auto Add = [&](Name Root, uint32_t I) {
    auto [It, New] = ByRoot.emplace(Root, Units.size());
    if (New)
      Units.push_back({Root, &M, {}});
    Units[It->second].Members.push_back(I);
  };
  for (uint32_t I = 0; I < M.Functions.size(); ++I)
    if (!M.Functions[I].Parent)
      Add(M.Functions[I].Symbol, I);
  for (uint32_t I = 0; I < M.Functions.size(); ++I)
    if (M.Functions[I].Parent)
      Add(RootOf(M.Functions[I]), I);
}

bool better(const Unit &A, const Unit &B) {
  if (A.rank() != B.rank())
    return A.rank() > B.rank();
  return !(A == B) && A.text() < B.text();
}

std::vector<Function> mergeFunctions(std::vector<Module> &Modules) {
  std::vector<Unit> Units;
  for (Module &M : Modules)
    addUnits(M, Units);
  std::vector<std::pair<Name, size_t>> Order;
  Order.reserve(Units.size());
  for (size_t I = 0; I < Units.size(); ++I)
    Order.emplace_back(Units[I].Root, I);
  std::sort(Order.begin(), Order.end());
  std::vector<Function> Kept;
  for (size_t I = 0; I < Order.size();) {
    size_t Best = Order[I].second;
    for (++I; I < Order.size() && Order[I].first == Units[Best].Root; ++I)
      if (better(Units[Order[I].second], Units[Best]))
        Best = Order[I].second;
    for (uint32_t F : Units[Best].Members)
      Kept.push_back(std::move(Units[Best].In->Functions[F]));
  }
  for (Module &M : Modules)
    M.Functions = {};
  return Kept;
}

} // namespace

Module link(std::vector<Module> Modules) {
  Module Out;
  for (Module &M : Modules) {
    Out.HasErrors |= M.HasErrors;
    Out.BeforeCxx17 |= M.BeforeCxx17;
    Out.BeforeCxx20 |= M.BeforeCxx20;
    Out.MainFiles.insert(Out.MainFiles.end(), M.MainFiles.begin(),
                         M.MainFiles.end());
    std::move(M.Suppressions.begin(), M.Suppressions.end(),
              std::back_inserter(Out.Suppressions));
    M.Suppressions = {};
  }
  Out.Records = merge(Modules, &Module::Records);
  Out.Globals = merge(Modules, &Module::Globals);
  Out.Functions = mergeFunctions(Modules);
  Out.sort();
  return Out;
}

} // namespace runnel::ir
