//===- graph.cpp - runnel graph -------------------------------------------===//

#include "tool/commands/CheckRun.h"
#include "tool/driver/Paths.h"
#include "tool/edit/AtomicFile.h"
#include "tool/report/HtmlLocks.h"

namespace runnel::tool {

static llvm::Expected<std::string>
draw(const LockPicture &P, llvm::StringRef Format, llvm::StringRef Root) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  if (Format == "svg")
    return P.toSvg();
  if (Format == "html") {
    writeLocksPage(P, Root, OS);
  } else if (Format == "mermaid") {
    P.writeMermaid(OS);
  } else {
    P.writeDot(OS);
  }
  return Text;
}

/// What the name of the file says, unless --format does.
static llvm::StringRef formatOf(const Arguments &A) {
  if (A.has("format"))
    return A.get("format");
  llvm::StringRef Out = A.get("output");
  for (auto [Ending, Format] : {std::pair(".svg", "svg"),
                                {".html", "html"},
                                {".mmd", "mermaid"},
                                {".dot", "dot"}})
    if (Out.ends_with(Ending))
      return Format;
  return "dot";
}

static int run(const Arguments &A) {
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return fail(Request.takeError());
  LockPicture Picture;
  Request->Inspect = [&](const analysis::Facts &F) {
    Picture = LockPicture::of(F, A.has("trouble"));
  };
  llvm::Expected<RunResult> Result = runChecks(*Request);
  if (!Result)
    return fail(Result.takeError());
  if (Result->Interrupted)
    dieOf(Result->Interrupted);
  sayNotes(*Result, A);
  sayProblems(*Result);
  llvm::Expected<std::string> Text =
      draw(Picture, formatOf(A), Result->What.Root);
  if (!Text)
    return fail(Text.takeError());
  const std::string Out = A.get("output", "-").str();
  if (Out == "-") {
    llvm::outs() << *Text;
    llvm::outs().flush();
  } else if (llvm::Error E = writeFileAtomically(
                 absolutePath(Out, currentDirectory()), *Text)) {
    return fail(std::move(E));
  }
  if (!A.has("quiet"))
    llvm::errs() << "runnel: " << Picture.Nodes.size() << " locks, "
                 << Picture.Arrows.size() << " orders between them, "
                 << Picture.Webs.size() << " webs\n";
  return Result->What.Problems.empty() ? ExitClean : ExitTrouble;
}

static const OptionSpec Own[] = {
    {"format", 0, "NAME", "how to draw it; default: by the name of the output",
     "dot|mermaid|svg|html"},
    {"output", 'o', "FILE", "where it goes; default: stdout"},
    {"trouble", 0, nullptr, "only what is in a circle or in a web"},
};

static const CommandRegistration X(
    {"graph", "draw the lock graph", "[PATH…] [OPTION…] [-- FLAGS]",
     "Draws which lock is locked while which is held: circles in red, webs in "
     "a box.\nSVG needs graphviz, and so does the picture in HTML.",
     "examples:\n"
     "  runnel graph -o locks.svg           the project around this folder\n"
     "  runnel graph --trouble | dot -Tpng  only circles and webs\n"
     "  runnel graph --format=mermaid       for a page of Markdown",
     withRunOptions(Own), 40},
    run);

} // namespace runnel::tool
