//===- Web.cpp - The lock graph as a graph of classes ---------------------===//

#include "checks/web/Web.h"

#include "checks/web/Story.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
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

using Adjacency = std::vector<std::set<uint32_t>>;

static Adjacency adjacency(const Web &W) {
  Adjacency Next(W.Owners.size());
  for (const Link &L : W.Links)
    Next[L.From].insert(L.To);
  return Next;
}

static std::set<uint32_t> reachable(const Adjacency &Next, uint32_t From,
                                    uint32_t Without) {
  std::set<uint32_t> Seen;
  std::vector<uint32_t> Work{From};
  while (!Work.empty()) {
    const uint32_t At = Work.back();
    Work.pop_back();
    for (uint32_t To : Next[At])
      if (To != Without && Seen.insert(To).second)
        Work.push_back(To);
  }
  return Seen;
}

unsigned Web::score(uint32_t Without) const {
  const Adjacency Next = adjacency(*this);
  unsigned Pairs = 0;
  for (uint32_t From = 0; From < Owners.size(); ++From)
    if (From != Without) {
      std::set<uint32_t> Seen = reachable(Next, From, Without);
      Seen.erase(From);
      Pairs += Seen.size();
    }
  return Pairs;
}

bool Web::hasCycle() const {
  const Adjacency Next = adjacency(*this);
  for (uint32_t From = 0; From < Owners.size(); ++From)
    if (reachable(Next, From, ~0u).count(From))
      return true;
  return false;
}

unsigned Web::depth() const {
  if (hasCycle())
    return Owners.size();
  const Adjacency Next = adjacency(*this);
  std::vector<unsigned> Longest(Owners.size(), 1);
  // At most as many rounds as there are owners: there is no cycle.
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (uint32_t From = 0; From < Owners.size(); ++From)
      for (uint32_t To : Next[From])
        if (Longest[From] < Longest[To] + 1) {
          Longest[From] = Longest[To] + 1;
          Changed = true;
        }
  }
  return Longest.empty() ? 0 : *llvm::max_element(Longest);
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

  std::vector<uint32_t> Group(Inner.Owners.size());
  for (uint32_t I = 0; I < Group.size(); ++I)
    Group[I] = I;
  // The smallest number spreads over a component.
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (const Link &L : Inner.Links) {
      const uint32_t Least = std::min(Group[L.From], Group[L.To]);
      for (uint32_t End : {L.From, L.To})
        if (Group[End] != Least) {
          Group[End] = Least;
          Changed = true;
        }
    }
  }
  std::vector<Web> Webs;
  for (uint32_t First = 0; First < Group.size(); ++First)
    if (Group[First] == First) {
      Web W = restrict(Inner, [&](uint32_t I) { return Group[I] == First; });
      if (W.Owners.size() > 1)
        Webs.push_back(std::move(W));
    }
  return Webs;
}

} // namespace runnel::web
