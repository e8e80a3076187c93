//===- web-lock-order-cycle.cpp - Locks acquired in a circle --------------===//

#include "checks/Check.h"
#include "checks/web/PlainGuard.h"
#include "checks/web/Story.h"

#include "llvm/ADT/STLExtras.h"

#include <set>

namespace runnel {

using analysis::Facts;
using analysis::LockEdge;
using analysis::LockGraph;
using analysis::LockWitness;

namespace {
class CycleFindings {
public:
  CycleFindings(const Facts &F) : F(F), G(F.lockGraph()) {}

  std::vector<Finding> run() {
    for (const std::vector<uint32_t> &Cycle : G.cycles())
      if (!hasShortCut(Cycle))
        circle(Cycle);
    for (const LockEdge &E : G.edges())
      if (E.From == E.To && E.How == LockEdge::OtherObject)
        pair(E);
    return std::move(Out);
  }

private:
  std::string name(uint32_t Node) const {
    return className(F.program(), G.nodes()[Node]);
  }

  /// A circle around one that is reported already: where A is locked under C,
  /// too, A, B, C in a circle is A and C in either order.
  bool hasShortCut(const std::vector<uint32_t> &Cycle) const {
    std::set<uint32_t> Nodes;
    for (uint32_t Id : Cycle)
      Nodes.insert(G.edges()[Id].From);
    return llvm::any_of(Reported, [&](const std::set<uint32_t> &Inner) {
      return std::includes(Nodes.begin(), Nodes.end(), Inner.begin(),
                           Inner.end());
    });
  }

  void circle(const std::vector<uint32_t> &Cycle) {
    std::vector<const LockWitness *> Witnesses;
    std::vector<std::string> Names;
    for (uint32_t Id : Cycle) {
      const LockEdge &E = G.edges()[Id];
      const LockWitness *W = web::believed(F, E);
      if (!W)
        return;
      Witnesses.push_back(W);
      Names.push_back(name(E.From));
    }
    // One that depends on which overrider runs may happen; that two of them do
    // in one program, with the objects in a circle, is a guess.
    if (llvm::count_if(Witnesses,
                       [](const LockWitness *W) { return !W->How.Sure; }) > 1)
      return;
    std::set<uint32_t> Nodes;
    for (uint32_t Id : Cycle)
      Nodes.insert(G.edges()[Id].From);
    Reported.push_back(std::move(Nodes));

    Finding Found;
    Found.Check = "runnel-web-lock-order-cycle";
    Found.Where =
        analysis::rangeAt(*Witnesses.front()->In, Witnesses.front()->Acquired);
    Found.Message =
        Cycle.size() == 2
            ? web::enumerate(Names) + " are locked in either order: two "
                                      "threads can wait for each other for ever"
            : web::enumerate(Names) + " are locked in a circle: threads that "
                                      "hold one each can wait for ever";
    for (size_t I = 0; I < Cycle.size(); ++I)
      web::tell(F, *Witnesses[I], Names[I], name(G.edges()[Cycle[I]].To),
                Found.Notes);
    Found.Notes.push_back(
        {analysis::rangeAt(*Witnesses.back()->In, Witnesses.back()->Acquired),
         "take them in one order everywhere, or both at once with "
         "'std::scoped_lock', or unlock '" +
             Names.back() + "' before this"});
    for (const std::string &N : Names)
      Found.Symbol += (Found.Symbol.empty() ? "" : ", ") + N;
    Out.push_back(std::move(Found));
  }

  /// Two names a caller may give to any two objects, in any order.
  static bool isInterchangeable(const LockWitness &W) {
    auto Free = [](const ir::Place &P) {
      return P.Root == ir::Place::This || P.Root == ir::Place::Param;
    };
    return Free(W.First) && Free(W.Second) && W.First.Path == W.Second.Path &&
           !(W.First.Root == W.Second.Root && W.First.Index == W.Second.Index);
  }

  /// `child.setParent(this)`: whoever is told of this object is below it, and
  /// the same two do not meet the other way round.
  static bool isHierarchy(const LockWitness &W) {
    const ir::Event &E = analysis::eventAt(*W.In, W.Acquired);
    return W.First.Root == ir::Place::This &&
           llvm::any_of(E.Args, [&](const ir::Operand &A) {
             return A.How == ir::Operand::PlaceArg && A.Place != ir::NoPlace &&
                    W.In->place(A.Place).Root == ir::Place::This &&
                    W.In->place(A.Place).Path.empty();
           });
  }

  /// Guards that stand directly one after the other are the business of
  /// web-sequential-guards, which can mend them.
  static bool isSideBySide(const LockWitness &W) {
    if (W.How.Via || !W.Held.valid() || W.Held.Block != W.Acquired.Block)
      return false;
    const ir::Block &B = W.In->Blocks[W.Held.Block];
    if (!web::isPlainGuard(*W.In, B.Events[W.Held.Index]) ||
        !web::isPlainGuard(*W.In, B.Events[W.Acquired.Index]))
      return false;
    for (uint32_t I = W.Held.Index + 1; I < W.Acquired.Index; ++I)
      if (!web::isPreparation(B, I))
        return false;
    return true;
  }

  void pair(const LockEdge &E) {
    for (const LockWitness &W : E.Witnesses) {
      // Another overrider may run, of objects of another class.
      if (!W.How.Sure || !isInterchangeable(W) || isHierarchy(W) ||
          isSideBySide(W) || !web::isBelieved(F, W))
        continue;
      const std::string First = analysis::pretty(*W.In, W.First),
                        Second = analysis::pretty(*W.In, W.Second);
      Finding Found;
      Found.Check = "runnel-web-lock-order-cycle";
      Found.Where = analysis::rangeAt(*W.In, W.Acquired);
      Found.Message = "'" + First + "' and '" + Second + "' are '" +
                      name(E.From) +
                      "' of two objects, locked in the order of the call: a "
                      "call the other way round can wait for ever";
      web::tell(F, W, First, Second, Found.Notes);
      Found.Notes.push_back(
          {Found.Where, "lock both at once with 'std::scoped_lock', or in the "
                        "order of their addresses"});
      Found.Symbol = web::functionName(F.program(), *W.In);
      Out.push_back(std::move(Found));
    }
  }

  const Facts &F;
  const LockGraph &G;
  std::vector<std::set<uint32_t>> Reported;
  std::vector<Finding> Out;
};
} // namespace

static std::vector<Finding> run(const Facts &F, const Options &) {
  return CycleFindings(F).run();
}

static const CheckRegistration X("runnel-web-lock-order-cycle", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel
