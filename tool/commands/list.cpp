//===- list.cpp - runnel list ---------------------------------------------===//

#include "tool/commands/Command.h"
#include "tool/config/RunnelYaml.h"
#include "tool/report/Report.h"

#include "checks/Check.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

namespace runnel::tool {

// The first sentence under "What it flags", in one line.
static std::string summary(llvm::StringRef Page) {
  llvm::StringRef Text = Page.split("## What it flags").second.ltrim();
  Text = Text.substr(0, Text.find("\n\n"));
  std::string Line;
  for (char C : Text)
    Line += C == '\n' ? ' ' : C;
  size_t Stop = Line.find(". ");
  if (Stop != std::string::npos)
    Line.resize(Stop + 1);
  return Line;
}

static int run(const Arguments &A) {
  llvm::raw_ostream &OS = llvm::outs();
  if (A.has("formats")) {
    for (const FormatInfo &F : allFormats())
      OS << llvm::left_justify(F.Name, 10) << F.Help << '\n';
    return ExitClean;
  }
  if (A.has("json")) {
    llvm::json::OStream J(OS, 2);
    J.array([&] {
      for (const CheckInfo &C : allChecks())
        J.object([&] {
          J.attribute("name", C.Name);
          J.attribute("level", levelName(C.At));
          J.attribute("wholeProgram", C.WholeProgram);
          J.attribute("summary", summary(checkPage(C.Name)));
          J.attributeArray("options", [&] {
            for (const OptionInfo &O : C.Options)
              J.object([&] {
                J.attribute("key", O.Key);
                J.attribute("default", O.Default);
                J.attribute("help", O.Help);
              });
          });
        });
    });
    OS << '\n';
    return ExitClean;
  }
  size_t Width = 0;
  for (const CheckInfo &C : allChecks())
    Width = std::max(Width, C.Name.size());
  for (const CheckInfo &C : allChecks()) {
    OS << llvm::left_justify(C.Name, Width + 2)
       << llvm::left_justify(levelName(C.At), 9) << summary(checkPage(C.Name))
       << '\n';
  }
  return ExitClean;
}

static const OptionSpec Options[] = {
    {"json", 0, nullptr, "as JSON, with each check's options"},
    {"formats", 0, nullptr, "the report formats instead"},
};

static const CommandRegistration
    X({"list", "list the checks", "[OPTION…]",
       "Lists the checks: name, the level from which on it is on, what it "
       "flags.",
       "", Options, 40},
      run);

} // namespace runnel::tool
