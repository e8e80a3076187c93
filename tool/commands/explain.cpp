//===- explain.cpp - runnel explain ---------------------------------------===//

#include "tool/commands/Command.h"
#include "tool/config/Nearest.h"
#include "tool/config/RunnelYaml.h"

#include "checks/Check.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  if (A.Positional.empty()) {
    sayError("which check? `runnel list` names them");
    return ExitTrouble;
  }
  bool First = true;
  for (std::string Name : A.Positional) {
    if (!llvm::StringRef(Name).starts_with("runnel-"))
      Name = "runnel-" + Name;
    const CheckInfo *C = findCheck(Name);
    if (!C) {
      std::vector<llvm::StringRef> Names;
      for (const CheckInfo &Known : allChecks())
        Names.push_back(Known.Name);
      sayError("no check '" + Name + "'" + didYouMean(Name, Names) +
               " (`runnel list` names them all)");
      return ExitTrouble;
    }
    if (!First)
      llvm::outs() << '\n';
    First = false;
    llvm::outs() << checkPage(C->Name).rtrim() << '\n';
  }
  return ExitClean;
}

static const CommandRegistration
    X({"explain",
       "what a check flags, why, and what to do instead",
       "CHECK…",
       "Prints the page of a check. The prefix runnel- may be left out.",
       "example:\n  runnel explain runnel-scope-join",
       {},
       30},
      run);

} // namespace runnel::tool
