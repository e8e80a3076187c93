//===- link.cpp - runnel link ---------------------------------------------===//

#include "tool/commands/Command.h"
#include "tool/commands/Extract.h"
#include "tool/edit/AtomicFile.h"

#include "checks/ir/Link.h"
#include "checks/ir/Serialize.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/StringSaver.h"

namespace runnel::tool {

static int run(const Arguments &A) {
  if (A.Positional.empty()) {
    sayError("which modules? runnel link -o all.rir a.rir b.rir");
    return ExitTrouble;
  }
  std::vector<ir::Module> Modules;
  std::vector<std::string> Files;
  for (const std::string &Word : A.Positional) {
    llvm::StringRef Name = Word;
    // A list of files, quoted as for a shell, where a command line would be too
    // long.
    if (!Name.consume_front("@")) {
      Files.push_back(Word);
      continue;
    }
    auto List = llvm::MemoryBuffer::getFile(Name);
    if (!List)
      return fail(
          llvm::createStringError(Name + ": " + List.getError().message()));
    llvm::BumpPtrAllocator Alloc;
    llvm::StringSaver Saver(Alloc);
    llvm::SmallVector<const char *> Names;
    llvm::cl::TokenizeGNUCommandLine((*List)->getBuffer(), Saver, Names);
    Files.insert(Files.end(), Names.begin(), Names.end());
  }
  for (const std::string &File : Files) {
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
    X({"link", "merge modules", "FILE.rir… [@LIST…] [OPTION…]",
       "Merges modules. The order of files does not matter, merging merged "
       "modules is\nthe same as merging all at once.",
       "example:\n  runnel link -o all.rir a.rir b.rir && runnel check all.rir",
       Options, 70},
      run);

} // namespace runnel::tool
