//===- Run.cpp - A whole run: units to report -----------------------------===//

#include "tool/driver/Run.h"

#include "tool/cache/Cache.h"
#include "tool/cache/Hash.h"
#include "tool/driver/Analysis.h"
#include "tool/driver/Modules.h"
#include "tool/driver/Passes.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Scan.h"
#include "tool/driver/Suppress.h"
#include "tool/edit/EmptiedLines.h"
#include "tool/index/Collect.h"

#include "checks/Check.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/ProtocolExplore.h"
#include "checks/ir/Link.h"
#include "checks/ir/Serialize.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"

namespace runnel::tool {

namespace path = llvm::sys::path;

namespace {
using Clock = std::chrono::steady_clock;

// Adds the time of a scope to a figure.
class Stopwatch {
public:
  explicit Stopwatch(double &Into) : Into(Into), Begin(Clock::now()) {}
  ~Stopwatch() {
    Into += std::chrono::duration<double>(Clock::now() - Begin).count();
  }

private:
  double &Into;
  Clock::time_point Begin;
};

class Runner {
public:
  explicit Runner(const RunRequest &R) : R(R) {}

  llvm::Expected<RunResult> run() {
    {
      Stopwatch Total(Result.Stats.TotalSeconds);
      if (llvm::Error E = prepare())
        return std::move(E);
      if (llvm::Error E = analyse())
        return std::move(E);
      if (!Result.Interrupted)
        Store.trim();
      if (llvm::Error E = report())
        return std::move(E);
    }
    Result.Stats.CacheTrouble = Store.trouble();
    return std::move(Result);
  }

private:
  llvm::Error prepare() {
    Stopwatch Watch(Result.Stats.CollectSeconds);
    llvm::Expected<UnitList> Collected = collectUnits(R.Units, Configs);
    if (!Collected)
      return Collected.takeError();
    List = std::move(*Collected);
    Result.Notes = List.Notes;
    Result.Stats.Units = List.Units.size();
    At = R.At.value_or(List.Config.At.value_or(Level::Default));
    Budget = R.Budget;
    if (!R.BudgetSeconds && List.Config.Seconds)
      Budget.Seconds = *List.Config.Seconds;
    if (!R.BudgetMemory && List.Config.MemoryMb)
      Budget.MemoryMb = *List.Config.MemoryMb;
    if (!R.BudgetJobs && List.Config.Jobs)
      Budget.Jobs = std::max(1u, *List.Config.Jobs);
    if (R.UseCache) {
      std::string Folder = R.CacheFolder;
      if (Folder.empty())
        Folder = List.Config.CacheFolder;
      if (Folder.empty())
        Folder = defaultCacheFolder(
            List.DatabaseFolder.empty() ? List.Root : List.DatabaseFolder);
      Store = Cache(absolutePath(Folder, currentDirectory()),
                    List.Config.CacheMb.value_or(1024));
    }
    if (R.HeaderFilter) {
      std::string Why;
      if (!llvm::Regex(*R.HeaderFilter).isValid(Why))
        return llvm::createStringError("--header-filter: '" + *R.HeaderFilter +
                                       "' is no regular expression: " + Why);
    }
    return llvm::Error::success();
  }

  // The checks that some folder has on.
  llvm::Expected<std::set<std::string>>
  wantedChecks(const std::set<std::string> &Folders) {
    std::set<std::string> Wanted;
    for (const std::string &Folder : Folders) {
      llvm::Expected<const TidyConfig *> T =
          Configs.forFolder(unspell(Folder, List.Root));
      if (!T)
        return T.takeError();
      for (const CheckInfo &C : allChecks())
        if (isEnabled(C, **T, At, R.Checks))
          Wanted.insert(C.Name.str());
    }
    return Wanted;
  }

  // What the result depends on besides the contents of files.
  std::string runKey(const TidyConfig &RootConfig, const ModuleMaker &Maker) {
    Hasher H;
    H.text("run").text(toolIdentity()).text(List.Root);
    H.text(List.Whole ? "whole" : "part").text(R.ParseAll ? "all" : "");
    for (const auto &[Key, Value] : RootConfig.CheckOptions)
      H.text(Key).text(Value);
    for (const Unit &U : List.Units)
      H.text(Maker.keyOf(U));
    for (const std::string &M : List.Modules)
      H.text(M).text(hashOfFile(M));
    for (const Problem &P : List.Problems)
      H.text(P.File).text(P.Message);
    return H.finish();
  }

