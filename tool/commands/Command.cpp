//===- Command.cpp - Registry, option parser and help ---------------------===//

#include "tool/commands/Command.h"

#include "tool/config/Nearest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace runnel::tool {

static std::vector<RegisteredCommand> &registry() {
  static std::vector<RegisteredCommand> Commands;
  return Commands;
}

CommandRegistration::CommandRegistration(Command C, CommandFunction Run) {
  registry().push_back({std::move(C), Run});
}

llvm::ArrayRef<RegisteredCommand> allCommands() {
  static const bool Sorted = [] {
    llvm::sort(registry(), [](const auto &A, const auto &B) {
      return std::pair(A.What.Order, llvm::StringRef(A.What.Name)) <
             std::pair(B.What.Order, llvm::StringRef(B.What.Name));
    });
    return true;
  }();
  (void)Sorted;
  return registry();
}

const RegisteredCommand *findCommand(llvm::StringRef Name) {
  for (const RegisteredCommand &C : allCommands())
    if (Name == C.What.Name)
      return &C;
  return nullptr;
}

llvm::StringRef Arguments::get(llvm::StringRef Long,
                               llvm::StringRef Default) const {
  auto It = Values.find(Long);
  return It == Values.end() ? Default
                            : llvm::StringRef(It->second.Texts.back());
}

std::vector<std::string> Arguments::all(llvm::StringRef Long) const {
  auto It = Values.find(Long);
  return It == Values.end() ? std::vector<std::string>() : It->second.Texts;
}

bool Arguments::laterThan(llvm::StringRef A, llvm::StringRef B) const {
  auto First = Values.find(A), Second = Values.find(B);
  if (First == Values.end())
    return false;
  return Second == Values.end() || First->second.Last > Second->second.Last;
}

static llvm::Error usageError(const llvm::Twine &Message) {
  return llvm::createStringError(Message);
}

static llvm::Error unknownOption(llvm::ArrayRef<OptionSpec> Specs,
                                 llvm::StringRef Name) {
  std::vector<llvm::StringRef> Known;
  for (const OptionSpec &S : Specs)
    if (!S.Hidden)
      Known.push_back(S.Long);
  return usageError("unknown option '--" + Name + "'" +
                    didYouMean(Name, Known, "--"));
}

static llvm::Error checkValue(const OptionSpec &S, llvm::StringRef Value) {
  if (!S.Values)
    return llvm::Error::success();
  llvm::SmallVector<llvm::StringRef> Allowed;
  llvm::StringRef(S.Values).split(Allowed, '|');
  if (llvm::is_contained(Allowed, Value))
    return llvm::Error::success();
  return usageError("'--" + llvm::Twine(S.Long) + "' takes one of " +
                    llvm::join(Allowed, ", ") + ", not '" + Value + "'" +
                    didYouMean(Value, Allowed));
}

llvm::Expected<Arguments> parseArguments(llvm::ArrayRef<OptionSpec> Specs,
                                         llvm::ArrayRef<std::string> Words) {
  Arguments Result;
  unsigned Order = 0;
  for (size_t I = 0; I < Words.size(); ++I) {
    llvm::StringRef Word = Words[I];
    if (Word == "--") {
      Result.DashDash = true;
      Result.After.assign(Words.begin() + I + 1, Words.end());
      break;
    }
    if (!Word.starts_with("-") || Word == "-") {
      Result.Positional.push_back(Words[I]);
      continue;
    }
    const OptionSpec *Spec = nullptr;
    std::optional<llvm::StringRef> Value;
    // `-p DIR` and `-pDIR`, `-j4`; `--jobs 4` and `--jobs=4`. A single dash in
    // front of a long name is what clang-tidy's users write.
    llvm::StringRef Body = Word.drop_front(Word.starts_with("--") ? 2 : 1);
    llvm::StringRef Long = Body.split('=').first;
    for (const OptionSpec &S : Specs)
      if (Long == S.Long)
        Spec = &S;
    if (Spec) {
      if (Body.contains('='))
        Value = Body.split('=').second;
    } else if (!Word.starts_with("--")) {
      for (const OptionSpec &S : Specs)
        if (S.Short && Body.front() == S.Short && (S.Arg || Body.size() == 1)) {
          Spec = &S;
          if (Body.size() > 1)
            Value = Body.drop_front(Body[1] == '=' ? 2 : 1);
        }
    }
    if (!Spec)
      return unknownOption(Specs, Long);
    if (!Spec->Arg && Value)
      return usageError("'--" + llvm::Twine(Spec->Long) + "' takes no value");
    if (Spec->Arg && !Value) {
      if (I + 1 == Words.size() || Words[I + 1] == "--")
        return usageError("'--" + llvm::Twine(Spec->Long) +
                          "' needs a value: --" + Spec->Long + "=" + Spec->Arg);
      Value = Words[++I];
    }
    if (Spec->Arg)
      if (llvm::Error E = checkValue(*Spec, *Value))
        return std::move(E);
    Arguments::Given &G = Result.Values[Spec->Long];
    G.Texts.push_back(Value ? Value->str() : "");
    G.Last = ++Order;
  }
  return Result;
}

