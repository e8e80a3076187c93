//===- chan-closed-by-receiver.cpp - The wrong side closes ----------------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/Paths.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;
using ir::Op;

/// The receiver may stop before the senders do: it loops until something else
/// tells it to, or takes one of several values.
static bool mayStopEarly(const ChannelLife &C, const ChannelUse &Recv) {
  const ir::Function &F = *Recv.F;
  const ir::Event &E = Recv.event();
  if (Recv.inSelect())
    return E.Cases.size() > 1;
  if (E.has(ir::Try | ir::WithTimeout))
    return true;

  if (inLoop(F, Recv.At.Block)) {
    // As many receives as a counted loop has rounds: all that were sent.
    for (const ir::Block &Head : F.Blocks)
      if (Head.Trips.What != ir::TripCount::Unknown)
        return false;
    // A range-for ends when the channel is closed; with a break, before.
    return true;
  }
  return llvm::any_of(C.Uses, [&](const ChannelUse &U) {
    return U.What == ChannelUse::Send &&
           (U.Repeated || inLoop(*U.F, U.At.Block));
  });
}

/// The closing is known to come after the last send: somebody was waited for.
static bool orders(const ir::Event &E, ir::PlaceId Channel) {
  switch (E.What) {
  case Op::CountWait:
  case Op::Join:
    return true;
  case Op::Recv:
    return E.Subject != Channel;
  default:
    return false;
  }
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ChannelLife &C : channelLives(F.program())) {
    for (const ChannelUse &Close : C.Uses) {
      if (Close.What != ChannelUse::Close)
        continue;
      // Who sends?
      auto Sender = llvm::find_if(C.Uses, [&](const ChannelUse &U) {
        return U.What == ChannelUse::Send && U.F != Close.F &&
               (C.Field || U.Goroutine != Close.Goroutine) &&
               !U.event().has(ir::Try);
      });
      bool AlsoSends = llvm::any_of(C.Uses, [&](const ChannelUse &U) {
        return U.What == ChannelUse::Send && U.F == Close.F;
      });
      if (Sender == C.Uses.end() || AlsoSends)
        continue;
      const ChannelUse *Recv = nullptr;
      for (const ChannelUse &U : C.Uses) {
        if (U.What != ChannelUse::Recv || U.F != Close.F || !mayStopEarly(C, U))
          continue;
        auto Closed = [&](const ir::Event &E) { return &E == &Close.event(); };
        auto Ordered = [&](const ir::Event &E) {
          return orders(E, Close.Place);
        };
        bool Waited =
            !nextAfter(*Close.F, {0, ~0u}, Closed, Ordered).has_value();
        if (!Waited && nextAfter(*Close.F, U.At, Closed, Ordered))
          Recv = &U;
      }
      if (!Recv)
        continue;
      std::string Name = "'" + C.Id.str().str() + "'";
      Finding Found;
      Found.Check = "runnel-chan-closed-by-receiver";
      Found.Where = Close.event().Where;
      Found.Symbol = Close.F->Id.str().str() + "::" + C.Id.str().str();
      Found.Message = Name + " is closed by the one who receives from it: a "
                             "sender that is not done throws send_on_closed";
      Found.Notes.push_back({Recv->event().Where, "values are received here"});
      Found.Notes.push_back({Sender->event().Where, "and sent here"});
      Found.Notes.push_back(
          {Close.event().Where,
           "let the sender close, and tell it to stop by a context or by a "
           "channel of its own"});
      Out.push_back(std::move(Found));
    }
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-closed-by-receiver",
                                 Level::Default, run);

} // namespace runnel