  llvm::Expected<bool> fromCache(const std::string &Key) {
    std::optional<std::string> Bytes = Store.get("run", Key);
    Analysis A;
    std::vector<Dependency> Dependencies;
    if (!Bytes || !decode(*Bytes, A, Dependencies))
      return false;
    FileMemo Memo;
    for (const Dependency &D : Dependencies)
      if (!Memo.holds(D))
        return false;
    llvm::Expected<std::set<std::string>> Wanted = wantedChecks(A.Folders);
    if (!Wanted)
      return Wanted.takeError();
    if (!std::includes(A.Checks.begin(), A.Checks.end(), Wanted->begin(),
                       Wanted->end()))
      return false;
    if (R.WithLocks && !A.Locks)
      return false;
    Found = std::move(A);
    return true;
  }

  llvm::Error analyse() {
    llvm::Expected<const TidyConfig *> RootConfig =
        Configs.forFolder(List.Root);
    if (!RootConfig)
      return RootConfig.takeError();
    ModuleMaker Maker(List, Budget, Store, R.Progress);
    const bool KeepRun = Store.on() && !R.Inspect;
    const std::string Key = KeepRun ? runKey(**RootConfig, Maker) : "";
    if (KeepRun) {
      llvm::Expected<bool> Hit = fromCache(Key);
      if (!Hit)
        return Hit.takeError();
      if (*Hit) {
        Result.Stats.WholeRunFromCache = true;
        Result.Stats.FromCache = Found.Parsed;
        Result.Stats.Skipped = Found.Skipped;
        Result.Stats.Functions = Found.Functions;
        return llvm::Error::success();
      }
    }
    llvm::Expected<ir::Module> Linked = makeProgram(Maker);
    if (!Linked)
      return Linked.takeError();
    if (Result.Interrupted)
      return llvm::Error::success();
    Found.MainFiles = Linked->MainFiles;
    Found.Functions = Result.Stats.Functions = Linked->Functions.size();
    Found.Suppressions = Linked->Suppressions;
    auto AddFolder = [&](ir::Name File) {
      if (File && path::is_relative(File.str()))
        Found.Folders.insert(path::parent_path(File.str()).str());
    };
    Found.Folders.insert("");
    for (ir::Name F : Linked->MainFiles)
      AddFolder(F);
    ir::Name Last;
    for (const ir::Function &F : Linked->Functions)
      if (F.Where.Begin.File != Last)
        AddFolder(Last = F.Where.Begin.File);
    for (const ir::Record &Rec : Linked->Records)
      if (Rec.Where.Begin.File != Last)
        AddFolder(Last = Rec.Where.Begin.File);
    llvm::Expected<std::set<std::string>> Wanted = wantedChecks(Found.Folders);
    if (!Wanted)
      return Wanted.takeError();
    Found.Checks = *Wanted;
    runPasses(std::move(*Linked), Maker, **RootConfig);
    if (KeepRun && Lasting)
      Store.put("run", Key, encode(Found, allDependencies(Maker)));
    return llvm::Error::success();
  }

