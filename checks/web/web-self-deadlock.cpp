//===- web-self-deadlock.cpp - A mutex locked again by its holder ---------===//

#include "checks/Check.h"
#include "checks/web/Story.h"

#include <set>

namespace runnel {

using analysis::Facts;
using analysis::LockWitness;
using analysis::Reentry;

static std::vector<Finding> run(const Facts &F, const Options &) {
  std::vector<Finding> Out;
  std::set<std::pair<const ir::Function *, analysis::Point>> Seen;
  for (const Reentry &R : F.lockGraph().reentries()) {
    const LockWitness &W = R.How;
    if (R.Recursive || (W.FirstShared && W.SecondShared) ||
        !web::isSurelyNotRecursive(F.program(), W.First.Type) ||
        !web::isBelieved(F, W) || !Seen.insert({W.In, W.Acquired}).second)
      continue;
    const std::string Lock = web::lockName(F.program(), *W.In, W.First);
    const std::string Who = web::functionName(F.program(), *W.In);
    Finding Found;
    Found.Check = "runnel-web-self-deadlock";
    Found.Where = analysis::rangeAt(*W.In, W.Acquired);
    const bool Upgrade = W.FirstShared && !W.SecondShared;
    Found.Message =
        "'" + Lock + "' is locked " +
        (Upgrade ? "for writing by '" + Who + "', which holds it for reading"
                 : "again by '" + Who + "', which holds it already") +
        (W.How.Via
             ? ", through '" + web::functionName(F.program(), *W.How.Via) + "'"
             : std::string());
    web::tell(F, W, Lock, Lock, Found.Notes);
    Found.Notes.push_back(
        {Found.Where,
         W.How.Via ? "unlock '" + Lock +
                         "' before the call, or call a private helper that "
                         "expects it to be locked"
                   : "remove this lock, or unlock the first before it"});
    Found.Symbol = Who;
    Out.push_back(std::move(Found));
  }
  return Out;
}

static const CheckRegistration X("runnel-web-self-deadlock", Level::Default,
                                 run, {}, /*WholeProgram=*/true);

} // namespace runnel
