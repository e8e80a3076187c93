//===- Json.cpp - Findings as JSON ----------------------------------------===//
//
// The form is published as docs/reference/report.schema.json; a change that
// breaks a reader raises `version`.
//
//===----------------------------------------------------------------------===//

#include "tool/report/Report.h"

#include "llvm/Support/JSON.h"

namespace runnel::tool {

namespace json = llvm::json;

// JSON is UTF-8; a source need not be.
static std::string utf8(llvm::StringRef S) { return json::fixUTF8(S); }

static void writePlace(json::OStream &J, const ir::Range &R) {
  J.attribute("file", utf8(R.Begin.File.str()));
  J.attribute("line", R.Begin.Line);
  J.attribute("column", R.Begin.Column);
  J.attribute("offset", R.Begin.Offset);
  J.attribute("length", R.Length);
}

static void writeFinding(json::OStream &J, const ReportedFinding &F) {
  J.attribute("check", F.What.Check);
  J.attribute("severity", F.What.How == Severity::Error ? "error" : "warning");
  writePlace(J, F.What.Where);
  J.attribute("message", utf8(F.What.Message));
  J.attribute("symbol", utf8(F.What.Symbol));
  J.attribute("fingerprint", F.Fingerprint);
  if (F.By != Silenced::No) {
    J.attribute("suppressed",
                F.By == Silenced::InSource ? "source" : "baseline");
    if (!F.Reason.empty())
      J.attribute("reason", utf8(F.Reason));
  }
  J.attributeArray("notes", [&] {
    for (const Note &N : F.What.Notes)
      J.object([&] {
        if (N.Where.valid())
          writePlace(J, N.Where);
        J.attribute("message", utf8(N.Message));
      });
  });
  J.attributeArray("fixes", [&] {
    for (const Fix &X : F.What.Fixes)
      J.object([&] {
        J.attribute("description", utf8(X.Description));
        J.attributeArray("edits", [&] {
          for (const Edit &E : X.Edits)
            J.object([&] {
              writePlace(J, E.Where);
              J.attribute("text", utf8(E.Text));
            });
        });
      });
  });
}

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  json::OStream J(OS, 2);
  J.object([&] {
    J.attribute("version", 1);
    J.attributeObject("tool", [&] {
      J.attribute("name", "runnel");
      J.attribute("version", RUNNEL_VERSION);
    });
    J.attributeArray("findings", [&] {
      for (const ReportedFinding &F : R.Findings)
        J.object([&] { writeFinding(J, F); });
    });
    J.attributeArray("problems", [&] {
      for (const Problem &P : R.Problems)
        J.object([&] {
          J.attribute("file", utf8(P.File));
          J.attribute("message", utf8(P.Message));
          J.attributeArray("details", [&] {
            for (const std::string &D : P.Details)
              J.value(utf8(D));
          });
        });
    });
  });
  OS << '\n';
}

static const FormatRegistration
    X("json", "for programs; docs/reference/report.schema.json", write);

} // namespace runnel::tool
