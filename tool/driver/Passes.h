//===- Passes.h - Checks over a program, in the order of reports *- C++ -*-===//
//
// What `runnel check`, the clang-tidy module and runnel-clangd have in common
// once there is a program: which is why they find the same, in the same order.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_PASSES_H
#define RUNNEL_TOOL_DRIVER_PASSES_H

#include "checks/Check.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>
#include <string>
#include <vector>

namespace runnel::tool {

/// A total order: findings that look alike at first differ in their notes.
bool findingBefore(const Finding &A, const Finding &B);

/// The options of \p C among `runnel-check.Key` and values.
Options optionsOf(const CheckInfo &C,
                  const std::map<std::string, std::string> &CheckOptions);

/// Runs the checks \p Wanted says yes to; sorted, without repeats.
std::vector<Finding>
runPasses(const analysis::Facts &Facts,
          llvm::function_ref<bool(const CheckInfo &)> Wanted,
          llvm::function_ref<Options(const CheckInfo &)> OptionsFor);

} // namespace runnel::tool

#endif