// Text beside a column of \p Indent, broken at spaces before column 80.
static void printWrapped(llvm::StringRef Text, unsigned Indent,
                         llvm::raw_ostream &OS) {
  const unsigned Width = 80 - Indent;
  unsigned Used = 0;
  llvm::SmallVector<llvm::StringRef> Words;
  Text.split(Words, ' ', -1, false);
  for (llvm::StringRef W : Words) {
    // "…" is one column and three bytes.
    unsigned Columns = W.size() - 2 * W.count("…");
    if (Used && Used + 1 + Columns > Width) {
      OS << '\n';
      OS.indent(Indent);
      Used = 0;
    } else if (Used) {
      OS << ' ';
      ++Used;
    }
    OS << W;
    Used += Columns;
  }
  OS << '\n';
}

static void printOption(const OptionSpec &S, llvm::raw_ostream &OS) {
  constexpr unsigned Column = 28;
  std::string Left = "  ";
  Left += S.Short ? std::string("-") + S.Short + ", " : "    ";
  Left += std::string("--") + S.Long;
  if (S.Arg)
    Left += std::string("=") + S.Arg;
  OS << Left;
  if (Left.size() + 2 > Column) {
    OS << '\n';
    OS.indent(Column);
  } else {
    OS.indent(Column - Left.size());
  }
  printWrapped(S.Help, Column, OS);
}

void printHelp(const Command &C, llvm::raw_ostream &OS) {
  OS << "usage: runnel " << C.Name << ' ' << C.Usage << "\n\n"
     << C.Description << "\n\noptions:\n";
  for (const OptionSpec &S : C.Options)
    if (!S.Hidden)
      printOption(S, OS);
  printOption({"help", 'h', nullptr, "print this"}, OS);
  if (*C.Epilogue)
    OS << '\n' << C.Epilogue << '\n';
}

void printOverview(llvm::raw_ostream &OS) {
  OS << "usage: runnel COMMAND [ARGUMENT…]\n\n"
        "Runnel finds where a C++ program shares memory by locking when it "
        "should\ncommunicate: exposed mutexes, wide lock scopes, lock-order "
        "cycles and lock webs,\nmisused channels.\n\ncommands:\n";
  for (const RegisteredCommand &C : allCommands()) {
    if (C.What.Hidden)
      continue;
    OS << "  " << C.What.Name;
    OS.indent(12 - std::min<size_t>(11, llvm::StringRef(C.What.Name).size()));
    OS << C.What.Summary << '\n';
  }
  OS << "\noptions:\n"
        "  -h, --help      print this; `runnel COMMAND --help` tells more\n"
        "      --version   print the version\n"
        "\nstart here:\n"
        "  runnel check                     the project around this folder\n"
        "  runnel check a.cpp -- -std=c++20 one file, with its flags\n"
        "  runnel explain runnel-scope-join what a finding means\n"
        "\nexit status: 0 clean, 1 findings, 2 something could not be checked "
        "or the call\nwas wrong (what, is said on stderr; findings so far are "
        "still printed)\n";
}

void sayError(const llvm::Twine &Message) {
  llvm::errs() << "runnel: error: " << Message << '\n';
}

int fail(llvm::Error E) {
  sayError(llvm::toString(std::move(E)));
  return ExitTrouble;
}

} // namespace runnel::tool
