//===- Text.cpp - Findings as a modern compiler prints them ---------------===//
//
//   src/store.cpp:12:14: warning: … [runnel-lock-exposed]
//      12 |   std::mutex mu;
//         |              ^~
//   src/main.cpp:8:3: note: …
//   fix: make mu private
//      12 -  std::mutex mu;
//      12 +private: std::mutex mu;
//
//===----------------------------------------------------------------------===//

#include "tool/report/Excerpt.h"
#include "tool/report/Report.h"

#include "llvm/Support/Format.h"

namespace runnel::tool {

namespace {
class TextWriter {
public:
  TextWriter(const Report &R, const WriterOptions &O, llvm::raw_ostream &OS)
      : R(R), O(O), OS(OS), Sources(R.Root) {}

  void run() {
    for (const ReportedFinding &F : R.Findings)
      if (F.By == Silenced::No)
        finding(F.What);
  }

private:
  void colour(const char *Code) {
    if (O.Colour)
      OS << "\x1b[" << Code << 'm';
  }

  void location(const ir::Range &Where) {
    colour("1");
    const ir::Location &L = Where.Begin;
    if (L.valid())
      OS << L.File.str() << ':' << L.Line << ':' << L.Column << ": ";
    else if (L.File)
      OS << L.File.str() << ": ";
    colour("0");
  }

  void excerpt(const ir::Range &Where) {
    if (!Where.valid())
      return;
    llvm::StringRef Line = Sources.line(Where.Begin.File, Where.Begin.Line);
    if (Line.empty() || Where.Begin.Column > Line.size() + 1)
      return;
    // A generated line of a megabyte helps nobody.
    if (Line.size() > 400)
      return;
    OS << llvm::format("%5u | ", Where.Begin.Line) << Line << "\n      | ";
    colour("1;32");
    OS << caretLine(Line, Where.Begin.Column, Where.Length);
    colour("0");
    OS << '\n';
  }

  void fix(const Fix &F, ir::Name Main) {
    std::vector<FixHunk> Hunks = hunksOf(F, Sources);
    if (Hunks.empty())
      return;
    colour("1;36");
    OS << "  fix: ";
    colour("0");
    OS << F.Description << '\n';
    for (const FixHunk &H : Hunks) {
      if (H.File != Main)
        OS << "        " << H.File.str() << ":\n";
      uint32_t Line = H.Line;
      for (const std::string &L : H.Removed) {
        colour("31");
        OS << llvm::format("%5u - ", Line++) << L;
        colour("0");
        OS << '\n';
      }
      Line = H.Line;
      for (const std::string &L : H.Added) {
        colour("32");
        OS << llvm::format("%5u + ", Line++) << L;
        colour("0");
        OS << '\n';
      }
    }
  }

  void finding(const Finding &F) {
    location(F.Where);
    const bool Error = F.How == Severity::Error;
    colour(Error ? "1;31" : "1;35");
    OS << (Error ? "error: " : "warning: ");
    colour("0");
    colour("1");
    OS << F.Message;
    colour("0");
    OS << " [" << F.Check << "]\n";
    excerpt(F.Where);
    const ir::Range *Before = &F.Where;
    for (const Note &N : F.Notes) {
      // A note about nowhere in particular belongs to the finding's place: an
      // editor's parser drops a line without one.
      location(N.Where.valid() ? N.Where : F.Where);
      colour("1;36");
      OS << "note: ";
      colour("0");
      OS << N.Message << '\n';
      // The same line twice in a row says nothing new.
      if (N.Where.valid() && !(N.Where == *Before) && !(N.Where == F.Where)) {
        excerpt(N.Where);
        Before = &N.Where;
      }
    }
    if (O.ShowFixes && !F.Fixes.empty())
      fix(F.Fixes.front(), F.Where.Begin.File);
  }

  const Report &R;
  const WriterOptions &O;
  llvm::raw_ostream &OS;
  SourceCache Sources;
};
} // namespace

static void writeText(const Report &R, const WriterOptions &O,
                      llvm::raw_ostream &OS) {
  TextWriter(R, O, OS).run();
}

static const FormatRegistration
    X("text", "for people and editors, as a compiler prints", writeText);

} // namespace runnel::tool
