//===- Sarif.cpp - SARIF 2.1.0 --------------------------------------------===//
//
// Written by hand rather than through clang/Basic/Sarif.h, which knows no
// fixes, fingerprints, suppressions or related locations.
//
// Columns are in code points, as a byte column means nothing to a SARIF
// reader; paths are relative to %SRCROOT%, whose folder the reader knows.
//
//===----------------------------------------------------------------------===//

#include "tool/driver/Paths.h"
#include "tool/report/Report.h"

#include "checks/Check.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

namespace runnel::tool {

namespace json = llvm::json;

namespace {
// A line and a column in code points, both from 1.
struct Point {
  uint32_t Line, Column;
};

Point pointAt(llvm::StringRef Text, uint32_t Offset) {
  auto [Line, Column] = lineAndColumn(Text, Offset);
  llvm::StringRef Prefix = Text.slice(Offset - (Column - 1), Offset);
  uint32_t Characters = 1;
  for (char C : Prefix)
    Characters += (C & 0xC0) != 0x80;
  return {Line, Characters};
}

std::string uri(llvm::StringRef Path) {
  static const char Digits[] = "0123456789ABCDEF";
  std::string Result = Path.starts_with("/") ? "file://" : "";
  for (char C : Path) {
    const bool Plain = llvm::isAlnum(C) || C == '/' || C == '-' || C == '_' ||
                       C == '.' || C == '~' || C == '+';
    if (Plain) {
      Result += C;
    } else {
      Result += '%';
      Result += Digits[(C >> 4) & 15];
      Result += Digits[C & 15];
    }
  }
  return Result;
}

std::string utf8(llvm::StringRef S) { return json::fixUTF8(S); }

class SarifWriter {
public:
  SarifWriter(const Report &R, llvm::raw_ostream &OS)
      : R(R), J(OS, 2), Sources(R.Root) {}

  void run() {
    J.object([&] {
      J.attribute("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/"
                             "errata01/os/schemas/sarif-schema-2.1.0.json");
      J.attribute("version", "2.1.0");
      J.attributeArray("runs", [&] { J.object([&] { oneRun(); }); });
    });
  }

private:
  void text(const char *Key, llvm::StringRef Text) {
    J.attributeObject(Key, [&] { J.attribute("text", utf8(Text)); });
  }

  void oneRun() {
    J.attributeObject("tool", [&] {
      J.attributeObject("driver", [&] {
        J.attribute("name", "runnel");
        J.attribute("version", RUNNEL_VERSION);
        J.attribute("semanticVersion", RUNNEL_VERSION);
        J.attributeArray("rules", [&] {
          for (const std::string &Name : R.Checks)
            J.object([&] { rule(Name); });
        });
      });
    });
    J.attribute("columnKind", "unicodeCodePoints");
    J.attributeObject("originalUriBaseIds", [&] {
      J.attributeObject("%SRCROOT%", [&] {
        J.attributeObject("description",
                          [&] { J.attribute("text", "the project's root"); });
      });
    });
    J.attributeArray("invocations", [&] { J.object([&] { invocation(); }); });
    J.attributeArray("results", [&] {
      for (const ReportedFinding &F : R.Findings)
        J.object([&] { result(F); });
    });
  }

  // runnel-lock-exposed is LockExposed.
  static std::string friendlyName(llvm::StringRef Name) {
    Name.consume_front("runnel-");
    std::string Out;
    bool Up = true;
    for (char C : Name) {
      if (C != '-')
        Out += Up ? llvm::toUpper(C) : C;
      Up = C == '-';
    }
    return Out;
  }

  static size_t firstSentence(llvm::StringRef Text) {
    const size_t Stop = Text.find(". ");
    return Stop == llvm::StringRef::npos ? Text.size() : Stop + 1;
  }

