//===- completion.cpp - runnel completion ---------------------------------===//
//
// Shell completion, made from the tables of options: it cannot know of an
// option that does not exist, or miss one that does.
//
//===----------------------------------------------------------------------===//

#include "tool/commands/Command.h"

#include "checks/Check.h"
#include "tool/report/Report.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace runnel::tool {

namespace {
enum class ValueKind { None, Words, File, Folder, Format, Text };

ValueKind kindOf(const OptionSpec &S) {
  if (!S.Arg)
    return ValueKind::None;
  if (S.Values)
    return ValueKind::Words;
  llvm::StringRef Arg = S.Arg;
  return llvm::StringSwitch<ValueKind>(Arg)
      .Case("DIR", ValueKind::Folder)
      .Case("FILE", ValueKind::File)
      .Case("NAME[:FILE]", ValueKind::Format)
      .Default(ValueKind::Text);
}

std::string formats(const char *Separator) {
  std::string Result;
  for (const FormatInfo &F : allFormats())
    Result += (Result.empty() ? "" : Separator) + F.Name.str();
  return Result;
}

std::string wordsOf(const OptionSpec &S, const char *Separator) {
  if (kindOf(S) == ValueKind::Format)
    return formats(Separator);
  llvm::SmallVector<llvm::StringRef> Words;
  llvm::StringRef(S.Values).split(Words, '|');
  return llvm::join(Words, Separator);
}

std::vector<const Command *> shownCommands() {
  std::vector<const Command *> Result;
  for (const RegisteredCommand &C : allCommands())
    if (!C.What.Hidden)
      Result.push_back(&C.What);
  return Result;
}

// `explain` takes checks; what else there is to complete are files.
bool takesChecks(const Command &C) {
  return llvm::StringRef(C.Name) == "explain";
}

void bash(llvm::raw_ostream &OS) {
  OS << "# bash completion for runnel; made by `runnel completion bash`\n"
        "_runnel() {\n"
        "  local cur prev words cword\n"
        "  if declare -F _init_completion >/dev/null; then\n"
        "    _init_completion -s || return\n"
        "  else\n"
        "    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    words=(\"${COMP_WORDS[@]}\") cword=$COMP_CWORD\n"
        "  fi\n"
        "  local options=\n"
        "  if [ \"$cword\" -eq 1 ]; then\n"
        "    COMPREPLY=($(compgen -W '";
  for (const Command *C : shownCommands())
    OS << C->Name << ' ';
  OS << "--help --version' -- \"$cur\"))\n    return\n  fi\n"
        "  case ${words[1]}:$prev in\n";
  for (const Command *C : shownCommands())
    for (const OptionSpec &S : C->Options) {
      if (S.Hidden || kindOf(S) == ValueKind::None)
        continue;
      OS << "    " << C->Name << ":--" << S.Long;
      if (S.Short)
        OS << '|' << C->Name << ":-" << S.Short;
      OS << ") ";
      switch (kindOf(S)) {
      case ValueKind::Words:
      case ValueKind::Format:
        OS << "COMPREPLY=($(compgen -W '" << wordsOf(S, " ")
           << "' -- \"$cur\"))";
        break;
      case ValueKind::Folder:
        OS << "COMPREPLY=($(compgen -d -- \"$cur\"))";
        break;
      case ValueKind::File:
        OS << "COMPREPLY=($(compgen -f -- \"$cur\"))";
        break;
      default:
        OS << "COMPREPLY=()";
      }
      OS << "; return ;;\n";
    }
  OS << "  esac\n  case ${words[1]} in\n";
  for (const Command *C : shownCommands()) {
    OS << "    " << C->Name << ") options='";
    for (const OptionSpec &S : C->Options)
      if (!S.Hidden)
        OS << "--" << S.Long << ' ';
    OS << "--help'";
    if (takesChecks(*C)) {
      OS << "; [[ $cur == -* ]] || { COMPREPLY=($(compgen -W '";
      for (const CheckInfo &Check : allChecks())
        OS << Check.Name << ' ';
      OS << "' -- \"$cur\")); return; }";
    }
    OS << " ;;\n";
  }
  OS << "  esac\n"
        "  if [[ $cur == -* ]]; then\n"
        "    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
        "  else\n"
        "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
        "  fi\n"
        "}\n"
        "complete -o filenames -F _runnel runnel\n";
}

// Text inside single quotes of a shell, brackets and colons as _arguments
// wants them.
std::string zshText(llvm::StringRef Text) {
  std::string Result;
  for (char C : Text) {
    if (C == '\'')
      Result += "'\\'";
    if (C == '[' || C == ']' || C == ':')
      Result += '\\';
    Result += C;
  }
  return Result;
}

void zsh(llvm::raw_ostream &OS) {
  OS << "#compdef runnel\n# made by `runnel completion zsh`\n_runnel() {\n"
        "  local -a commands\n  commands=(\n";
  for (const Command *C : shownCommands())
    OS << "    '" << C->Name << ':' << zshText(C->Summary) << "'\n";
  OS << "  )\n  if (( CURRENT == 2 )); then\n"
        "    _describe command commands\n    return\n  fi\n"
        "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
        "  case $command in\n";
  for (const Command *C : shownCommands()) {
    OS << "    " << C->Name << ")\n      _arguments \\\n";
    for (const OptionSpec &S : C->Options) {
      if (S.Hidden)
        continue;
      OS << "        '*--" << S.Long << (S.Arg ? "=" : "") << '['
         << zshText(S.Help) << ']';
      if (S.Arg)
        OS << ':' << zshText(S.Arg) << ':';
      switch (kindOf(S)) {
      case ValueKind::Words:
      case ValueKind::Format:
        OS << '(' << wordsOf(S, " ") << ')';
        break;
      case ValueKind::Folder:
        OS << "_files -/";
        break;
      case ValueKind::File:
        OS << "_files";
        break;
      default:
        break;
      }
      OS << "' \\\n";
    }
    if (takesChecks(*C)) {
      OS << "        '*:check:(";
      for (const CheckInfo &Check : allChecks())
        OS << Check.Name << ' ';
      OS << ")'\n";
    } else {
      OS << "        '*:file:_files'\n";
    }
    OS << "      ;;\n";
  }
  OS << "  esac\n}\n_runnel \"$@\"\n";
}

std::string fishText(llvm::StringRef Text) {
  std::string Result;
  for (char C : Text) {
    if (C == '\'' || C == '\\')
      Result += '\\';
    Result += C;
  }
  return Result;
}

void fish(llvm::raw_ostream &OS) {
  OS << "# fish completion for runnel; made by `runnel completion fish`\n";
  for (const Command *C : shownCommands())
    OS << "complete -c runnel -f -n __fish_use_subcommand -a " << C->Name
       << " -d '" << fishText(C->Summary) << "'\n";
  for (const Command *C : shownCommands()) {
    for (const OptionSpec &S : C->Options) {
      if (S.Hidden)
        continue;
      OS << "complete -c runnel -n '__fish_seen_subcommand_from " << C->Name
         << "' -l " << S.Long;
      if (S.Short)
        OS << " -s " << S.Short;
      switch (kindOf(S)) {
      case ValueKind::None:
        break;
      case ValueKind::Words:
      case ValueKind::Format:
        OS << " -x -a '" << wordsOf(S, " ") << '\'';
        break;
      case ValueKind::Folder:
        OS << " -x -a '(__fish_complete_directories)'";
        break;
      case ValueKind::File:
        OS << " -r";
        break;
      case ValueKind::Text:
        OS << " -x";
        break;
      }
      OS << " -d '" << fishText(S.Help) << "'\n";
    }
    if (takesChecks(*C))
      for (const CheckInfo &Check : allChecks())
        OS << "complete -c runnel -f -n '__fish_seen_subcommand_from "
           << C->Name << "' -a " << Check.Name << '\n';
  }
}
} // namespace

static int run(const Arguments &A) {
  const std::string Shell = A.Positional.empty() ? "" : A.Positional.front();
  if (Shell == "bash")
    bash(llvm::outs());
  else if (Shell == "zsh")
    zsh(llvm::outs());
  else if (Shell == "fish")
    fish(llvm::outs());
  else {
    sayError("for which shell? bash, zsh or fish");
    return ExitTrouble;
  }
  return ExitClean;
}

static const CommandRegistration
    X({"completion",
       "print completion for a shell",
       "bash|zsh|fish",
       "Prints a completion script.",
       "examples:\n"
       "  source <(runnel completion bash)\n"
       "  runnel completion fish > ~/.config/fish/completions/runnel.fish",
       {},
       90},
      run);

} // namespace runnel::tool