  llvm::Expected<ir::Module> makeProgram(ModuleMaker &Maker) {
    std::vector<ir::Module> Modules;
    for (const std::string &File : List.Modules) {
      auto Buffer = llvm::MemoryBuffer::getFile(File);
      if (!Buffer)
        return llvm::createStringError(File + ": " +
                                       Buffer.getError().message());
      llvm::StringRef Bytes = (*Buffer)->getBuffer();
      const std::string Spelled = spell(File, List.Root);
      llvm::Expected<ir::Module> M = ir::isBinary(Bytes)
                                         ? ir::readBinary(Bytes, Spelled)
                                         : ir::readText(Bytes, Spelled);
      if (!M)
        return M.takeError();
      Modules.push_back(std::move(*M));
    }
    std::vector<size_t> First, Later;
    if (llvm::Error E = scan(First, Later))
      return std::move(E);
    if (!make(Maker, First))
      return ir::Module();
    std::set<size_t> Taken;
    auto Take = [&] {
      for (auto &[Index, M] : Maker.Made) {
        if (!M.Have || !Taken.insert(Index).second)
          continue;
        llvm::Expected<ir::Module> Read =
            ir::readBinary(M.Module, List.Units[Index].Spelled);
        if (Read)
          Modules.push_back(std::move(*Read));
        else
          M.Trouble = Problem{List.Units[Index].Spelled,
                              "its module is damaged: " +
                                  llvm::toString(Read.takeError()),
                              {}};
      }
      Stopwatch Watch(Result.Stats.LinkSeconds);
      ir::Module Linked = ir::link(std::move(Modules));
      Modules.clear();
      return Linked;
    };
    ir::Module Linked = Take();
    // Units that mention no vocabulary matter where a lock may be held across
    // a call into them. Their calls may lead to others in turn.
    while (!Later.empty()) {
      std::vector<size_t> Next, Rest;
      {
        Stopwatch Watch(Result.Stats.ScanSeconds);
        llvm::StringSet<> Names = wantedNames(Linked);
        for (size_t Index : Later)
          (Text->names(List.Units[Index], Names) ? Next : Rest)
              .push_back(Index);
      }
      if (Next.empty())
        break;
      if (!make(Maker, Next))
        return ir::Module();
      Modules.push_back(std::move(Linked));
      Linked = Take();
      Later = std::move(Rest);
    }
    SkippedUnits = Later;
    Found.Skipped = Result.Stats.Skipped = Later.size();
    Found.Parsed = Maker.Made.size();
    Found.Problems = List.Problems;
    for (auto &[Index, M] : Maker.Made) {
      if (M.Trouble) {
        Found.Problems.push_back(*M.Trouble);
        ++Result.Stats.Failed;
      }
      Lasting &= M.Lasting;
    }
    llvm::sort(Found.Problems, [](const Problem &A, const Problem &B) {
      return std::tie(A.File, A.Message) < std::tie(B.File, B.Message);
    });
    return Linked;
  }

  bool make(ModuleMaker &Maker, const std::vector<size_t> &Which) {
    Stopwatch Watch(Result.Stats.ModuleSeconds);
    if (Maker.make(Which, Result.Stats))
      return true;
    Result.Interrupted = Maker.InterruptedBy;
    return false;
  }

  // First: units to parse in any case; Later: those that may not need it.
  llvm::Error scan(std::vector<size_t> &First, std::vector<size_t> &Later) {
    Stopwatch Watch(Result.Stats.ScanSeconds);
    Text = std::make_unique<Scanner>(List.Root);
    llvm::Expected<const frontend::Vocabulary *> Vocab =
        Vocabularies.load(List.Config.HasVocabulary ? List.Config.File : "");
    if (!Vocab)
      return Vocab.takeError();
    for (size_t I = 0; I < List.Units.size(); ++I) {
      // A unit somebody asked for by name, alone, is parsed: its compile
      // errors are news too.
      const bool Parse = R.ParseAll || R.Units.FlagsGiven ||
                         List.Units.size() == 1 ||
                         Text->mentions(List.Units[I], **Vocab);
      (Parse ? First : Later).push_back(I);
    }
    return llvm::Error::success();
  }

  void runPasses(ir::Module Linked, const ModuleMaker &Maker,
                 const TidyConfig &RootConfig) {
    Stopwatch Watch(Result.Stats.PassSeconds);
    // "Nothing else uses it" needs all of the program.
    const bool AllThere =
        (List.Whole || List.Units.empty()) && Found.Problems.empty();
    ir::Program Program(std::move(Linked), AllThere);
    analysis::Facts Facts(Program);
    if (R.Inspect)
      return R.Inspect(Facts);
    auto Wanted = [&](const CheckInfo &C) {
      return Found.Checks.count(C.Name.str()) != 0;
    };
    auto OptionsFor = [&](const CheckInfo &C) {
      return optionsOf(C, RootConfig.CheckOptions);
    };
    Found.Findings = runnel::tool::runPasses(Facts, Wanted, OptionsFor);
    countScopes(Facts, Wanted, OptionsFor);
    if (R.WithLocks) {
      Found.Locks = LockPicture::of(Facts, /*TroubleOnly=*/false);
      Found.Mutexes = Census::of(Facts);
    }
    if (!leavesIndex())
      return;
    auto Find = [&](ir::Name File) { return unitOf(Maker, File); };
    auto Module = [&](size_t Unit) -> std::optional<ir::Module> {
      llvm::Expected<ir::Module> M =
          ir::readBinary(Maker.Made.at(Unit).Module, List.Units[Unit].Spelled);
      if (M)
        return std::move(*M);
      llvm::consumeError(M.takeError());
      return std::nullopt;
    };
    Found.ForIndex = findingsForIndex(
        Found.Findings,
        std::set<ir::Name>(Found.MainFiles.begin(), Found.MainFiles.end()),
        {Find, Module}, Wanted, OptionsFor);
  }

