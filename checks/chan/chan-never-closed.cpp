//===- chan-never-closed.cpp - Loops over channels that have no end -------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;
using ir::Op;

/// A loop that only the end of the channel ends.
static bool loopsToTheEnd(const ChannelUse &U) {
  if (U.What != ChannelUse::Recv || U.inSelect())
    return false;
  const ir::Function &F = *U.F;
  const ir::Event &E = U.event();
  // An end that can only receive: when the senders are gone it is closed.
  if (F.place(U.Place).Type.Is != ir::Role::Channel)
    return false;
  const ir::Block &Head = F.Blocks[U.At.Block];
  bool ToTheEnd =
      E.has(ir::Ranged) || (Head.Term == ir::Terminator::While &&
                            Head.Cond.What == ir::Condition::Received &&
                            !Head.Cond.Negated && U.waits());
  if (!ToTheEnd || Head.Succs.empty() || !inLoop(F, U.At.Block))
    return false;
  // A break, a return or an exception ends it too.
  return !reachesEnd(F, {Head.Succs[0], ~0u},
                     [&](const ir::Event &Each) { return &Each == &E; });
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ChannelLife &C : channelLives(F.program())) {
    if (C.Escapes || C.any(ChannelUse::Close) || !C.any(ChannelUse::Send))
      continue;
    // A select that receives from it beside the loop may be the one that ends
    // things; the loop still waits.
    for (const ChannelUse &U : C.Uses) {
      if (!loopsToTheEnd(U))
        continue;
      // Throwing leaves the loop.
      bool Throws = false;
      forEachEvent(*U.F, [&](Point, const ir::Event &E) {
        Throws |= E.What == Op::Throw;
      });
      if (Throws)
        continue;
      std::string Name = "'" + C.Id.str().str() + "'";
      Finding Found;
      Found.Check = "runnel-chan-never-closed";
      Found.Where = U.event().Where;
      Found.Symbol = U.F->Id.str().str() + "::" + C.Id.str().str();
      Found.Message =
          "this loop over " + Name + " never ends: nobody closes the channel";
      Found.Notes.push_back({C.Where, C.Field ? Name + " is declared here"
                                              : Name + " is made here"});
      Found.Notes.push_back(
          {C.first(ChannelUse::Send)->event().Where, "values are sent here"});
      Found.Notes.push_back(
          {C.first(ChannelUse::Send)->event().Where,
           "close " + Name + " after the last send, on every path"});
      Out.push_back(std::move(Found));
      break;
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-never-closed", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel
