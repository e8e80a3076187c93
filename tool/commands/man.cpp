//===- man.cpp - runnel man -----------------------------------------------===//
//
// Manual pages, made from the tables that make the help: what a page says of an
// option is what the option's help says.
//
//===----------------------------------------------------------------------===//

#include "tool/commands/Command.h"

#include "llvm/ADT/SmallVector.h"

namespace runnel::tool {

// Text of a line as roff reads it: no backslash of its own, hyphens that can be
// copied, no control line by accident.
static std::string roff(llvm::StringRef Text) {
  std::string Out;
  for (char C : Text) {
    if (Out.empty() && (C == '.' || C == '\''))
      Out += "\\&";
    if (C == '\\')
      Out += "\\e";
    else if (C == '-')
      Out += "\\-";
    else
      Out += C;
  }
  return Out;
}

static void lines(llvm::StringRef Text, llvm::raw_ostream &OS) {
  llvm::SmallVector<llvm::StringRef> Lines;
  Text.split(Lines, '\n');
  for (llvm::StringRef L : Lines)
    OS << (L.empty() ? ".PP" : roff(L)) << '\n';
}

static void title(llvm::StringRef Page, llvm::StringRef Summary,
                  llvm::raw_ostream &OS) {
  OS << ".TH " << roff(Page.upper()) << " 1 \"\" \"runnel " RUNNEL_VERSION
     << "\" \"User Commands\"\n.SH NAME\n"
     << roff(Page) << " \\- " << roff(Summary) << '\n';
}

static void option(const OptionSpec &S, llvm::raw_ostream &OS) {
  OS << ".TP\n";
  if (S.Short)
    OS << "\\fB\\-" << S.Short << "\\fR, ";
  OS << "\\fB\\-\\-" << roff(S.Long) << "\\fR";
  if (S.Arg)
    OS << "=\\fI" << roff(S.Arg) << "\\fR";
  OS << '\n' << roff(S.Help) << '\n';
  if (S.Values) {
    llvm::SmallVector<llvm::StringRef> Values;
    llvm::StringRef(S.Values).split(Values, '|');
    OS << '(';
    for (size_t I = 0; I < Values.size(); ++I)
      OS << (I == 0                   ? ""
             : I + 1 == Values.size() ? " or "
                                      : ", ")
         << "\\fB" << roff(Values[I]) << "\\fR";
    OS << ")\n";
  }
}

static void ofCommand(const Command &C, llvm::raw_ostream &OS) {
  title(std::string("runnel-") + C.Name, C.Summary, OS);
  OS << ".SH SYNOPSIS\n\\fBrunnel " << roff(C.Name) << "\\fR " << roff(C.Usage)
     << "\n.SH DESCRIPTION\n";
  lines(C.Description, OS);
  OS << ".SH OPTIONS\n";
  for (const OptionSpec &S : C.Options)
    if (!S.Hidden)
      option(S, OS);
  option({"help", 'h', nullptr, "print a summary"}, OS);
  if (*C.Epilogue) {
    OS << ".SH NOTES\n.nf\n";
    lines(C.Epilogue, OS);
    OS << ".fi\n";
  }
  OS << ".SH SEE ALSO\n\\fBrunnel\\fR(1)\n";
}

static void overview(llvm::raw_ostream &OS) {
  title("runnel", "check the concurrency style of C++ programs", OS);
  OS << ".SH SYNOPSIS\n\\fBrunnel\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...]\n"
        ".SH DESCRIPTION\nFinds where a C++ program shares memory by locking "
        "when it should communicate: exposed mutexes, wide lock scopes, "
        "lock\\-order cycles and lock webs, misused channels.\n.PP\n"
        "\\fBrunnel check\\fR checks the project around the current folder, by "
        "its compile database.\n.SH COMMANDS\n";
  for (const RegisteredCommand &C : allCommands())
    if (!C.What.Hidden)
      OS << ".TP\n\\fBrunnel\\-" << roff(C.What.Name) << "\\fR(1)\n"
         << roff(C.What.Summary) << '\n';
  OS << ".SH EXIT STATUS\n.TP\n0\nclean\n.TP\n1\nfindings\n.TP\n2\nsomething "
        "could not be checked, or the call was wrong; standard error says "
        "what, and findings so far are printed still\n.SH FILES\n.TP\n"
        "\\fI.runnel.yaml\\fR\nthe project's configuration; its folder is the "
        "project's root\n.TP\n\\fI.clang\\-tidy\\fR\nwhich checks are on, and "
        "their options, a folder at a time\n.TP\n"
        "\\fI.runnel\\-baseline.json\\fR\nknown findings, see "
        "\\fBrunnel\\-baseline\\fR(1)\n.TP\n\\fI~/.cache/runnel\\fR\nwhat was "
        "parsed; may be removed at any time\n.SH ENVIRONMENT\n.TP\n"
        "\\fBXDG_CACHE_HOME\\fR\nwhere the cache is, in place of "
        "\\fI~/.cache\\fR\n.TP\n\\fBNO_COLOR\\fR\nno colours\n.SH SEE ALSO\n"
        "\\fBclang\\-tidy\\fR(1)\n";
}

static int run(const Arguments &A) {
  if (A.has("list")) {
    llvm::outs() << "runnel\n";
    for (const RegisteredCommand &C : allCommands())
      if (!C.What.Hidden)
        llvm::outs() << "runnel-" << C.What.Name << '\n';
    return ExitClean;
  }
  llvm::StringRef Name = A.Positional.empty()
                             ? llvm::StringRef()
                             : llvm::StringRef(A.Positional[0]);
  if (Name.empty() || Name == "runnel") {
    overview(llvm::outs());
    return ExitClean;
  }
  Name.consume_front("runnel-");
  const RegisteredCommand *C = findCommand(Name);
  if (!C || C->What.Hidden) {
    sayError("no command '" + Name + "'");
    return ExitTrouble;
  }
  ofCommand(C->What, llvm::outs());
  return ExitClean;
}

static const OptionSpec Options[] = {
    {"list", 0, nullptr, "the names of all pages instead"},
};

static const CommandRegistration
    X({"man", "print a manual page", "[COMMAND]",
       "Prints the manual page of a command, or that of runnel, as roff.",
       "example:\n  runnel man check | man -l -", Options, 95},
      run);

} // namespace runnel::tool
