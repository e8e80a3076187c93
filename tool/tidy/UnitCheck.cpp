//===- UnitCheck.cpp - All checks over one parsed translation unit --------===//

#include "tool/tidy/UnitCheck.h"

#include "tool/driver/Passes.h"
#include "tool/driver/Paths.h"
#include "tool/driver/Suppress.h"
#include "tool/edit/EmptiedLines.h"

#include "checks/analysis/Facts.h"
#include "checks/frontend/Frontend.h"
#include "checks/ir/Link.h"

#include "clang/AST/ASTContext.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/STLExtras.h"

namespace runnel::tidy {

using namespace runnel::tool;

std::string mainFileOf(const clang::ASTContext &Context) {
  const clang::SourceManager &SM = Context.getSourceManager();
  clang::OptionalFileEntryRef Main =
      SM.getFileEntryRefForID(SM.getMainFileID());
  if (!Main)
    return "";
  llvm::SmallString<256> Path(Main->getName());
  SM.getFileManager().makeAbsolutePath(Path);
  return absolutePath(Path, "/");
}

std::vector<ReportedFinding> checkUnit(clang::ASTContext &Context,
                                       const UnitQuestion &Q) {
  const std::string &Root = Q.In.Root;
  const ir::Name Main(spell(mainFileOf(Context), Root));
  frontend::FrontendOptions Lowering;
  Lowering.Vocab = Q.In.Vocab;
  Lowering.ProjectRoot = Root;
  std::vector<ir::Module> Modules;
  Modules.push_back(frontend::lower(Context, Lowering));
  ir::Program Program(ir::link(std::move(Modules)), /*Whole=*/false);
  analysis::Facts Facts(Program);
  std::vector<Finding> Fresh = runPasses(Facts, Q.Wanted, Q.OptionsFor);

  const clang::SourceManager &SM = Context.getSourceManager();
  SourceCache Sources(Root);
  Sources.put(Main, SM.getBufferData(SM.getMainFileID()));

  std::vector<ReportedFinding> Judged;
  for (Finding &F : Fresh) {
    for (Fix &X : F.Fixes)
      removeEmptiedLines(X, Sources);
    Judged.push_back({std::move(F), Silenced::No, "", ""});
  }
  // A suppression that silences a finding of the whole program is of use
  // though nothing here shows it: `runnel check` judges them.
  applySuppressions(Judged, Program.module().Suppressions,
                    /*ReportUnused=*/false,
                    [](llvm::StringRef, ir::Name) { return true; });
  if (Q.In.Index) {
    const size_t FreshOnes = Judged.size();
    for (Finding &F : Q.In.Index->touching(Main, Q.WithHeaderBodies, Sources)) {
      const CheckInfo *C = findCheck(F.Check);
      auto Same = [&](const ReportedFinding &R) {
        return R.What.Check == F.Check && R.What.Symbol == F.Symbol &&
               R.What.Where.Begin == F.Where.Begin;
      };
      if (!C || !Q.Wanted(*C) ||
          std::any_of(Judged.begin(), Judged.begin() + FreshOnes, Same))
        continue;
      Judged.push_back({std::move(F), Silenced::No, "", ""});
    }
  }
  llvm::erase_if(Judged, [&](const ReportedFinding &F) {
    return F.By != Silenced::No ||
           Q.In.Config.excludes(F.What.Where.Begin.File.str());
  });
  llvm::sort(Judged, [](const ReportedFinding &A, const ReportedFinding &B) {
    return findingBefore(A.What, B.What);
  });
  if (Q.In.Known)
    Q.In.Known->mark(Judged);
  return Judged;
}

} // namespace runnel::tidy