  void rule(llvm::StringRef Name) {
    J.attribute("id", Name);
    J.attribute("name", friendlyName(Name));
    llvm::StringRef Page = checkPage(Name);
    llvm::StringRef What = Page.split("## What it flags").second.ltrim();
    What = What.substr(0, What.find("\n\n")).trim();
    std::string Line = What.str();
    for (char &C : Line)
      if (C == '\n')
        C = ' ';
    if (Line.empty())
      Line = Name.str();
    text("shortDescription", Line.substr(0, firstSentence(Line)));
    text("fullDescription", Line);
    J.attributeObject("help", [&] {
      J.attribute("text", utf8(Page.empty() ? Name : Page));
      J.attribute("markdown", utf8(Page.empty() ? Name : Page));
    });
    J.attributeObject("defaultConfiguration",
                      [&] { J.attribute("level", "warning"); });
    J.attributeObject("properties", [&] {
      J.attributeArray("tags", [&] {
        J.value("concurrency");
        J.value(
            Name.substr(llvm::StringRef("runnel-").size()).split('-').first);
      });
    });
  }

  void invocation() {
    J.attribute("executionSuccessful", R.Problems.empty());
    if (R.Problems.empty())
      return;
    J.attributeArray("toolExecutionNotifications", [&] {
      for (const Problem &P : R.Problems)
        J.object([&] {
          J.attribute("level", "error");
          std::string Whole = P.Message;
          for (const std::string &D : P.Details)
            Whole += "\n" + D;
          text("message", Whole);
          if (!P.File.empty())
            J.attributeArray("locations", [&] {
              J.object([&] {
                J.attributeObject("physicalLocation",
                                  [&] { artifact(P.File); });
              });
            });
        });
    });
  }

  void artifact(llvm::StringRef File) {
    J.attributeObject("artifactLocation", [&] {
      J.attribute("uri", uri(File));
      if (!File.starts_with("/"))
        J.attribute("uriBaseId", "%SRCROOT%");
    });
  }

  void region(const char *Key, const ir::Range &Where, bool Snippet = false) {
    llvm::StringRef Text = Sources.text(Where.Begin.File);
    J.attributeObject(Key, [&] {
      if (Where.endOffset() > Text.size()) {
        // The file is not at hand: the line is still right.
        J.attribute("startLine", Where.Begin.Line);
        return;
      }
      const Point Begin = pointAt(Text, Where.Begin.Offset);
      const Point End = pointAt(Text, Where.endOffset());
      J.attribute("startLine", Begin.Line);
      J.attribute("startColumn", Begin.Column);
      J.attribute("endLine", End.Line);
      J.attribute("endColumn", End.Column);
      if (Snippet)
        text("snippet", Text.slice(Where.Begin.Offset, Where.endOffset()));
    });
  }

  // The lines around, for readers that do not have the sources.
  void context(const ir::Range &Where) {
    const uint32_t Line = Where.Begin.Line;
    const uint32_t First = Line > 2 ? Line - 2 : 1;
    std::string Lines;
    uint32_t Last = First;
    for (uint32_t N = First; N <= Line + 2; ++N) {
      llvm::StringRef L = Sources.line(Where.Begin.File, N);
      if (L.data() == nullptr)
        break;
      Lines += (N == First ? "" : "\n") + L.str();
      Last = N;
    }
    if (Last < Line || Lines.size() > 4000)
      return;
    J.attributeObject("contextRegion", [&] {
      J.attribute("startLine", First);
      J.attribute("endLine", Last);
      text("snippet", Lines);
    });
  }

  void physical(const ir::Range &Where, bool Context = false) {
    J.attributeObject("physicalLocation", [&] {
      artifact(Where.Begin.File.str());
      if (!Where.valid())
        return;
      region("region", Where, Context);
      if (Context && Where.endOffset() <= Sources.text(Where.Begin.File).size())
        context(Where);
    });
  }

  // Checks whose notes tell a path through the program, step by step.
  static bool tellsAPath(llvm::StringRef Check) {
    return Check.starts_with("runnel-web-") || Check.contains("block");
  }

