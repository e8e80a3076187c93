//===- Web.cpp - The lock graph as a graph of classes ---------------------===//

#include "checks/web/Web.h"

#include "checks/analysis/Components.h"
#include "checks/web/Story.h"

#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <bitset>
#include <limits>
#include <map>
#include <set>

namespace runnel::web {

using analysis::Facts;
using analysis::LockClass;
using analysis::LockEdge;
using analysis::LockWitness;

static std::optional<Owner> ownerOf(const ir::Program &P, const LockClass &C) {
  switch (C.How) {
  case LockClass::Field:
    if (const ir::Record *R = P.recordOfField(C.Symbol); R && !R->System)
      return Owner{R->Symbol, R->Id.str().str(), R->Where, {}};
    break;
  case LockClass::Object:
    if (const ir::Record *R = P.record(C.Symbol); R && !R->System)
      return Owner{R->Symbol, R->Id.str().str(), R->Where, {}};
    break;
  case LockClass::Global:
    if (const ir::Global *G = P.global(C.Symbol); G && !G->System)
      return Owner{G->Symbol, G->Id.str().str(), G->Where, {}};
    break;
  case LockClass::Local:
  case LockClass::Unknown:
    break;
  }
  return std::nullopt;
}

/// The first method of \p Record on the way from the first lock to the second.
static const ir::Function *entryInto(const Facts &F, const LockWitness &W,
                                     ir::Name Record) {
  for (const analysis::TraceStep &S : F.summaries().trace(*W.In, W.How))
    if (S.Calls &&
        (S.Calls->Record == Record || F.program().isA(Record, S.Calls->Record)))
      return S.Calls;
  return nullptr;
}

using Adjacency = std::vector<std::vector<uint32_t>>;

/// Sorted, each once.
static Adjacency adjacency(const Web &W) {
  Adjacency Next(W.Owners.size());
  for (const Link &L : W.Links)
    Next[L.From].push_back(L.To);
  for (std::vector<uint32_t> &To : Next) {
    llvm::sort(To);
    To.erase(llvm::unique(To), To.end());
  }
  return Next;
}

/// The circles of the graph without \p Without, as components; what they lead
/// to comes first.
static std::vector<std::vector<uint32_t>> components(const Adjacency &Next,
                                                     uint32_t Without) {
  return analysis::stronglyConnected(Next.size(), [&](uint32_t From, size_t I) {
    if (From == Without || I >= Next[From].size())
      return analysis::NoNode;
    // An edge to nowhere is one to itself.
    return Next[From][I] == Without ? From : Next[From][I];
  });
}

// Pairs are counted for so many targets at a time, as bits: in all
// O(owners * links / 64), and memory for one block.
static constexpr uint32_t TargetsAtOnce = 4096;

unsigned Web::score(uint32_t Without) const {
  const Adjacency Next = adjacency(*this);
  const std::vector<std::vector<uint32_t>> Order = components(Next, Without);
  std::vector<uint32_t> Of(Owners.size());
  for (uint32_t C = 0; C != Order.size(); ++C)
    for (uint32_t Each : Order[C])
      Of[Each] = C;
  uint64_t Pairs = 0;
  std::vector<std::bitset<TargetsAtOnce>> Reached(Order.size());
  for (uint32_t First = 0; First < Owners.size(); First += TargetsAtOnce) {
    auto InBlock = [&](uint32_t Each) {
      return Each >= First && Each - First < TargetsAtOnce;
    };
    for (uint32_t C = 0; C != Order.size(); ++C) {
      std::bitset<TargetsAtOnce> &Mine = Reached[C];
      Mine.reset();
      for (uint32_t From : Order[C]) {
        if (From == Without)
          continue;
        if (InBlock(From))
          Mine.set(From - First);
        for (uint32_t To : Next[From])
          if (To != Without && Of[To] != C)
            Mine |= Reached[Of[To]];
      }
      // Each of the component reaches all of that but itself.
      const uint64_t All = Mine.count();
      for (uint32_t From : Order[C])
        if (From != Without)
          Pairs += All - InBlock(From);
    }
  }
  return static_cast<unsigned>(
      std::min<uint64_t>(Pairs, std::numeric_limits<unsigned>::max()));
}

bool Web::hasCycle() const {
  return llvm::any_of(
      components(adjacency(*this), ~0u),
      [](const std::vector<uint32_t> &C) { return C.size() > 1; });
}

unsigned Web::depth() const {
  const Adjacency Next = adjacency(*this);
  std::vector<unsigned> Longest(Owners.size(), 1);
  unsigned Most = 0;
  for (const std::vector<uint32_t> &C : components(Next, ~0u)) {
    if (C.size() > 1)
      return Owners.size();
    for (uint32_t To : Next[C[0]])
      Longest[C[0]] = std::max(Longest[C[0]], Longest[To] + 1);
    Most = std::max(Most, Longest[C[0]]);
  }
  return Most;
}

/// Keeps the owners for which \p Keep holds, and the links between them.
static Web restrict(const Web &W, llvm::function_ref<bool(uint32_t)> Keep) {
  Web Out;
  std::vector<uint32_t> New(W.Owners.size(), ~0u);
  for (uint32_t I = 0; I < W.Owners.size(); ++I)
    if (Keep(I)) {
      New[I] = Out.Owners.size();
      Out.Owners.push_back(W.Owners[I]);
    }
  for (const Link &L : W.Links)
    if (New[L.From] != ~0u && New[L.To] != ~0u) {
      Out.Links.push_back(L);
      Out.Links.back().From = New[L.From];
      Out.Links.back().To = New[L.To];
    }
  return Out;
}

static Web wholeGraph(const Facts &F) {
  const ir::Program &P = F.program();
  const analysis::LockGraph &G = F.lockGraph();
  std::map<std::pair<std::string, ir::Name>, Owner> Owners;
  struct Raw {
    Link What;
    std::pair<std::string, ir::Name> From, To;
  };
  std::vector<Raw> Found;
  for (const LockEdge &E : G.edges()) {
    std::optional<Owner> From = ownerOf(P, G.nodes()[E.From]),
                         To = ownerOf(P, G.nodes()[E.To]);
    if (!From || !To || From->Symbol == To->Symbol)
      continue;
    for (const LockWitness &W : E.Witnesses) {
      // Which overrider runs is a guess, and a web of guesses helps nobody.
      if (!W.How.Sure || !isBelieved(F, W))
        continue;
      for (auto &[O, Node] : {std::pair(&*From, E.From), {&*To, E.To}}) {
        Owner &Kept = Owners.try_emplace({O->Id, O->Symbol}, *O).first->second;
        if (!llvm::is_contained(Kept.Locks, G.nodes()[Node]))
          Kept.Locks.push_back(G.nodes()[Node]);
      }
      Raw R;
      R.What.How = &W;
      R.What.First = className(P, G.nodes()[E.From]);
      R.What.Second = className(P, G.nodes()[E.To]);
      R.What.Through = entryInto(F, W, To->Symbol);
      R.From = {From->Id, From->Symbol};
      R.To = {To->Id, To->Symbol};
      Found.push_back(std::move(R));
    }
  }
  Web All;
  std::map<std::pair<std::string, ir::Name>, uint32_t> Index;
  for (auto &[Key, O] : Owners) {
    Index[Key] = All.Owners.size();
    All.Owners.push_back(std::move(O));
  }
  // Equal keys stay in the order of the graph.
  std::multimap<std::pair<uint32_t, uint32_t>, Link> Sorted;
  for (Raw &R : Found) {
    R.What.From = Index[R.From];
    R.What.To = Index[R.To];
    Sorted.insert({{R.What.From, R.What.To}, std::move(R.What)});
  }
  for (auto &[Ends, L] : Sorted)
    All.Links.push_back(std::move(L));
  return All;
}

std::vector<Web> findWebs(const Facts &F) {
  const Web All = wholeGraph(F);
  const Adjacency Next = adjacency(All);
  const Web Inner = restrict(All, [&](uint32_t I) { return !Next[I].empty(); });

  llvm::IntEqClasses Groups(Inner.Owners.size());
  for (const Link &L : Inner.Links)
    Groups.join(L.From, L.To);
  Groups.compress();

  std::vector<Web> Webs;
  // Classes are numbered by their first members.
  std::vector<Web> Parts(Groups.getNumClasses());
  std::vector<uint32_t> New(Inner.Owners.size());
  for (uint32_t I = 0; I < Inner.Owners.size(); ++I) {
    New[I] = Parts[Groups[I]].Owners.size();
    Parts[Groups[I]].Owners.push_back(Inner.Owners[I]);
  }
  for (const Link &L : Inner.Links) {
    Parts[Groups[L.From]].Links.push_back(L);
    Parts[Groups[L.From]].Links.back().From = New[L.From];
    Parts[Groups[L.From]].Links.back().To = New[L.To];
  }
  for (Web &W : Parts)
    if (W.Owners.size() > 1)
      Webs.push_back(std::move(W));
  return Webs;
}

} // namespace runnel::web
