//===- CheckRun.cpp - What check, fix and baseline have in common ---------===//

#include "tool/commands/CheckRun.h"

#include "tool/config/Nearest.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Progress.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

#include <csignal>
#include <set>
#include <unistd.h>

namespace runnel::tool {

static const OptionSpec RunOptions[] = {
    {"build", 'p', "DIR",
     "the folder with compile_commands.json, or the file itself; without it, "
     "build folders and CMake presets are searched"},
    {"jobs", 'j', "N", "worker processes; default: one a core"},
    {"checks", 0, "GLOBS",
     "checks to turn on, or with - in front off, said after .clang-tidy: "
     "'-*,runnel-lock-*'"},
    {"level", 0, "LEVEL",
     "default: findings to act on; strict: and matters of taste; advice: and "
     "suggestions",
     "default|strict|advice"},
    {"header-filter", 0, "REGEX",
     "headers to report on; default: those of the project"},
    {"timeout", 0, "SECONDS", "CPU time for one file; default: 300"},
    {"memory", 0, "MB", "memory for one file; default: 4096"},
    {"cache-dir", 0, "DIR",
     "where parsed files are kept; default: $XDG_CACHE_HOME/runnel"},
    {"no-cache", 0, nullptr, "parse everything, keep nothing"},
    {"no-skip", 0, nullptr,
     "parse also files that mention nothing of interest"},
    {"whole-program", 0, nullptr,
     "the files named are all of the program: nothing else uses what they "
     "declare"},
    {"extra-arg", 0, "FLAG", "a compiler flag to add to every command"},
    {"extra-arg-before", 0, "FLAG", "the same, in front of the others"},
    {"root", 0, "DIR",
     "the project's folder, to which paths in findings are relative; default: "
     "where .runnel.yaml or version control is"},
    {"resource-dir", 0, "DIR", "clang's lib/clang/22, where it is not found"},
    {"stats", 0, nullptr, "say what was parsed, skipped, cached, and the time"},
    {"quiet", 'q', nullptr, "no summary, no notes"},
};

llvm::ArrayRef<OptionSpec> runOptions() { return RunOptions; }

llvm::ArrayRef<OptionSpec> withRunOptions(llvm::ArrayRef<OptionSpec> Own) {
  static std::vector<std::unique_ptr<std::vector<OptionSpec>>> Kept;
  auto All = std::make_unique<std::vector<OptionSpec>>(std::begin(RunOptions),
                                                       std::end(RunOptions));
  All->insert(All->end(), Own.begin(), Own.end());
  Kept.push_back(std::move(All));
  return *Kept.back();
}

template <class T>
static llvm::Error readNumber(const Arguments &A, llvm::StringRef Name, T Least,
                              T &Into, bool &Given) {
  Given = A.has(Name);
  if (!Given)
    return llvm::Error::success();
  if (A.get(Name).getAsInteger(10, Into) || Into < Least)
    return llvm::createStringError(
        "'--" + Name + "' takes a number of at least " + llvm::Twine(Least) +
        ", not '" + A.get(Name) + "'");
  return llvm::Error::success();
}

llvm::Expected<RunRequest> runRequest(const Arguments &A) {
  RunRequest R;
  R.Units.Paths = A.Positional;
  R.Units.Database = A.get("build").str();
  R.Units.Root = A.get("root").str();
  R.Units.ResourceDir = A.get("resource-dir").str();
  R.Units.ExtraArgs = A.all("extra-arg");
  R.Units.ExtraArgsBefore = A.all("extra-arg-before");
  R.Units.FlagsGiven = A.DashDash;
  R.Units.Flags = A.After;
  R.Units.WholeProgram = A.has("whole-program");
  R.Budget.Jobs = usableCores();
  if (llvm::Error E = readNumber(A, "jobs", 1u, R.Budget.Jobs, R.BudgetJobs))
    return std::move(E);
  // More processes than that only take each other's memory.
  R.Budget.Jobs = std::min(R.Budget.Jobs, 512u);
  if (llvm::Error E =
          readNumber(A, "timeout", 1u, R.Budget.Seconds, R.BudgetSeconds))
    return std::move(E);
  if (llvm::Error E = readNumber(A, "memory", uint64_t(1), R.Budget.MemoryMb,
                                 R.BudgetMemory))
    return std::move(E);
  R.UseCache = !A.has("no-cache");
  R.CacheFolder = A.get("cache-dir").str();
  if (A.has("level"))
    R.At = parseLevel(A.get("level"));
  for (const std::string &C : A.all("checks")) {
    std::vector<GlobItem> Items = parseGlobs(C);
    if (llvm::Error E = refuseUnknownChecks(Items, "--checks"))
      return std::move(E);
    R.Checks.insert(R.Checks.end(), Items.begin(), Items.end());
  }
  if (A.has("header-filter"))
    R.HeaderFilter = A.get("header-filter").str();
  R.ParseAll = A.has("no-skip");
  R.Progress = stderrIsTerminal() && !A.has("quiet");
  return R;
}

std::string baselinePath(const Arguments &A, const RunResult &R, bool Default) {
  for (const char *Option : {"baseline", "output"})
    if (A.has(Option))
      return absolutePath(A.get(Option), currentDirectory());
  if (!R.BaselineFile.empty() || !Default)
    return R.BaselineFile;
  return absolutePath(".runnel-baseline.json", R.What.Root);
}

void sayNotes(const RunResult &R, const Arguments &A) {
  if (A.has("quiet"))
    return;
  for (const std::string &N : R.Notes)
    llvm::errs() << "runnel: note: " << N << '\n';
}

void sayProblems(const RunResult &R) {
  for (const Problem &P : R.What.Problems) {
    llvm::errs() << "runnel: warning: ";
    if (!P.File.empty())
      llvm::errs() << P.File << ": ";
    llvm::errs() << P.Message << '\n';
    for (const std::string &D : P.Details)
      llvm::errs() << "  " << D << '\n';
  }
}

void saySummary(const RunResult &R) {
  size_t Shown = 0, Errors = 0, InSource = 0, Known = 0;
  std::set<ir::Name> Files;
  for (const ReportedFinding &F : R.What.Findings) {
    InSource += F.By == Silenced::InSource;
    Known += F.By == Silenced::Baseline;
    if (F.By != Silenced::No)
      continue;
    ++Shown;
    Errors += F.What.How == Severity::Error;
    Files.insert(F.What.Where.Begin.File);
  }
  llvm::raw_ostream &OS = llvm::errs();
  OS << "runnel: ";
  if (Shown == 0)
    OS << "no findings";
  else
    OS << Shown << (Shown == 1 ? " finding" : " findings") << " in "
       << Files.size() << (Files.size() == 1 ? " file" : " files");
  if (Errors)
    OS << ", " << Errors << " of them errors";
  OS << " (" << R.Stats.Units
     << (R.Stats.Units == 1 ? " unit checked" : " units checked");
  if (InSource)
    OS << ", " << InSource << " suppressed in the source";
  if (Known)
    OS << ", " << Known << " in the baseline";
  if (!R.What.Problems.empty())
    OS << ", " << R.What.Problems.size() << " not or not wholly";
  OS << ")\n";
}

void sayStats(const RunStats &S) {
  llvm::raw_ostream &OS = llvm::errs();
  auto Line = [&](const char *Name) -> llvm::raw_ostream & {
    return OS << "stats: " << llvm::left_justify(Name, 22);
  };
  Line("units") << S.Units << '\n';
  Line("parsed") << S.Parsed << '\n';
  Line("from the cache") << S.FromCache
                         << (S.WholeRunFromCache ? " (the whole run)" : "")
                         << '\n';
  Line("skipped unparsed") << S.Skipped << '\n';
  Line("not or partly checked") << S.Failed << '\n';
  Line("functions") << S.Functions << '\n';
  auto Seconds = [&](const char *Name, double V) {
    Line(Name) << llvm::format("%.3f s\n", V);
  };
  Seconds("collecting units", S.CollectSeconds);
  Seconds("scanning", S.ScanSeconds);
  Seconds("modules", S.ModuleSeconds);
  Seconds("linking", S.LinkSeconds);
  Seconds("checks", S.PassSeconds);
  Seconds("total", S.TotalSeconds);
  Seconds("CPU in workers", S.WorkerCpuSeconds);
  Line("largest worker") << S.WorkerPeakKb / 1024 << " MB\n";
  if (S.Scopes)
    Line("protocols explored") << S.Scopes << '\n';
  for (const std::string &Each : S.GivenUp)
    Line("protocol given up") << Each << '\n';
  if (!S.CacheTrouble.empty())
    Line("cache not written") << S.CacheTrouble << '\n';
}

void dieOf(int Signal) {
  llvm::errs() << "runnel: interrupted\n";
  llvm::errs().flush();
  llvm::outs().flush();
  std::signal(Signal, SIG_DFL);
  ::raise(Signal);
  ::_exit(128 + Signal);
}

} // namespace runnel::tool
