//===- JUnit.cpp - Findings as failed test cases --------------------------===//
//
// A suite per file, a case per finding; a clean run is one case that passed,
// as several CI systems take an empty report for a broken one.
//
//===----------------------------------------------------------------------===//

#include "tool/report/Markup.h"
#include "tool/report/Report.h"

#include <map>

namespace runnel::tool {

static std::string escaped(llvm::StringRef Text) {
  return escapeMarkup(Text, Breaks::AsReferences);
}

static void writeCase(const ReportedFinding &F, llvm::raw_ostream &OS) {
  const ir::Location &L = F.What.Where.Begin;
  OS << "    <testcase classname=\"" << escaped(F.What.Check) << "\" name=\""
     << escaped(L.File.str()) << ':' << L.Line << ':' << L.Column
     << "\" file=\"" << escaped(L.File.str()) << "\" line=\"" << L.Line
     << "\">\n      <failure type=\""
     << (F.What.How == Severity::Error ? "error" : "warning") << "\" message=\""
     << escaped(F.What.Message) << "\">" << escaped(L.File.str()) << ':'
     << L.Line << ':' << L.Column << ": " << escaped(F.What.Message);
  for (const Note &N : F.What.Notes) {
    OS << "&#10;";
    if (N.Where.valid())
      OS << escaped(N.Where.Begin.File.str()) << ':' << N.Where.Begin.Line
         << ": ";
    OS << escaped(N.Message);
  }
  OS << "</failure>\n    </testcase>\n";
}

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  std::map<ir::Name, std::vector<const ReportedFinding *>> ByFile;
  for (const ReportedFinding &F : R.Findings)
    if (F.By == Silenced::No)
      ByFile[F.What.Where.Begin.File].push_back(&F);
  const size_t Failures = R.shown(), Errors = R.Problems.size();
  const size_t Clean = Failures + Errors == 0;
  OS << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "
        "name=\"runnel\" tests=\""
     << Failures + Errors + Clean << "\" failures=\"" << Failures
     << "\" errors=\"" << Errors << "\">\n";
  for (const auto &[File, Findings] : ByFile) {
    OS << "  <testsuite name=\"" << escaped(File.str()) << "\" tests=\""
       << Findings.size() << "\" failures=\"" << Findings.size()
       << "\" errors=\"0\">\n";
    for (const ReportedFinding *F : Findings)
      writeCase(*F, OS);
    OS << "  </testsuite>\n";
  }
  if (Errors) {
    OS << "  <testsuite name=\"could not be checked\" tests=\"" << Errors
       << "\" failures=\"0\" errors=\"" << Errors << "\">\n";
    for (const Problem &P : R.Problems)
      OS << "    <testcase classname=\"runnel\" name=\"" << escaped(P.File)
         << "\">\n      <error message=\"" << escaped(P.Message)
         << "\"/>\n    </testcase>\n";
    OS << "  </testsuite>\n";
  }
  if (Clean)
    OS << "  <testsuite name=\"runnel\" tests=\"1\" failures=\"0\" "
          "errors=\"0\">\n    <testcase classname=\"runnel\" name=\"no "
          "findings\"/>\n  </testsuite>\n";
  OS << "</testsuites>\n";
}

static const FormatRegistration X("junit", "failed test cases, for CI systems",
                                  write);

} // namespace runnel::tool