  // What runnel-chan-blocked could not see whole; kept by the facts.
  template <class Test, class Get>
  void countScopes(const analysis::Facts &Facts, Test Wanted, Get OptionsFor) {
    const CheckInfo *Blocked = findCheck("runnel-chan-blocked");
    if (!Blocked || !Wanted(*Blocked))
      return;
    const analysis::protocol::Exploration &All =
        Facts.protocols(analysis::protocol::budgetOf(
            [O = OptionsFor(*Blocked)](const char *Key, uint64_t Default) {
              return uint64_t(O.get(Key, long(Default)));
            }));
    Result.Stats.Scopes = All.Scopes;
    for (const analysis::protocol::GivenUp &G : All.Given)
      Result.Stats.GivenUp.push_back(G.Scope->Id.str().str() + " (" +
                                     G.Scope->Where.Begin.File.str().str() +
                                     ":" +
                                     std::to_string(G.Scope->Where.Begin.Line) +
                                     "): " + analysis::protocol::reason(G));
  }

  // A part of a project, or some of the checks, would hide the rest.
  bool leavesIndex() const {
    return Store.on() && List.Whole && R.Checks.empty() && !R.Inspect &&
           List.Modules.empty();
  }

  // A unit with a module of which \p File is the main file, or that read it.
  std::optional<size_t> unitOf(const ModuleMaker &Maker, ir::Name File) const {
    const std::string Path = unspell(File.str(), List.Root);
    std::optional<size_t> Reader;
    for (const auto &[Index, M] : Maker.Made) {
      if (!M.Have)
        continue;
      if (List.Units[Index].File == Path)
        return Index;
      if (!Reader && llvm::any_of(M.Dependencies, [&](const Dependency &D) {
            return D.Path == Path;
          }))
        Reader = Index;
    }
    return Reader;
  }

  // With levels, configuration and suppressions applied, as in the report.
  void leaveIndex(const std::function<bool(llvm::StringRef, ir::Name)> &Enabled,
                  SourceCache &Sources) {
    std::vector<ReportedFinding> Open;
    std::vector<bool> NeedsProgram;
    for (IndexedFinding &X : Found.ForIndex)
      if (Enabled(X.What.Check, X.What.Where.Begin.File)) {
        Open.push_back({std::move(X.What), Silenced::No, "", ""});
        NeedsProgram.push_back(X.NeedsProgram);
      }
    applySuppressions(Open, Found.Suppressions, false, Enabled);
    std::vector<IndexedFinding> Left;
    for (size_t I = 0; I < Open.size(); ++I) {
      if (Open[I].By != Silenced::No)
        continue;
      for (Fix &X : Open[I].What.Fixes)
        removeEmptiedLines(X, Sources);
      Left.push_back({std::move(Open[I].What), NeedsProgram[I]});
    }
    (void)writeIndex(indexPath(Store.folder(), List.Root),
                     ProjectIndex::of(std::move(Left), MainFiles, Sources));
  }

  std::vector<Dependency> allDependencies(ModuleMaker &Maker) {
    std::map<std::string, Dependency> All;
    auto Add = [&](Dependency D) {
      auto [It, New] = All.try_emplace(D.Path, D);
      // Known by one unit to be there, read by another.
      if (!New && It->second.Hash.empty())
        It->second = std::move(D);
    };
    for (auto &[Index, M] : Maker.Made)
      for (Dependency &D : M.Dependencies)
        Add(std::move(D));
    for (size_t Index : SkippedUnits)
      for (Dependency &D : Text->dependencies(List.Units[Index]))
        Add(std::move(D));
    std::vector<Dependency> Result;
    for (auto &[Path, D] : All)
      Result.push_back(std::move(D));
    return Result;
  }