  void result(const ReportedFinding &F) {
    J.attribute("ruleId", F.What.Check);
    for (size_t I = 0; I < R.Checks.size(); ++I)
      if (R.Checks[I] == F.What.Check)
        J.attribute("ruleIndex", int64_t(I));
    J.attribute("level", F.What.How == Severity::Error ? "error" : "warning");
    text("message", F.What.Message);
    J.attributeArray("locations", [&] {
      J.object([&] {
        physical(F.What.Where, /*Context=*/true);
        if (!F.What.Symbol.empty())
          J.attributeArray("logicalLocations", [&] {
            J.object([&] {
              J.attribute("fullyQualifiedName", utf8(F.What.Symbol));
            });
          });
      });
    });
    std::vector<const Note *> Placed;
    for (const Note &N : F.What.Notes)
      if (N.Where.Begin.File)
        Placed.push_back(&N);
    if (!F.What.Notes.empty())
      J.attributeArray("relatedLocations", [&] {
        int64_t Id = 0;
        for (const Note &N : F.What.Notes)
          J.object([&] {
            J.attribute("id", Id++);
            physical(N.Where.Begin.File ? N.Where : F.What.Where);
            text("message", N.Message);
          });
      });
    if (Placed.size() >= 2 && tellsAPath(F.What.Check))
      codeFlow(Placed, F.What.Check == "runnel-web-lock-order-cycle");
    if (!F.What.Fixes.empty())
      J.attributeArray("fixes", [&] {
        for (const Fix &X : F.What.Fixes)
          J.object([&] { fix(X); });
      });
    J.attributeObject("partialFingerprints",
                      [&] { J.attribute("runnel/v1", F.Fingerprint); });
    if (F.By != Silenced::No)
      J.attributeArray("suppressions", [&] {
        J.object([&] {
          J.attribute("kind",
                      F.By == Silenced::InSource ? "inSource" : "external");
          if (!F.Reason.empty())
            J.attribute("justification", utf8(F.Reason));
        });
      });
  }

  // The lines of a thread, if the notes tell of several: each begins with a
  // lock it takes ("'f' locks 'A' here") and ends with the one it waits for.
  static std::vector<std::vector<const Note *>>
  threadsOf(const std::vector<const Note *> &Steps) {
    std::vector<std::vector<const Note *>> Threads;
    for (const Note *N : Steps) {
      const llvm::StringRef M = N->Message;
      if (Threads.empty() || (M.contains("' locks '") && M.ends_with(" here")))
        Threads.emplace_back();
      Threads.back().push_back(N);
    }
    return Threads;
  }

  void codeFlow(const std::vector<const Note *> &Steps, bool Threads) {
    const std::vector<std::vector<const Note *>> Lines =
        Threads ? threadsOf(Steps)
                : std::vector<std::vector<const Note *>>{Steps};
    J.attributeArray("codeFlows", [&] {
      J.object([&] {
        J.attributeArray("threadFlows", [&] {
          for (size_t I = 0; I < Lines.size(); ++I)
            J.object([&] {
              J.attribute("id", "thread " + std::to_string(I + 1));
              J.attributeArray("locations", [&] {
                for (const Note *N : Lines[I])
                  J.object([&] {
                    J.attributeObject("location", [&] {
                      physical(N->Where);
                      text("message", N->Message);
                    });
                  });
              });
            });
        });
      });
    });
  }

  void fix(const Fix &X) {
    text("description", X.Description);
    // One change per file, in the order in which files first occur.
    std::vector<ir::Name> Files;
    for (const Edit &E : X.Edits)
      if (std::find(Files.begin(), Files.end(), E.Where.Begin.File) ==
          Files.end())
        Files.push_back(E.Where.Begin.File);
    J.attributeArray("artifactChanges", [&] {
      for (ir::Name File : Files)
        J.object([&] {
          artifact(File.str());
          J.attributeArray("replacements", [&] {
            for (const Edit &E : X.Edits)
              if (E.Where.Begin.File == File)
                J.object([&] {
                  region("deletedRegion", E.Where);
                  text("insertedContent", E.Text);
                });
          });
        });
    });
  }

  const Report &R;
  json::OStream J;
  SourceCache Sources;
};
} // namespace

static void write(const Report &R, const WriterOptions &,
                  llvm::raw_ostream &OS) {
  SarifWriter(R, OS).run();
  OS << '\n';
}

static const FormatRegistration X("sarif", "SARIF 2.1.0, for code scanning",
                                  write);

} // namespace runnel::tool
