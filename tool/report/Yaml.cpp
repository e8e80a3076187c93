//===- Yaml.cpp - Fixes for clang-apply-replacements ----------------------===//
//
// The form clang-tidy's --export-fixes writes. Paths are absolute: the reader
// is a program on this machine that edits files, from wherever it is started.
//
//===----------------------------------------------------------------------===//

#include "tool/driver/Paths.h"
#include "tool/report/Report.h"

namespace runnel::tool {

// Double quotes can hold anything: line breaks, quotes, control characters.
static std::string quoted(llvm::StringRef Text) {
  std::string Result = "\"";
  for (char C : Text) {
    switch (C) {
    case '"':
      Result += "\\\"";
      break;
    case '\\':
      Result += "\\\\";
      break;
    case '\n':
      Result += "\\n";
      break;
    case '\r':
      Result += "\\r";
      break;
    case '\t':
      Result += "\\t";
      break;
    default:
      if (static_cast<unsigned char>(C) < 0x20) {
        static const char Digits[] = "0123456789ABCDEF";
        Result += "\\x";
        Result += Digits[C >> 4];
        Result += Digits[C & 15];
      } else {
        Result += C;
      }
    }
  }
  return Result + '"';
}

namespace {
class YamlWriter {
public:
  YamlWriter(const Report &R, llvm::raw_ostream &OS) : R(R), OS(OS) {}

  void run() {
    OS << "---\nMainSourceFile:  ''\nDiagnostics:\n";
    bool Any = false;
    for (const ReportedFinding &F : R.Findings)
      if (F.By == Silenced::No) {
        finding(F.What);
        Any = true;
      }
    if (!Any)
      OS << "  []\n";
    OS << "...\n";
  }

private:
  std::string path(ir::Name File) {
    return quoted(File ? unspell(File.str(), R.Root) : "");
  }

  void message(const std::string &Text, const ir::Range &Where,
               const char *Indent, const Fix *X) {
    OS << Indent << "Message:         " << quoted(Text) << '\n'
       << Indent << "FilePath:        " << path(Where.Begin.File) << '\n'
       << Indent << "FileOffset:      " << Where.Begin.Offset << '\n';
    if (!X || X->Edits.empty()) {
      OS << Indent << "Replacements:    []\n";
      return;
    }
    OS << Indent << "Replacements:\n";
    for (const Edit &E : X->Edits)
      OS << Indent << "  - FilePath:        " << path(E.Where.Begin.File)
         << '\n'
         << Indent << "    Offset:          " << E.Where.Begin.Offset << '\n'
         << Indent << "    Length:          " << E.Where.Length << '\n'
         << Indent << "    ReplacementText: " << quoted(E.Text) << '\n';
  }

  void finding(const Finding &F) {
    OS << "  - DiagnosticName:  " << F.Check << "\n    DiagnosticMessage:\n";
    message(F.Message, F.Where, "      ",
            F.Fixes.empty() ? nullptr : &F.Fixes.front());
    if (!F.Notes.empty()) {
      OS << "    Notes:\n";
      for (const Note &N : F.Notes) {
        OS << "      - ";
        // The first key stands behind the dash.
        std::string Text;
        llvm::raw_string_ostream Inner(Text);
        YamlWriter(R, Inner).message(N.Message,
                                     N.Where.valid() ? N.Where : F.Where,
                                     "        ", nullptr);
        OS << llvm::StringRef(Text).ltrim();
      }
    }
    OS << "    Level:           "
       << (F.How == Severity::Error ? "Error" : "Warning")
       << "\n    BuildDirectory:  " << quoted(R.Root) << '\n';
  }

  const Report &R;
  llvm::raw_ostream &OS;
};
} // namespace

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  YamlWriter(R, OS).run();
}

static const FormatRegistration X("yaml", "fixes for clang-apply-replacements",
                                  write);

} // namespace runnel::tool
