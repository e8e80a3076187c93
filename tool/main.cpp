//===- main.cpp - The runnel command line ---------------------------------===//
//
// Finds the command, parses its options, runs it. Everything else is in
// commands/.
//
//===----------------------------------------------------------------------===//

#include "tool/commands/Command.h"
#include "tool/config/Nearest.h"

#include <csignal>

using namespace runnel::tool;

// What could not be written is trouble, unless whoever read us (`| head`) has
// seen enough. LLVM's stream would end the process with a message of its own.
static int finish(int Status) {
  llvm::outs().flush();
  if (!llvm::outs().has_error())
    return Status;
  const std::error_code EC = llvm::outs().error();
  llvm::outs().clear_error();
  if (EC == std::errc::broken_pipe)
    return Status;
  sayError("cannot write to the standard output: " + EC.message());
  return ExitTrouble;
}

static int runCommand(int Argc, char **Argv);

int main(int Argc, char **Argv) { return finish(runCommand(Argc, Argv)); }

static int runCommand(int Argc, char **Argv) {
  // `runnel list | head` is no reason to die half-way through a report file.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> Words(Argv + 1, Argv + Argc);
  if (Words.empty()) {
    printOverview(llvm::errs());
    return ExitTrouble;
  }
  const std::string First = Words.front();
  Words.erase(Words.begin());
  if (First == "--version" || First == "version") {
    llvm::outs() << "runnel " RUNNEL_VERSION " (LLVM " << LLVM_VERSION_STRING
                 << ")\n";
    return ExitClean;
  }
  if (First == "help" && !Words.empty()) {
    if (const RegisteredCommand *C = findCommand(Words.front())) {
      printHelp(C->What, llvm::outs());
      return ExitClean;
    }
    sayError("no command '" + Words.front() + "'");
    return ExitTrouble;
  }
  if (First == "--help" || First == "-h" || First == "help") {
    printOverview(llvm::outs());
    return ExitClean;
  }
  const RegisteredCommand *C = findCommand(First);
  if (!C) {
    std::vector<llvm::StringRef> Names;
    for (const RegisteredCommand &Known : allCommands())
      if (!Known.What.Hidden)
        Names.push_back(Known.What.Name);
    sayError("no command '" + First + "'" + didYouMean(First, Names) +
             "\nrun `runnel --help` for the list");
    return ExitTrouble;
  }
  for (const std::string &W : Words) {
    if (W == "--")
      break;
    if (W == "--help" || W == "-h") {
      printHelp(C->What, llvm::outs());
      return ExitClean;
    }
  }
  llvm::Expected<Arguments> A = parseArguments(C->What.Options, Words);
  if (!A) {
    sayError(llvm::toString(A.takeError()) + "\nrun `runnel " + First +
             " --help` for the options");
    return ExitTrouble;
  }
  return C->Run(*A);
}
