//===- Module.cpp - Runnel's checks as checks of clang-tidy ---------------===//
//
// Registers every check of the registry under its own name. clang-tidy makes
// one object for each check that is on, a unit; those of one unit share a
// UnitRun, and the first of them, the leader, does the work for all: the unit
// is lowered once, at its end, and each finding is said in the name of its
// check, so that NOLINT, header filters, WarningsAsErrors and --fix work as for
// any other check.
//
// Thread safety: clangd makes checks of several units in several threads; a
// UnitRun belongs to one ClangTidyContext and so to one of them.
//
//===----------------------------------------------------------------------===//

#include "tool/tidy/Emit.h"
#include "tool/tidy/UnitCheck.h"

#include "tool/driver/Paths.h"

#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"
#if __has_include("clang-tidy/ClangTidyModuleRegistry.h") &&                   \
                  LLVM_VERSION_MAJOR < 22
#include "clang-tidy/ClangTidyModuleRegistry.h"
#endif
#include "clang/AST/ASTContext.h"

#include <mutex>

namespace runnel::tidy {

using namespace clang;
using clang::tidy::ClangTidyCheck;
using clang::tidy::ClangTidyCheckFactories;
using clang::tidy::ClangTidyContext;
using clang::tidy::ClangTidyModule;

namespace {
class TidyCheck;

// What the checks of one unit share.
struct UnitRun {
  std::vector<TidyCheck *> Members;
  ASTContext *Context = nullptr;

  static std::shared_ptr<UnitRun> of(ClangTidyContext *Context) {
    static std::mutex Mutex;
    static std::map<ClangTidyContext *, std::weak_ptr<UnitRun>> Runs;
    std::scoped_lock Hold(Mutex);
    for (auto It = Runs.begin(); It != Runs.end();)
      It = It->second.expired() ? Runs.erase(It) : std::next(It);
    std::weak_ptr<UnitRun> &Kept = Runs[Context];
    std::shared_ptr<UnitRun> Run = Kept.lock();
    if (!Run)
      Kept = Run = std::make_shared<UnitRun>();
    return Run;
  }

  TidyCheck *member(llvm::StringRef Name) const;
  void finish(ClangTidyContext &Tidy);
};

// Yes to the first declaration it is asked about, for the leader to learn of
// the context: clangd does not visit the translation unit's own.
class FirstDecl : public ast_matchers::internal::MatcherInterface<Decl> {
public:
  bool matches(const Decl &, ast_matchers::internal::ASTMatchFinder *,
               ast_matchers::internal::BoundNodesTreeBuilder *) const override {
    return !std::exchange(Seen, true);
  }

private:
  mutable bool Seen = false;
};

class TidyCheck : public ClangTidyCheck {
public:
  TidyCheck(llvm::StringRef Name, ClangTidyContext *Tidy, const CheckInfo &Info)
      : ClangTidyCheck(Name, Tidy), Info(Info), Tidy(*Tidy),
        Run(UnitRun::of(Tidy)) {
    for (const OptionInfo &O : Info.Options)
      if (auto Value = Options.get(O.Key))
        Values[O.Key] = Value->str();
    Run->Members.push_back(this);
  }
  ~TidyCheck() override { llvm::erase(Run->Members, this); }

  void storeOptions(clang::tidy::ClangTidyOptions::OptionMap &Map) override {
    for (const OptionInfo &O : Info.Options) {
      auto Set = Values.find(O.Key);
      Options.store(Map, O.Key,
                    Set == Values.end() ? llvm::StringRef(O.Default)
                                        : llvm::StringRef(Set->second));
    }
  }

  void registerMatchers(ast_matchers::MatchFinder *Finder) override {
    if (Run->Members.front() == this)
      Finder->addMatcher(ast_matchers::internal::Matcher<Decl>(new FirstDecl),
                         this);
  }
  void check(const ast_matchers::MatchFinder::MatchResult &Result) override {
    Run->Context = Result.Context;
  }
  void onEndOfTranslationUnit() override {
    if (Run->Context)
      Run->finish(Tidy);
  }

  const CheckInfo &Info;
  llvm::StringMap<std::string> Values; ///< of options that are set

private:
  ClangTidyContext &Tidy;
  std::shared_ptr<UnitRun> Run;
};

TidyCheck *UnitRun::member(llvm::StringRef Name) const {
  for (TidyCheck *M : Members)
    if (M->Info.Name == Name)
      return M;
  return nullptr;
}

// clang-tidy's own filter lets every header through unless it is told
// otherwise; a run lets those of the project through.
bool isElsewhere(const Finding &F, const Project &In,
                 const clang::tidy::ClangTidyOptions &O, bool IsMain) {
  const bool AsUsual = !O.HeaderFilterRegex || O.HeaderFilterRegex->empty() ||
                       *O.HeaderFilterRegex == ".*";
  return !IsMain && AsUsual &&
         !tool::isBelow(tool::unspell(F.Where.Begin.File.str(), In.Root),
                        In.Root);
}

void UnitRun::finish(ClangTidyContext &Tidy) {
  const std::string Main = mainFileOf(*Context);
  if (Main.empty())
    return;
  const std::shared_ptr<const Project> In = projectOf(Main);
  if (!In->Trouble.empty())
    Tidy.configurationDiag("%0", DiagnosticIDs::Error) << In->Trouble;
  const bool InEditor = Tidy.areDiagsSelfContained();
  const std::string Globs = Tidy.getOptions().Checks.value_or("");
  auto Wanted = [&](const CheckInfo &C) {
    return member(C.Name) && isOn(C, Globs, In->level());
  };
  auto OptionsFor = [&](const CheckInfo &C) {
    return Options(member(C.Name)->Values);
  };
  std::vector<tool::ReportedFinding> Found =
      checkUnit(*Context, {*In, Wanted, OptionsFor, !InEditor});
  Emitter Out(Context->getSourceManager(), In->Root, InEditor);
  const ir::Name MainName(tool::spell(Main, In->Root));
  KnownLines Known;
  for (const tool::ReportedFinding &R : Found) {
    const Finding &F = R.What;
    const bool IsKnown = R.By == tool::Silenced::Baseline;
    TidyCheck *M = member(F.Check);
    // Whoever reads a report asks what is new; whoever has the code open can
    // mend what is not.
    if (!M || (IsKnown && !InEditor) ||
        isElsewhere(F, *In, Tidy.getOptions(), F.Where.Begin.File == MainName))
      continue;
    const unsigned Line = Out.emit(
        F, [&](SourceLocation Loc, llvm::StringRef Format,
               DiagnosticIDs::Level At) { return M->diag(Loc, Format, At); });
    if (IsKnown && Line)
      Known.insert({Line, F.Check});
  }
  if (InEditor)
    keepKnown(Main, std::move(Known));
}

class Module : public ClangTidyModule {
public:
  void addCheckFactories(ClangTidyCheckFactories &Factories) override {
    for (const CheckInfo &C : allChecks())
      Factories.registerCheckFactory(
          C.Name, [&C](llvm::StringRef Name, ClangTidyContext *Context) {
            return std::make_unique<TidyCheck>(Name, Context, C);
          });
  }
};
} // namespace

static clang::tidy::ClangTidyModuleRegistry::Add<Module>
    X("runnel-module", "checks of concurrency style");

} // namespace runnel::tidy
