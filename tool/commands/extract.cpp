//===- extract.cpp - runnel extract ---------------------------------------===//
//
// A pure action for build engines: one file's module from its command, the
// dependencies as a Makefile's. The output depends on the inputs alone: no
// clock, no absolute path below the root. A file that does not parse leaves a
// module of what there is, and exit status 0: a build engine keeps the action's
// result, and `runnel link` and `check` say what is missing.
//
//===----------------------------------------------------------------------===//

#include "tool/commands/Extract.h"
#include "tool/commands/CheckRun.h"
#include "tool/commands/EmitNinja.h"
#include "tool/driver/Paths.h"
#include "tool/edit/AtomicFile.h"

#include "checks/ir/Link.h"
#include "checks/ir/Serialize.h"

namespace runnel::tool {

// Spaces, '#' and '$' as make reads them.
static std::string makeEscaped(llvm::StringRef Path) {
  std::string Result;
  for (char C : Path) {
    if (C == ' ' || C == '#')
      Result += '\\';
    if (C == '$')
      Result += '$';
    Result += C;
  }
  return Result;
}

static llvm::Error writeDependencies(llvm::StringRef File,
                                     llvm::StringRef Target,
                                     const Extraction &E) {
  std::string Text = makeEscaped(Target) + ":";
  for (const Dependency &D : E.Dependencies)
    if (D.State == PathState::File && !D.Hash.empty())
      Text += " \\\n  " + makeEscaped(D.Path);
  Text += '\n';
  return writeFileAtomically(File, Text);
}

// The file a compile command is about: its last word that names a source.
static std::string sourceOf(const std::vector<std::string> &Command) {
  std::string File;
  for (size_t I = 0; I < Command.size(); ++I) {
    if (Command[I] == "-o" || Command[I] == "-MF" || Command[I] == "-MT" ||
        Command[I] == "-include" || Command[I] == "-isystem" ||
        Command[I] == "-I") {
      ++I;
      continue;
    }
    if (!llvm::StringRef(Command[I]).starts_with("-") && I > 0 &&
        fileExists(absolutePath(Command[I], currentDirectory())))
      File = Command[I];
  }
  return File;
}

static int run(const Arguments &Given) {
  if (Given.has("emit-ninja"))
    return emitNinja(Given);
  Arguments A = Given;
  if (A.Positional.empty() && A.DashDash) {
    std::string File = sourceOf(A.After);
    if (!File.empty())
      A.Positional.push_back(File);
  }
  if (A.Positional.size() != 1) {
    sayError("one source file, or a whole compile command after `--`: runnel "
             "extract -o a.rir -- g++ -c a.cpp");
    return ExitTrouble;
  }
  llvm::Expected<Extraction> E = extractModules(A);
  if (!E)
    return fail(E.takeError());
  for (const Problem &P : E->Problems) {
    llvm::errs() << "runnel: warning: " << P.File << ": " << P.Message << '\n';
    for (const std::string &D : P.Details)
      llvm::errs() << "  " << D << '\n';
  }
  if (E->Modules.empty())
    return ExitTrouble;
  std::string Bytes;
  llvm::raw_string_ostream OS(Bytes);
  // A file listed with several commands is one module.
  ir::writeBinary(E->Modules.size() == 1 ? std::move(E->Modules.front())
                                         : ir::link(std::move(E->Modules)),
                  OS);
  const std::string Out = A.get("output", "-").str();
  if (Out == "-") {
    llvm::outs() << Bytes;
    llvm::outs().flush();
  } else if (llvm::Error Failure = writeFileAtomically(Out, Bytes)) {
    return fail(std::move(Failure));
  }
  if (A.has("deps"))
    if (llvm::Error Failure = writeDependencies(A.get("deps"), Out, *E))
      return fail(std::move(Failure));
  return ExitClean;
}

static const OptionSpec Own[] = {
    {"output", 'o', "FILE", "where the module goes; default: stdout"},
    {"deps", 0, "FILE", "a Makefile rule that lists what was read"},
    {"emit-ninja", 0, nullptr,
     "write a Ninja file that extracts every unit of the project, links them "
     "and checks; -o: where, default runnel.ninja beside the compile database"},
};

static const CommandRegistration
    X({"extract", "make the module of one file, for build systems",
       "[FILE] [OPTION…] -- COMMAND",
       "Writes the module (.rir) of one file, given its compile command. "
       "Modules are\nmerged by `runnel link` and checked by `runnel check "
       "ALL.rir`.",
       "example:\n  runnel extract -o a.rir --deps a.d -- g++ -std=c++20 -c "
       "a.cpp\n"
       "  runnel extract --emit-ninja -p build && ninja -C build "
       "-f runnel.ninja",
       withRunOptions(Own), 60},
      run);

} // namespace runnel::tool
