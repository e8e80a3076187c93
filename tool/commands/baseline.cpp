//===- baseline.cpp - runnel baseline -------------------------------------===//

#include "tool/commands/CheckRun.h"

#include "tool/driver/Paths.h"
#include "tool/edit/AtomicFile.h"
#include "tool/report/Baseline.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return fail(Request.takeError());
  if (!Request->Units.Paths.empty()) {
    sayError("a baseline is of the whole project; leave out " +
             Request->Units.Paths.front());
    return ExitTrouble;
  }
  llvm::Expected<RunResult> Result = runChecks(*Request);
  if (!Result)
    return fail(Result.takeError());
  if (Result->Interrupted)
    dieOf(Result->Interrupted);
  sayNotes(*Result, A);
  sayProblems(*Result);
  const std::string File = baselinePath(A, *Result, /*Default=*/true);
  const Baseline Now = Baseline::of(Result->What);
  Baseline Next = Now;
  if (fileExists(File)) {
    llvm::Expected<Baseline> Old = Baseline::read(File);
    if (!Old)
      return fail(Old.takeError());
    const uint32_t Added = Old->addedBy(Now);
    if (!A.has("add-new")) {
      // With part of the program unchecked, nothing can be told to be fixed.
      if (!Result->Whole) {
        sayError("not all of the program was checked; " + File +
                 " stays as it is");
        return ExitTrouble;
      }
      Next = std::move(*Old);
      Next.shrinkTo(Now);
    }
    if (Added && !A.has("add-new"))
      llvm::errs() << "runnel: " << Added
                   << (Added == 1 ? " finding is" : " findings are")
                   << " not in the baseline and not added to it; fix them, "
                      "or say --add-new\n";
    else if (Added)
      llvm::errs() << "runnel: " << Added
                   << " new findings enter the baseline\n";
  }
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  Next.write(OS);
  if (llvm::Error E = writeFileAtomically(File, Text, /*Durable=*/true))
    return fail(std::move(E));
  uint32_t Count = 0;
  for (const auto &[K, E] : Next.Entries)
    Count += E.Count;
  if (!A.has("quiet"))
    llvm::errs() << "runnel: " << spell(File, currentDirectory()) << " holds "
                 << Count << (Count == 1 ? " finding\n" : " findings\n");
  if (!Result->What.Problems.empty())
    return ExitTrouble;
  return Next.addedBy(Now) ? ExitFindings : ExitClean;
}

static const OptionSpec Own[] = {
    {"output", 'o', "FILE",
     "the baseline; default: .runnel-baseline.json at the project's root"},
    {"add-new", 0, nullptr, "take in findings that are not in it yet"},
};

static const CommandRegistration X(
    {"baseline", "write down today's findings, to fix them one by one",
     "[OPTION…]",
     "Writes the findings of the project into a baseline. Where there is one "
     "already,\ntakes out what has been fixed and adds nothing, unless "
     "--add-new says so.\n`runnel check --baseline` is then silent on what it "
     "holds, and reports entries\nthat are fixed.",
     "exit status: 0 written, 1 written, but there are findings it does not "
     "hold, 2 trouble",
     withRunOptions(Own), 35},
    run);

} // namespace runnel::tool
