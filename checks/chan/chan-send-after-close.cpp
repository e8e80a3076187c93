//===- chan-send-after-close.cpp - Sends on a channel that is closed ---===//

#include "checks/Check.h"
#include "checks/analysis/Closing.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/ProtocolExplore.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel {

using namespace analysis;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  auto Wanted = [](const ir::Event &E) {
    return E.What == ir::Op::Send && !E.has(ir::Try);
  };
  for (const ir::Function &Fn : F.program().module().Functions)
    for (const AfterClose &Each : afterClose(Fn, Wanted)) {
      const ir::Event &Then = eventAt(Fn, Each.Then);
      std::string Name = Then.Spelling ? Then.Spelling.str().str() : "channel";
      Finding Found;
      Found.Check = "runnel-chan-send-after-close";
      Found.Where = Then.Where;
      Found.Symbol = Fn.Id.str().str() + "::" + Name;
      Found.Message =
          "'" + Name + "' is closed already: this send throws send_on_closed";
      Found.Notes.push_back({rangeAt(Fn, Each.Close), "it is closed here"});
      Found.Notes.push_back(
          {Then.Where, "close after the last send, or tell the sender by a "
                       "context that nobody listens any more"});
      Out.push_back(std::move(Found));
    }
  // In other orders, of several functions and goroutines.
  for (const protocol::Misused &Each : F.protocols({}).Misuses) {
    if (Each.E->What != ir::Op::Send ||
        llvm::any_of(Out, [&](const Finding &Old) {
          return Old.Where == Each.E->Where;
        }))
      continue;
    std::string Name = Each.Channel       ? Each.Channel.str().str()
                       : Each.E->Spelling ? Each.E->Spelling.str().str()
                                          : "channel";
    Finding Found;
    Found.Check = "runnel-chan-send-after-close";
    Found.Where = Each.E->Where;
    Found.Symbol = Each.F->Id.str().str() + "::" + Name;
    Found.Message =
        "'" + Name +
        "' can be closed before this send, which then throws send_on_closed";
    Found.Notes.push_back({Each.Closed->Where, "it is closed here"});
    Found.Notes.push_back(
        {Each.Scope->Where, "as seen in '" + Each.Scope->Id.str().str() + "'"});
    Found.Notes.push_back({Each.E->Where,
                           "close after the last send, or tell the sender by a "
                           "context that nobody listens any more"});
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-chan-send-after-close", Level::Default,
                                 run);

} // namespace runnel
