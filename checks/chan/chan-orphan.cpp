//===- chan-orphan.cpp - Channels with one side only ----------------------===//

#include "checks/Check.h"
#include "checks/analysis/ChannelUses.h"
#include "checks/analysis/Facts.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

/// The one side that there is waits, and nobody ever comes.
static bool oneSided(const ChannelLife &C, ChannelUse::Kind Side) {
  if (!C.any(Side))
    return false;
  // A case that never becomes ready is a way to switch it off, and a value that
  // is only tried to be handed over may be lost.
  return llvm::any_of(
      C.Uses, [&](const ChannelUse &U) { return U.What == Side && U.waits(); });
}

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  for (const ChannelLife &C : channelLives(F.program())) {
    if (C.Escapes || C.OtherUse ||
        (C.Field && !F.program().whole() &&
         C.Field->Visible != ir::Access::Private))
      continue;
    bool Sends = C.any(ChannelUse::Send), Receives = C.any(ChannelUse::Recv);
    bool Closes = C.any(ChannelUse::Close);
    const ChannelUse *Shown = nullptr;
    std::string What, Why, Instead;
    std::string Name = "'" + C.Id.str().str() + "'";
    if (Sends && !Receives && oneSided(C, ChannelUse::Send)) {
      Shown = C.first(ChannelUse::Send);
      What = "nobody receives from " + Name;
      Why = "what is sent here is never taken";
      Instead = C.Capacity.value_or(1) > 0
                    ? "receive from it, or leave it out: once its buffer is "
                      "full, senders wait for ever"
                    : "receive from it, or leave it out: this send waits for "
                      "ever";
    } else if (Receives && !Sends && !Closes && oneSided(C, ChannelUse::Recv)) {
      Shown = C.first(ChannelUse::Recv);
      What = "nobody sends on " + Name + " or closes it";
      Why = "this receive waits for ever";
      Instead = "send on it, or close it when what is waited for has happened";
    } else {
      continue;
    }
    Finding Found;
    Found.Check = "runnel-chan-orphan";
    Found.Where = C.Where;
    Found.Symbol = C.Record ? C.Record->Id.str().str() + "::" + C.Id.str().str()
                            : C.Maker->Id.str().str() + "::" + C.Id.str().str();
    Found.Message = What;
    Found.Notes.push_back({Shown->event().Where, Why});
    Found.Notes.push_back({C.Where, Instead});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-orphan", Level::Default, run, {},
                                 /*WholeProgram=*/true);

} // namespace runnel
