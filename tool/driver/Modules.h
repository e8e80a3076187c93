//===- Modules.h - Units to modules, through cache and workers --*- C++ -*-===//

#ifndef RUNNEL_TOOL_DRIVER_MODULES_H
#define RUNNEL_TOOL_DRIVER_MODULES_H

#include "tool/cache/Cache.h"
#include "tool/driver/Lower.h"
#include "tool/driver/Run.h"

namespace runnel::tool {

/// What became of one unit.
struct UnitModule {
  bool Have = false;    ///< Module is there
  bool Lasting = false; ///< a run with the same inputs ends the same way
  std::string Module;
  std::optional<Problem> Trouble;
  std::vector<Dependency> Dependencies;
};

class ModuleMaker {
public:
  ModuleMaker(const UnitList &List, const Limits &Budget, Cache &Store,
              bool ShowProgress);

  /// Makes the modules of these units (indices into the list) and adds them to
  /// Made. False: interrupted.
  bool make(const std::vector<size_t> &Which, RunStats &Stats);

  /// By unit index; units that were not asked for are absent.
  std::map<size_t, UnitModule> Made;
  int InterruptedBy = 0;

  /// Command, frontend, this binary: not the files' contents.
  std::string keyOf(const Unit &U) const;

private:
  bool fromCache(size_t Index);
  void accept(size_t Index, Outcome O);
  const UnitList &List;
  const Limits &Budget;
  Cache &Store;
  const bool ShowProgress;
  FileMemo Memo;
};

} // namespace runnel::tool

#endif
