//===- GitLab.cpp - Code Quality report -----------------------------------===//

#include "tool/report/Report.h"

#include "llvm/Support/JSON.h"

namespace runnel::tool {

namespace json = llvm::json;

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  json::OStream J(OS, 2);
  J.array([&] {
    for (const ReportedFinding &F : R.Findings) {
      if (F.By != Silenced::No)
        continue;
      J.object([&] {
        J.attribute("description", json::fixUTF8(F.What.Message));
        J.attribute("check_name", F.What.Check);
        J.attribute("fingerprint", F.Fingerprint);
        J.attribute("severity",
                    F.What.How == Severity::Error ? "major" : "minor");
        J.attributeObject("location", [&] {
          J.attribute("path", json::fixUTF8(F.What.Where.Begin.File.str()));
          J.attributeObject(
              "lines", [&] { J.attribute("begin", F.What.Where.Begin.Line); });
        });
      });
    }
  });
  OS << '\n';
}

static const FormatRegistration X("gitlab", "GitLab's Code Quality report",
                                  write);

} // namespace runnel::tool
