//===- check.cpp - runnel check -------------------------------------------===//

#include "tool/commands/CheckRun.h"
#include "tool/config/Nearest.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Progress.h"
#include "tool/edit/ApplyFixes.h"
#include "tool/edit/AtomicFile.h"
#include "tool/report/Baseline.h"
#include "tool/report/Census.h"
#include "tool/report/Report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdlib>

namespace runnel::tool {

namespace {
struct Output {
  const FormatInfo *Format;
  std::string File; ///< empty: stdout
};
} // namespace

// `--format=text --format=sarif:out.sarif`: several at once, to files.
static llvm::Expected<std::vector<Output>> outputs(const Arguments &A) {
  std::vector<Output> Result;
  std::vector<std::string> Words = A.all("format");
  if (Words.empty())
    Words.push_back("text");
  for (const std::string &W : Words) {
    auto [Name, File] = llvm::StringRef(W).split(':');
    const FormatInfo *F = findFormat(Name);
    if (!F) {
      std::vector<llvm::StringRef> Names;
      for (const FormatInfo &Known : allFormats())
        Names.push_back(Known.Name);
      return llvm::createStringError(
          "no format '" + Name + "'" + didYouMean(Name, Names) +
          "\n  there are " + llvm::join(Names, ", "));
    }
    if (File.empty() &&
        llvm::any_of(Result, [](const Output &O) { return O.File.empty(); }))
      return llvm::createStringError(
          "two formats for stdout; send one to a file: --format=" + Name +
          ":FILE");
    Result.push_back({F, File.str()});
  }
  return Result;
}

static bool wantsColour(const Arguments &A) {
  llvm::StringRef Asked = A.get("color", "auto");
  if (Asked != "auto")
    return Asked == "always";
  const char *No = std::getenv("NO_COLOR");
  const char *Term = std::getenv("TERM");
  return stdoutIsTerminal() && !(No && *No) &&
         !(Term && llvm::StringRef(Term) == "dumb");
}

static llvm::Error writeReports(const Report &R, const Arguments &A,
                                const std::vector<Output> &Outputs) {
  for (const Output &O : Outputs) {
    WriterOptions Options;
    if (O.File.empty()) {
      Options.Colour = wantsColour(A);
      // Editors that read paths relative to their own folder are told where
      // these are relative to, in the way make says it.
      if (O.Format->Name == "text" && R.shown() && !A.has("quiet") &&
          currentDirectory() != R.Root)
        llvm::errs() << "runnel: Entering directory '" << R.Root << "'\n";
      O.Format->Write(R, Options, llvm::outs());
      llvm::outs().flush();
      if (llvm::outs().has_error()) {
        std::error_code EC = llvm::outs().error();
        llvm::outs().clear_error();
        // Whoever read us (`| head`) has seen enough.
        if (EC != std::errc::broken_pipe)
          return llvm::createStringError("cannot write the report: " +
                                         EC.message());
      }
      continue;
    }
    std::string Text;
    llvm::raw_string_ostream OS(Text);
    O.Format->Write(R, Options, OS);
    if (llvm::Error E =
            writeFileAtomically(absolutePath(O.File, currentDirectory()), Text))
      return E;
  }
  return llvm::Error::success();
}

// Takes away what the baseline knows and what the change did not bring.
static llvm::Error narrow(const Arguments &A, RunResult &R) {
  const std::string File = baselinePath(A, R, /*Default=*/false);
  if (!File.empty()) {
    llvm::Expected<Baseline> Known = Baseline::read(File);
    if (!Known)
      return Known.takeError();
    Known->apply(R.What, spell(File, R.What.Root), R.Whole && !A.has("diff"));
  }
  if (!A.has("diff"))
    return llvm::Error::success();
  llvm::Expected<ChangedLines> Changed = ChangedLines();
  if (A.get("diff") == "-") {
    auto Patch = llvm::MemoryBuffer::getSTDIN();
    if (!Patch)
      return llvm::createStringError("cannot read the patch: " +
                                     Patch.getError().message());
    Changed = ChangedLines::parse((*Patch)->getBuffer());
  } else {
    Changed = ChangedLines::since(A.get("diff"), R.What.Root);
  }
  if (!Changed)
    return Changed.takeError();
  // A change that only removes files is no mistake of whoever called us.
  if (A.get("diff") == "-") {
    Changed->nameFrom(R.What.Root);
    if (Changed->foreignTo(R.What.Root) && !A.has("quiet"))
      llvm::errs() << "runnel: note: the patch changes no file below "
                   << R.What.Root << ": no finding can be the change's own\n";
  }
  Changed->filter(R.What);
  return llvm::Error::success();
}

// --census: the mutexes of the program in place of its findings.
static int census(const Arguments &A) {
  const llvm::StringRef Format = A.get("format", "text");
  if (Format != "text" && Format != "json")
    return fail(
        llvm::createStringError("--census is written as text or as json"));
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return fail(Request.takeError());
  Census All;
  Request->Inspect = [&](const analysis::Facts &F) { All = Census::of(F); };
  llvm::Expected<RunResult> Result = runChecks(*Request);
  if (!Result)
    return fail(Result.takeError());
  if (Result->Interrupted)
    dieOf(Result->Interrupted);
  sayNotes(*Result, A);
  if (Format == "json")
    All.writeJson(llvm::outs());
  else
    All.writeText(llvm::outs());
  llvm::outs().flush();
  sayProblems(*Result);
  return Result->What.Problems.empty() ? ExitClean : ExitTrouble;
}

static int run(const Arguments &A) {
  if (A.has("census"))
    return census(A);
  llvm::Expected<std::vector<Output>> Outputs = outputs(A);
  if (!Outputs)
    return fail(Outputs.takeError());
  llvm::Expected<RunRequest> Request = runRequest(A);
  if (!Request)
    return fail(Request.takeError());
  Request->WithLocks = llvm::any_of(
      *Outputs, [](const Output &O) { return O.Format->DrawsLocks; });
  llvm::Expected<RunResult> Result = runChecks(*Request);
  if (!Result)
    return fail(Result.takeError());
  if (Result->Interrupted)
    dieOf(Result->Interrupted);
  sayNotes(*Result, A);
  if (llvm::Error E = narrow(A, *Result))
    return fail(std::move(E));
  const bool DryRun = A.has("fix-dry-run");
  FixOutcome Fixed;
  if (A.has("fix") || DryRun) {
    Fixed = planFixes(Result->What);
    if (DryRun) {
      llvm::outs() << Fixed.Diff;
      llvm::outs().flush();
    } else if (llvm::Error E = applyFixes(Fixed)) {
      return fail(std::move(E));
    } else {
      // What is fixed is no finding any more.
      llvm::erase_if(Result->What.Findings, [&](const ReportedFinding &F) {
        return Fixed.Fixed.count(F.Fingerprint) != 0;
      });
    }
  }
  if (!DryRun)
    if (llvm::Error E = writeReports(Result->What, A, *Outputs))
      return fail(std::move(E));
  sayProblems(*Result);
  if (A.has("fix") || DryRun)
    sayFixes(Fixed, DryRun, llvm::errs());
  if (!A.has("quiet"))
    saySummary(*Result);
  if (A.has("stats"))
    sayStats(Result->Stats);
  if (!Result->What.Problems.empty())
    return ExitTrouble;
  return Result->What.shown() ? ExitFindings : ExitClean;
}

static const OptionSpec Own[] = {
    {"format", 0, "NAME[:FILE]",
     "text, json, yaml (for clang-apply-replacements) and others, see `runnel "
     "list --formats`; several, if all but one go to files"},
    {"color", 0, "WHEN", "colours; auto obeys NO_COLOR", "auto|always|never"},
    {"baseline", 0, "FILE",
     "be silent on what it holds, see `runnel baseline`"},
    {"diff", 0, "REF",
     "only what the change since REF brings; - reads a patch from stdin"},
    {"census", 0, nullptr,
     "list every mutex with a verdict in place of findings: keep, make "
     "private, narrow, order, replace by a channel; as text or json"},
    {"fix", 0, nullptr, "apply the fixes; prints what is left"},
    {"fix-dry-run", 0, nullptr, "print what --fix would change, as a diff"},
};

static const CommandRegistration X(
    {"check", "check a project, or files", "[PATH…] [OPTION…] [-- FLAGS]",
     "Checks the whole project around this folder, by its compile database; "
     "with PATHs,\nonly those files and folders (a header: the files that "
     "include it). With flags\nafter `--`, files need no compile database.",
     "examples:\n"
     "  runnel check                        the project around this folder\n"
     "  runnel check -p build src/net       one folder of it\n"
     "  runnel check a.cpp -- -std=c++20    one file with its flags\n"
     "  runnel check --format=text --format=sarif:runnel.sarif\n"
     "  runnel check --census               every mutex, and what to do with "
     "it\n"
     "\n"
     "exit status:\n"
     "  0  clean\n"
     "  1  findings\n"
     "  2  something could not be checked, or the call was wrong; stderr says "
     "what,\n     and findings so far are still printed\n"
     "\n"
     "configuration: .clang-tidy (Checks, CheckOptions, WarningsAsErrors, "
     "…) and\n.runnel.yaml; see docs/how-to/configure.md",
     withRunOptions(Own), 10},
    run);

} // namespace runnel::tool
