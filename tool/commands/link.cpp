//===- link.cpp - runnel link ---------------------------------------------===//

#include "tool/commands/Command.h"
#include "tool/commands/Extract.h"
#include "tool/edit/AtomicFile.h"

#include "checks/ir/Link.h"
#include "checks/ir/Serialize.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  if (A.Positional.empty()) {
    sayError("which modules? runnel link -o all.rir a.rir b.rir");
    return ExitTrouble;
  }
  std::vector<ir::Module> Modules;
  for (const std::string &File : A.Positional) {
    llvm::Expected<ir::Module> M = readModuleFile(File, File);
    if (!M)
      return fail(M.takeError());
    Modules.push_back(std::move(*M));
  }
  ir::Module Linked = ir::link(std::move(Modules));
  std::string Bytes;
  llvm::raw_string_ostream OS(Bytes);
  if (A.has("text"))
    ir::writeText(Linked, OS);
  else
    ir::writeBinary(Linked, OS);
  const std::string Out = A.get("output", "-").str();
  if (Out == "-") {
    llvm::outs() << Bytes;
    llvm::outs().flush();
    return ExitClean;
  }
  if (llvm::Error E = writeFileAtomically(Out, Bytes))
    return fail(std::move(E));
  return ExitClean;
}

static const OptionSpec Options[] = {
    {"output", 'o', "FILE", "where the module goes; default: stdout"},
    {"text", 0, nullptr, "its text form"},
};

static const CommandRegistration
    X({"link", "merge modules", "FILE.rir… [OPTION…]",
       "Merges modules. The order of files does not matter, merging merged "
       "modules is\nthe same as merging all at once.",
       "example:\n  runnel link -o all.rir a.rir b.rir && runnel check all.rir",
       Options, 70},
      run);

} // namespace runnel::tool
