//===- Command.h - A subcommand, its options and the registry ---*- C++ -*-===//
//
// A command is one file of this folder that registers itself:
//
//   static int run(const Arguments &A);
//   static const CommandRegistration X({"list", "list the checks", ...}, run);
//
// Options are data, so that the parser, `--help` and shell completion come
// from one table. What a command shares with others (`check` and `fix`) is a
// table they both name.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_COMMANDS_COMMAND_H
#define RUNNEL_TOOL_COMMANDS_COMMAND_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace runnel::tool {

struct OptionSpec {
  const char *Long;          ///< without the dashes
  char Short = 0;            ///< 0: none
  const char *Arg = nullptr; ///< "GLOBS"; null: a switch
  const char *Help = "";
  const char *Values = nullptr; ///< "text|json": what Arg may be, if it is that
  bool Hidden = false;
};

class Arguments {
public:
  bool has(llvm::StringRef Long) const { return Values.contains(Long); }
  /// The last value given.
  llvm::StringRef get(llvm::StringRef Long, llvm::StringRef Default = "") const;
  std::vector<std::string> all(llvm::StringRef Long) const;
  /// The last of a pair of switches that exclude each other wins.
  bool laterThan(llvm::StringRef A, llvm::StringRef B) const;

  std::vector<std::string> Positional;
  bool DashDash = false;
  std::vector<std::string> After; ///< what stands behind `--`

private:
  struct Given {
    std::vector<std::string> Texts;
    unsigned Last = 0;
  };
  llvm::StringMap<Given> Values;
  friend llvm::Expected<Arguments>
  parseArguments(llvm::ArrayRef<OptionSpec> Specs,
                 llvm::ArrayRef<std::string> Words);
};

/// Unknown options are errors that name the nearest known one.
llvm::Expected<Arguments> parseArguments(llvm::ArrayRef<OptionSpec> Specs,
                                         llvm::ArrayRef<std::string> Words);

struct Command {
  const char *Name;
  const char *Summary; ///< one clause for `runnel --help`
  const char *Usage;   ///< "[PATH…] [OPTION…] [-- FLAGS]"
  const char *Description;
  const char *Epilogue = ""; ///< examples, below the options
  llvm::ArrayRef<OptionSpec> Options;
  int Order = 100;     ///< place in the list of commands
  bool Hidden = false; ///< of no use to people
};

using CommandFunction = int (*)(const Arguments &);

struct CommandRegistration {
  CommandRegistration(Command C, CommandFunction Run);
};

struct RegisteredCommand {
  Command What;
  CommandFunction Run;
};
/// In the order of the help.
llvm::ArrayRef<RegisteredCommand> allCommands();
const RegisteredCommand *findCommand(llvm::StringRef Name);

void printHelp(const Command &C, llvm::raw_ostream &OS);
void printOverview(llvm::raw_ostream &OS);

enum ExitStatus : int {
  ExitClean = 0,
  ExitFindings = 1,
  ExitTrouble = 2, ///< something could not be checked, or the call was wrong
};

/// `runnel: error: …` on stderr.
void sayError(const llvm::Twine &Message);
/// Prints what \p E holds and returns ExitTrouble.
int fail(llvm::Error E);

} // namespace runnel::tool

#endif
