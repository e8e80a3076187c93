//===- Module.cpp - Bringing a module into canonical form -----------------===//
//
// Establishes the invariants of Module.h. Linear in the size of the module, but
// for sorting.
//
//===----------------------------------------------------------------------===//

#include "checks/ir/Module.h"
#include "checks/ir/Places.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/Hashing.h"

#include <algorithm>
#include <unordered_map>

namespace runnel::ir {

namespace {

struct PlaceHash {
  size_t operator()(const Place *P) const {
    llvm::hash_code H = llvm::hash_combine(P->Root, P->Index, P->Symbol.key());
    for (const Step &S : P->Path)
      H = llvm::hash_combine(H, S.How, S.Symbol.key(), S.Id.key());
    return H;
  }
};
struct PlaceSame {
  bool operator()(const Place *A, const Place *B) const {
    return A->sameAs(*B);
  }
};

/// Renumbers the places of \p F in order of first use. \p Captured are the
/// captures of its lambdas, whose sources are places of \p F.
void renumber(Function &F, const std::vector<Capture *> &Captured) {
  std::unordered_map<const Place *, PlaceId, PlaceHash, PlaceSame> Seen;
  std::vector<PlaceId> NewId(F.Places.size(), NoPlace);
  std::vector<PlaceId> Order;
  auto Visit = [&](PlaceId &P) {
    if (P == NoPlace)
      return;
    PlaceId &To = NewId[P];
    if (To == NoPlace) {
      auto [It, New] = Seen.try_emplace(&F.Places[P], Order.size());
      if (New)
        Order.push_back(P);
      To = It->second;
    }
    P = To;
  };
  forEachPlace(F, Visit);
  for (Capture *C : Captured)
    Visit(C->Source);
  std::vector<Place> Places;
  Places.reserve(Order.size());
  for (PlaceId P : Order)
    Places.push_back(std::move(F.Places[P]));
  F.Places = std::move(Places);
}

void clean(Operand &O) {
  if (O.How != Operand::PlaceArg && O.How != Operand::Lambda)
    O.Place = NoPlace;
  if (O.How != Operand::Lambda && O.How != Operand::FunctionArg &&
      O.How != Operand::Text)
    O.Symbol = {};
  if (O.How != Operand::Number)
    O.Value = 0;
}

void clean(TripCount &T) {
  if (T.What != TripCount::Known)
    T.Value = 0;
  if (T.What != TripCount::Symbolic) {
    T.Text = {};
    T.Reads.clear();
  }
}

template <typename T> void sortBySymbol(std::vector<T> &Entities) {
  auto Unordered = [](const T &A, const T &B) {
    return !(A.Symbol < B.Symbol);
  };
  if (std::adjacent_find(Entities.begin(), Entities.end(), Unordered) ==
      Entities.end())
    return;
  std::vector<std::pair<Name, size_t>> Order;
  Order.reserve(Entities.size());
  for (size_t I = 0; I < Entities.size(); ++I)
    Order.emplace_back(Entities[I].Symbol, I);
  std::sort(Order.begin(), Order.end());
  std::vector<T> Sorted;
  Sorted.reserve(Entities.size());
  for (auto [Symbol, I] : Order)
    if (Sorted.empty() || Sorted.back().Symbol != Symbol)
      Sorted.push_back(std::move(Entities[I]));
  Entities = std::move(Sorted);
}

} // namespace

template <typename T> static void sortUnique(std::vector<T> &Of) {
  std::sort(Of.begin(), Of.end());
  Of.erase(std::unique(Of.begin(), Of.end()), Of.end());
}

void Module::sort() {
  sortBySymbol(Records);
  sortBySymbol(Globals);
  sortBySymbol(Functions);
  sortUnique(Suppressions);
  sortUnique(MainFiles);
}

void Module::canonicalize() {
  sort();
  std::unordered_map<Name, Name> GlobalIds;
  for (const Global &G : Globals)
    if (G.Id)
      GlobalIds.emplace(G.Symbol, G.Id);
  std::unordered_map<Name, std::vector<Capture *>> Captured;
  for (Function &F : Functions)
    for (Capture &C : F.Captures)
      Captured[F.Parent].push_back(&C);
  static const std::vector<Capture *> None;
  for (Function &F : Functions) {
    F.Defined = !F.Blocks.empty();
    for (Place &P : F.Places) {
      if (P.Root == Place::Global && !P.Id) {
        auto It = GlobalIds.find(P.Symbol);
        P.Id = It == GlobalIds.end() ? P.Symbol : It->second;
      }
      for (Step &S : P.Path)
        if (S.How != Step::Index && !S.Symbol)
          S.Symbol = S.Id;
    }
    for (Block &B : F.Blocks) {
      clean(B.Trips);
      for (Event &E : B.Events) {
        for (Operand &A : E.Args)
          clean(A);
        for (SelectCase &C : E.Cases) {
          clean(C.Value);
          clean(C.Handler);
        }
      }
    }
    auto It = Captured.find(F.Symbol);
    renumber(F, It == Captured.end() ? None : It->second);
    Captured.erase(F.Symbol);
  }
  // A lambda whose parent is not here: its sources name nothing.
  for (auto &[Parent, Captures] : Captured)
    for (Capture *C : Captures)
      C->Source = NoPlace;
}

} // namespace runnel::ir
