//===- ir.cpp - runnel ir -------------------------------------------------===//

#include "tool/commands/CheckRun.h"
#include "tool/commands/Extract.h"

#include "checks/ir/Serialize.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  if (A.Positional.empty()) {
    sayError("which file? runnel ir a.cpp -- -std=c++20");
    return ExitTrouble;
  }
  llvm::Expected<Extraction> E = extractModules(A);
  if (!E)
    return fail(E.takeError());
  for (const ir::Module &M : E->Modules)
    ir::writeText(M, llvm::outs());
  llvm::outs().flush();
  for (const Problem &P : E->Problems) {
    llvm::errs() << "runnel: warning: " << P.File << ": " << P.Message << '\n';
    for (const std::string &D : P.Details)
      llvm::errs() << "  " << D << '\n';
  }
  return E->Problems.empty() ? ExitClean : ExitTrouble;
}

static const CommandRegistration X(
    {"ir", "print what the checks see of a file", "FILE… [OPTION…] [-- FLAGS]",
     "Prints the concurrency IR of files, or the text form of .rir files.",
     "example:\n  runnel ir a.cpp -- -std=c++20", runOptions(), 50},
    run);

} // namespace runnel::tool
