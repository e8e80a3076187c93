//===- GitHub.cpp - Workflow commands: annotations on a pull request ------===//

#include "tool/report/Report.h"

namespace runnel::tool {

// Workflow commands are lines; what would end a line, a property or a command
// is written as %XX.
static std::string escaped(llvm::StringRef Text, bool Property) {
  std::string Result;
  for (char C : Text) {
    if (C == '%')
      Result += "%25";
    else if (C == '\r')
      Result += "%0D";
    else if (C == '\n')
      Result += "%0A";
    else if (Property && C == ':')
      Result += "%3A";
    else if (Property && C == ',')
      Result += "%2C";
    else
      Result += C;
  }
  return Result;
}

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  for (const ReportedFinding &F : R.Findings) {
    if (F.By != Silenced::No)
      continue;
    const ir::Location &L = F.What.Where.Begin;
    std::string Body = F.What.Message;
    for (const Note &N : F.What.Notes) {
      Body += "\n";
      if (N.Where.valid())
        Body += N.Where.Begin.File.str().str() + ":" +
                std::to_string(N.Where.Begin.Line) + ": ";
      Body += N.Message;
    }
    OS << (F.What.How == Severity::Error ? "::error " : "::warning ")
       << "file=" << escaped(L.File.str(), true) << ",line=" << L.Line
       << ",col=" << L.Column << ",title=" << escaped(F.What.Check, true)
       << "::" << escaped(Body, false) << '\n';
  }
  for (const Problem &P : R.Problems) {
    OS << "::error ";
    if (!P.File.empty())
      OS << "file=" << escaped(P.File, true) << ",";
    OS << "title=runnel::" << escaped(P.Message, false) << '\n';
  }
}

static const FormatRegistration X("github", "annotations on a pull request",
                                  write);

} // namespace runnel::tool
