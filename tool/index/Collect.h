//===- Collect.h - Which findings an editor cannot see by itself -*- C++
//-*-===//

#ifndef RUNNEL_TOOL_INDEX_COLLECT_H
#define RUNNEL_TOOL_INDEX_COLLECT_H

#include "tool/index/ProjectIndex.h"

#include "checks/Check.h"
#include "checks/ir/Module.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace runnel::tool {

/// The units of a run, for who asks what one of them shows alone.
struct UnitsOfRun {
  /// A unit of which this is the main file, or which includes it.
  llvm::function_ref<std::optional<size_t>(ir::Name File)> Find;
  llvm::function_ref<std::optional<ir::Module>(size_t Unit)> Module;
};

/// Of all findings of a program those that touch several files or need all of
/// it. To tell which of them need the program, the checks are run on the single
/// units they lie in, each unit at most once; units without such findings cost
/// nothing.
std::vector<IndexedFinding>
findingsForIndex(const std::vector<Finding> &All,
                 const std::set<ir::Name> &MainFiles, const UnitsOfRun &Units,
                 llvm::function_ref<bool(const CheckInfo &)> Wanted,
                 llvm::function_ref<Options(const CheckInfo &)> OptionsFor);

} // namespace runnel::tool

#endif
