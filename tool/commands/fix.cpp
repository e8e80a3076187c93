//===- fix.cpp - runnel fix -----------------------------------------------===//

#include "tool/commands/CheckRun.h"

#include "tool/edit/ApplyFixes.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return fail(Request.takeError());
  llvm::Expected<RunResult> Result = runChecks(*Request);
  if (!Result)
    return fail(Result.takeError());
  if (Result->Interrupted)
    dieOf(Result->Interrupted);
  sayNotes(*Result, A);
  FixOutcome Plan = planFixes(Result->What);
  llvm::outs() << Plan.Diff;
  llvm::outs().flush();
  if (!A.has("dry-run"))
    if (llvm::Error E = applyFixes(Plan))
      return fail(std::move(E));
  sayProblems(*Result);
  sayFixes(Plan, A.has("dry-run"), llvm::errs());
  if (Plan.Fixed.empty() && !A.has("quiet"))
    llvm::errs() << "runnel: nothing to fix\n";
  if (A.has("stats"))
    sayStats(Result->Stats);
  if (!Result->What.Problems.empty())
    return ExitTrouble;
  const size_t Fixed = A.has("dry-run") ? 0 : Plan.Fixed.size();
  return Result->What.shown() > Fixed ? ExitFindings : ExitClean;
}

static const OptionSpec Own[] = {
    {"dry-run", 'n', nullptr, "print the diff, change nothing"},
};

static const CommandRegistration
    X({"fix", "apply the fixes findings come with",
       "[PATH…] [OPTION…] [-- FLAGS]",
       "Applies fixes and prints what it changed as a diff. A fix is applied "
       "whole or not\nat all; of two that overlap, the first. Run it again "
       "until nothing is left to fix,\nand read the diff as you would a "
       "colleague's.",
       "examples:\n"
       "  runnel fix --checks='-*,runnel-scope-too-wide' src/net\n"
       "  runnel fix -n            what would change\n"
       "\n"
       "exit status: 0 no findings left, 1 findings left, 2 trouble",
       withRunOptions(Own), 20},
      run);

} // namespace runnel::tool
