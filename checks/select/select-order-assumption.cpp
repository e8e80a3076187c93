//===- select-order-assumption.cpp - Cases have no order ------------------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;
using ir::Op;

/// Two cases of a select receive from one channel, or send on one: the second
/// is as likely as the first.
static void twice(const ir::Function &F, const ir::Event &E,
                  std::vector<Finding> &Out) {
  for (size_t I = 0; I != E.Cases.size(); ++I)
    for (size_t J = 0; J != I; ++J) {
      const ir::SelectCase &A = E.Cases[J], &B = E.Cases[I];
      if (A.How != B.How || A.Channel == ir::NoPlace ||
          A.Channel != B.Channel ||
          (A.How != ir::SelectCase::Recv && A.How != ir::SelectCase::Send) ||
          F.place(A.Channel).Root == ir::Place::Unknown)
        continue;
      Finding Found;
      Found.Check = "runnel-select-order-assumption";
      Found.Where = B.Where;
      Found.Symbol = F.Id.str().str();
      Found.Message =
          std::string("two cases of this select ") +
          (A.How == ir::SelectCase::Recv ? "receive from" : "send on") +
          " the same channel: which of them wins is a matter of chance";
      Found.Notes.push_back({A.Where, "this is the other"});
      Found.Notes.push_back(
          {B.Where, "cases are chosen at random among those that are ready: "
                    "keep one of the two"});
      Out.push_back(std::move(Found));
      return;
    }
}

/// Values may still lie in a buffer when the channel that says "stop" is ready
/// too: whoever sent them first and stopped then assumes an order.
static void stopOvertakes(const ir::Program &P, std::vector<Finding> &Out) {
  std::vector<ChannelLife> All = channelLives(P);
  for (const ChannelLife &Jobs : All) {
    if (Jobs.Capacity.value_or(0) == 0)
      continue;
    for (const ChannelLife &Stop : All) {
      if (&Stop == &Jobs || (!Stop.Maker != !Jobs.Maker) ||
          Stop.Maker != Jobs.Maker || Stop.Record != Jobs.Record)
        continue;
      // Sent, then stopped, by one function.
      const ChannelUse *Sent = nullptr, *Stopped = nullptr;
      for (const ChannelUse &S : Jobs.Uses)
        for (const ChannelUse &T : Stop.Uses) {
          if (S.What != ChannelUse::Send || S.F != T.F ||
              T.What == ChannelUse::Recv || T.inSelect())
            continue;
          auto IsStop = [&](const ir::Event &E) { return &E == &T.event(); };
          auto Waits = [](const ir::Event &E) {
            return E.What == Op::Recv || E.What == Op::Join ||
                   E.What == Op::CountWait || E.What == Op::Select;
          };
          if (nextAfter(*S.F, S.At, IsStop, Waits)) {
            Sent = &S;
            Stopped = &T;
          }
        }
      if (!Sent)
        continue;
      for (const ChannelUse &R : Jobs.Uses) {
        if (R.What != ChannelUse::Recv || !R.inSelect() || R.F == Sent->F)
          continue;
        auto Other = llvm::find_if(Stop.Uses, [&](const ChannelUse &U) {
          return U.What == ChannelUse::Recv && U.F == R.F && U.At == R.At;
        });
        // It drains what is left elsewhere.
        bool Drains = llvm::any_of(Jobs.Uses, [&](const ChannelUse &U) {
          return U.What == ChannelUse::Recv && U.F == R.F && U.At != R.At;
        });
        if (Other == Stop.Uses.end() || Drains || !inLoop(*R.F, R.At.Block))
          continue;
        std::string J = "'" + Jobs.Id.str().str() + "'";
        std::string S = "'" + Stop.Id.str().str() + "'";
        Finding Found;
        Found.Check = "runnel-select-order-assumption";
        Found.Where = R.event().Where;
        Found.Symbol = R.F->Id.str().str();
        Found.Message = "this select may take " + S +
                        " while values still lie in " + J + ": they are lost";
        Found.Notes.push_back({Sent->event().Where, "values are sent on " + J +
                                                        " here, into its "
                                                        "buffer"});
        Found.Notes.push_back(
            {Stopped->event().Where, "and " + S +
                                         " is made ready after that, "
                                         "which does not make it later"});
        Found.Notes.push_back(
            {R.event().Where, "close " + J +
                                  " instead and loop over it, or "
                                  "receive what is left when " +
                                  S + " wins"});
        Out.push_back(std::move(Found));
        break;
      }
    }
  }
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    forEachEvent(Fn, [&](Point, const ir::Event &E) {
      if (E.What == Op::Select)
        twice(Fn, E, Out);
    });
  stopOvertakes(F.program(), Out);
  return Out;
}

static const CheckRegistration X("runnel-select-order-assumption",
                                 Level::Advice, run);

} // namespace runnel