  // Whether the file of a finding is one the user wants to hear about.
  llvm::Expected<bool> isShown(ir::Name File) {
    const std::string Absolute = unspell(File.str(), List.Root);
    const std::string Spelled = spell(Absolute, List.Root);
    if (List.Config.excludes(Spelled))
      return false;
    const bool Main = MainFiles.count(File);
    bool Named = List.Shown.empty();
    bool AnyUnit = false;
    for (const std::string &S : List.Shown) {
      Named |= isBelow(Absolute, S);
      AnyUnit |= llvm::any_of(
          List.Units, [&](const Unit &U) { return isBelow(U.File, S); });
    }
    if (Main || (Named && !List.Shown.empty()))
      return Named;
    // A header: of a named unit, or of any.
    if (!Named && !AnyUnit)
      return false;
    llvm::Expected<const TidyConfig *> T =
        Configs.forFolder(path::parent_path(Absolute));
    if (!T)
      return T.takeError();
    const std::optional<std::string> &Filter =
        R.HeaderFilter ? R.HeaderFilter : (*T)->HeaderFilterRegex;
    if ((*T)->ExcludeHeaderFilterRegex &&
        llvm::Regex(*(*T)->ExcludeHeaderFilterRegex).match(Absolute))
      return false;
    if (Filter)
      return llvm::Regex(*Filter).match(Absolute);
    return isBelow(Absolute, List.Root);
  }

  llvm::Error report() {
    Report &Out = Result.What;
    Out.Root = List.Root;
    Out.Problems = Found.Problems;
    if (R.WithLocks) {
      Out.Locks = std::move(Found.Locks);
      Out.Mutexes = std::move(Found.Mutexes);
    }
    Result.Whole = List.Whole && Found.Problems.empty();
    Result.BaselineFile = List.Config.BaselineFile;
    Out.Checks.assign(Found.Checks.begin(), Found.Checks.end());
    MainFiles.insert(Found.MainFiles.begin(), Found.MainFiles.end());
    std::string Failure;
    auto ConfigOf = [&](ir::Name File) -> const TidyConfig * {
      llvm::Expected<const TidyConfig *> T =
          Configs.forFolder(path::parent_path(unspell(File.str(), List.Root)));
      if (T)
        return *T;
      Failure = llvm::toString(T.takeError());
      return nullptr;
    };
    auto Enabled = [&](llvm::StringRef Check, ir::Name File) {
      const CheckInfo *C = findCheck(Check);
      const TidyConfig *T = ConfigOf(File);
      return C && T && isEnabled(*C, *T, At, R.Checks);
    };
    for (Finding &F : Found.Findings)
      if (Enabled(F.Check, F.Where.Begin.File))
        Out.Findings.push_back({std::move(F), Silenced::No, "", ""});
    applySuppressions(Out.Findings, Found.Suppressions, At >= Level::Strict,
                      Enabled);
    SourceCache Sources(List.Root);
    if (leavesIndex() && !Result.Interrupted)
      leaveIndex(Enabled, Sources);
    std::map<ir::Name, bool> Shown;
    std::vector<ReportedFinding> Kept;
    for (ReportedFinding &F : Out.Findings) {
      const ir::Name File = F.What.Where.Begin.File;
      auto It = Shown.find(File);
      if (It == Shown.end()) {
        llvm::Expected<bool> S = isShown(File);
        if (!S)
          return S.takeError();
        It = Shown.emplace(File, *S).first;
      }
      if (!It->second)
        continue;
      if (const TidyConfig *T = ConfigOf(File))
        if (globsContain(T->WarningsAsErrors, F.What.Check))
          F.What.How = Severity::Error;
      for (Fix &X : F.What.Fixes)
        removeEmptiedLines(X, Sources);
      Kept.push_back(std::move(F));
    }
    if (!Failure.empty())
      return llvm::createStringError(Failure);
    Out.Findings = std::move(Kept);
    llvm::sort(Out.Findings,
               [](const ReportedFinding &A, const ReportedFinding &B) {
                 return findingBefore(A.What, B.What);
               });
    addFingerprints(Out);
    return llvm::Error::success();
  }

  const RunRequest &R;
  TidyConfigs Configs;
  VocabularyLoader Vocabularies;
  UnitList List;
  Level At = Level::Default;
  Limits Budget;
  Cache Store;
  std::unique_ptr<Scanner> Text;
  std::vector<size_t> SkippedUnits;
  std::set<ir::Name> MainFiles;
  Analysis Found;
  bool Lasting = true;
  RunResult Result;
};
} // namespace

llvm::Expected<RunResult> runChecks(const RunRequest &R) {
  return Runner(R).run();
}

} // namespace runnel::tool
