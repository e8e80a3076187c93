//===- Collect.cpp - Which findings an editor cannot see by itself --------===//

#include "tool/index/Collect.h"

#include "tool/driver/Passes.h"

#include "checks/analysis/Facts.h"
#include "checks/ir/Link.h"

#include "llvm/ADT/STLExtras.h"

namespace runnel::tool {

std::vector<IndexedFinding>
findingsForIndex(const std::vector<Finding> &All,
                 const std::set<ir::Name> &MainFiles, const UnitsOfRun &Units,
                 llvm::function_ref<bool(const CheckInfo &)> Wanted,
                 llvm::function_ref<Options(const CheckInfo &)> OptionsFor) {
  std::map<size_t, std::vector<Finding>> Alone;
  auto ShownBy = [&](size_t Unit) -> const std::vector<Finding> & {
    auto [It, New] = Alone.try_emplace(Unit);
    if (!New)
      return It->second;
    if (std::optional<ir::Module> M = Units.Module(Unit)) {
      std::vector<ir::Module> One;
      One.push_back(std::move(*M));
      ir::Program Program(ir::link(std::move(One)), /*Whole=*/false);
      analysis::Facts Facts(Program);
      It->second = runPasses(Facts, Wanted, OptionsFor);
    }
    return It->second;
  };
  std::vector<IndexedFinding> Result;
  for (const Finding &F : All) {
    const CheckInfo *C = findCheck(F.Check);
    const std::set<ir::Name> Touched = filesOf(F);
    if (Touched.size() < 2 && !(C && C->WholeProgram))
      continue;
    std::vector<ir::Name> Mains;
    for (ir::Name File : Touched)
      if (MainFiles.count(File))
        Mains.push_back(File);
    // Of two main files one unit sees one.
    bool NeedsProgram = Mains.size() > 1;
    if (!NeedsProgram) {
      const std::optional<size_t> Unit =
          Units.Find(Mains.empty() ? F.Where.Begin.File : Mains.front());
      // The same place and check: numbers in a message may be larger where
      // more is seen.
      NeedsProgram = !Unit || llvm::none_of(ShownBy(*Unit), [&](const auto &S) {
        return S.Check == F.Check && S.Where == F.Where && S.Symbol == F.Symbol;
      });
    }
    if (NeedsProgram || Touched.size() > 1)
      Result.push_back({F, NeedsProgram});
  }
  return Result;
}

} // namespace runnel::tool
