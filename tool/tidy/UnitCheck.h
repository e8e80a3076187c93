//===- UnitCheck.h - All checks over one parsed translation unit -*- C++
//-*-===//
//
// frontend → IR → passes, once for all checks; then suppressions, and the
// findings of the project's index that touch the unit's main file.
//
// Thread safety: any thread, one an ASTContext.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_TIDY_UNITCHECK_H
#define RUNNEL_TOOL_TIDY_UNITCHECK_H

#include "tool/tidy/Project.h"

#include "checks/Check.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace clang {
class ASTContext;
}

namespace runnel::tidy {

struct UnitQuestion {
  const Project &In;
  /// Which checks run.
  llvm::function_ref<bool(const CheckInfo &)> Wanted;
  llvm::function_ref<Options(const CheckInfo &)> OptionsFor;
  /// False in clangd, whose preamble leaves the bodies of headers out.
  bool WithHeaderBodies;
};

/// Findings that no comment silences, in the order of reports; those that the
/// baseline knows are marked so. It knows as many of one message as it holds
/// for the whole program, so of a file's it may know too many, and never says
/// what is fixed.
std::vector<tool::ReportedFinding> checkUnit(clang::ASTContext &Context,
                                             const UnitQuestion &Q);

/// The absolute path of the main file.
std::string mainFileOf(const clang::ASTContext &Context);

} // namespace runnel::tidy

#endif
