//===- LockPicture.cpp - The lock graph, reduced to what is drawn ---------===//

#include "tool/report/LockPicture.h"

#include "checks/analysis/Components.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/LockGraph.h"
#include "checks/web/Story.h"
#include "checks/web/Web.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

namespace runnel::tool {

using analysis::LockClass;
using analysis::LockEdge;

static std::string place(const ir::Range &R) {
  return R.valid()
             ? R.Begin.File.str().str() + ":" + std::to_string(R.Begin.Line)
             : "";
}

// A lock that no module declares has a symbol and no name: the identifiers of
// `c:@N@db@S@Pool@mu`, which stand behind one-letter kinds.
static std::string readable(llvm::StringRef Symbol) {
  llvm::SmallVector<llvm::StringRef> Parts;
  Symbol.split(Parts, '@');
  std::string Out;
  for (llvm::StringRef Part : llvm::ArrayRef(Parts).drop_front()) {
    const bool Kind = Part.size() <= 2 || Part.contains('>');
    if (!Kind)
      Out += (Out.empty() ? "" : "::") +
             Part.take_until([](char C) { return C == '#'; }).str();
  }
  return Out.empty() ? Symbol.str() : Out;
}

static LockPicture::Node nodeFor(const ir::Program &P, const LockClass &C) {
  LockPicture::Node N;
  N.Lock = analysis::className(P, C);
  if (C.How == LockClass::Field) {
    if (const ir::Record *R = P.recordOfField(C.Symbol)) {
      N.Owner = R->Id.str();
      if (llvm::StringRef(N.Lock).starts_with(N.Owner + "::"))
        N.Lock = N.Lock.substr(N.Owner.size() + 2);
    }
    if (const ir::Field *F = P.field(C.Symbol))
      N.At = F->Where;
  } else if (const ir::Global *G = P.global(C.Symbol)) {
    N.At = G->Where;
  }
  if (llvm::StringRef(N.Lock).starts_with("c:"))
    N.Lock = readable(N.Lock);
  N.Where = place(N.At);
  return N;
}

namespace {
/// The arrows that are believed, and what stands out among them.
class Drawing {
public:
  explicit Drawing(const analysis::Facts &F) : F(F), G(F.lockGraph()) {
    for (const LockClass &C : G.nodes())
      Picture.Nodes.push_back(nodeFor(F.program(), C));
    for (const LockEdge &E : G.edges())
      addArrow(E);
    markCycles();
    markWebs();
    std::set<unsigned> Sources;
    for (const LockPicture::Arrow &A : Picture.Arrows)
      Sources.insert(A.From);
    for (unsigned I = 0; I < Picture.Nodes.size(); ++I)
      Picture.Nodes[I].Leaf = !Sources.count(I);
  }

  LockPicture Picture;

private:
  void addArrow(const LockEdge &E) {
    // Whether two objects of one class are two is for the checks to say.
    if (E.From == E.To && E.How != LockEdge::OtherObject)
      return;
    LockPicture::Arrow A;
    A.From = E.From;
    A.To = E.To;
    for (const analysis::LockWitness &W : E.Witnesses) {
      if (!web::isBelieved(F, W))
        continue;
      A.Kept.push_back({web::functionName(F.program(), *W.In),
                        analysis::rangeAt(*W.In, W.Held),
                        analysis::rangeAt(*W.In, W.Acquired)});
      if (A.Places++ == 0)
        A.Example = A.Kept.front().Function + " (" +
                    place(A.Kept.front().Acquired) + ")";
    }
    A.More = E.Witnesses.size() == analysis::LockGraph::MaxWitnesses;
    if (A.Places != 0)
      Picture.Arrows.push_back(std::move(A));
  }

  void markCycles() {
    std::vector<std::vector<uint32_t>> Next(Picture.Nodes.size());
    for (const LockPicture::Arrow &A : Picture.Arrows)
      Next[A.From].push_back(A.To);
    std::vector<uint32_t> Component(Next.size());
    uint32_t Number = 0;
    for (const auto &Members :
         analysis::stronglyConnected(Next.size(), [&](uint32_t V, size_t I) {
           return I < Next[V].size() ? Next[V][I] : analysis::NoNode;
         })) {
      for (uint32_t M : Members)
        Component[M] = Number;
      ++Number;
    }
    for (LockPicture::Arrow &A : Picture.Arrows)
      if (A.From != A.To && Component[A.From] == Component[A.To]) {
        A.OnCycle = true;
        Picture.Nodes[A.From].OnCycle = Picture.Nodes[A.To].OnCycle = true;
      }
  }

  void markWebs() {
    for (const web::Web &W : web::findWebs(F)) {
      if (!W.isTrouble())
        continue;
      for (const web::Owner &O : W.Owners)
        for (const LockClass &C : O.Locks)
          if (std::optional<uint32_t> Node = G.nodeOf(C))
            Picture.Nodes[*Node].Web = Picture.Webs.size();
      Picture.Webs.push_back({W.score(), W.hasCycle()});
    }
  }

  const analysis::Facts &F;
  const analysis::LockGraph &G;
};
} // namespace

/// Keeps the nodes for which \p Keep holds, sorted by name, and their arrows.
static LockPicture arranged(const LockPicture &P,
                            llvm::function_ref<bool(unsigned)> Keep) {
  std::vector<unsigned> Order;
  for (unsigned I = 0; I < P.Nodes.size(); ++I)
    if (Keep(I))
      Order.push_back(I);
  llvm::sort(Order, [&](unsigned A, unsigned B) {
    const LockPicture::Node &X = P.Nodes[A], &Y = P.Nodes[B];
    return std::tie(X.Owner, X.Lock, X.Where, A) <
           std::tie(Y.Owner, Y.Lock, Y.Where, B);
  });
  LockPicture Out;
  Out.Webs = P.Webs;
  std::map<unsigned, unsigned> New;
  for (unsigned I : Order) {
    New[I] = Out.Nodes.size();
    Out.Nodes.push_back(P.Nodes[I]);
  }
  for (LockPicture::Arrow A : P.Arrows) {
    auto From = New.find(A.From), To = New.find(A.To);
    if (From == New.end() || To == New.end())
      continue;
    A.From = From->second;
    A.To = To->second;
    Out.Arrows.push_back(std::move(A));
  }
  llvm::sort(Out.Arrows,
             [](const LockPicture::Arrow &A, const LockPicture::Arrow &B) {
               return std::tie(A.From, A.To) < std::tie(B.From, B.To);
             });
  return Out;
}

LockPicture LockPicture::of(const analysis::Facts &F, bool TroubleOnly) {
  const LockPicture All = Drawing(F).Picture;
  std::set<unsigned> Connected;
  for (const Arrow &A : All.Arrows) {
    Connected.insert(A.From);
    Connected.insert(A.To);
  }
  return arranged(All, [&](unsigned I) {
    return Connected.count(I) != 0 &&
           (!TroubleOnly || All.Nodes[I].OnCycle || All.Nodes[I].Web >= 0);
  });
}

} // namespace runnel::tool
