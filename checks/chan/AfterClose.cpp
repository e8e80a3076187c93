//===- AfterClose.cpp - What happens to a channel once closed -------------===//

#include "checks/chan/AfterClose.h"
#include "checks/analysis/Closing.h"
#include "checks/analysis/ProtocolExplore.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::chan {

using namespace analysis;

static std::string nameOf(const ir::Event &E, ir::Name Channel = {}) {
  return Channel      ? Channel.str().str()
         : E.Spelling ? E.Spelling.str().str()
                      : "channel";
}

static Finding found(const ir::Function &F, const ir::Event &E,
                     const std::string &Name, const char *What,
                     const AfterCloseWords &Words) {
  Finding Out;
  Out.Check = Words.Check;
  Out.Where = E.Where;
  Out.Symbol = F.Id.str().str() + "::" + Name;
  Out.Message = "'" + Name + "' " + What;
  return Out;
}

std::vector<Finding> afterCloseFindings(const Facts &F, EventTest Wanted,
                                        const AfterCloseWords &Words) {
  std::vector<Finding> Out;
  for (const ir::Function &Fn : F.program().module().Functions)
    for (const AfterClose &Each : afterClose(Fn, Wanted)) {
      const ir::Event &Then = eventAt(Fn, Each.Then);
      Out.push_back(found(Fn, Then, nameOf(Then), Words.Sure, Words));
      Out.back().Notes.push_back(
          {rangeAt(Fn, Each.Close), "it is closed here"});
      Out.back().Notes.push_back({Then.Where, Words.Instead});
    }
  for (const protocol::Misused &Each : F.protocols({}).Misuses) {
    if (!Wanted(*Each.E) || llvm::any_of(Out, [&](const Finding &Old) {
          return Old.Where == Each.E->Where;
        }))
      continue;
    Out.push_back(found(*Each.F, *Each.E, nameOf(*Each.E, Each.Channel),
                        Words.May, Words));
    Out.back().Notes.push_back({Each.Closed->Where, "it is closed here"});
    Out.back().Notes.push_back(
        {Each.Scope->Where, "as seen in '" + Each.Scope->Id.str().str() + "'"});
    Out.back().Notes.push_back({Each.E->Where, Words.Instead});
  }
  return Out;
}

} // namespace runnel::chan
