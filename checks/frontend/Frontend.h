//===- Frontend.h - From clang's AST to the concurrency IR ------*- C++ -*-===//
//
// The door of the frontend: hand it a parsed translation unit, get a module.
//
//   runnel extract      makeAction() in a CompilerInstance whose
//                       FrontendOptions::SkipFunctionBodies is set
//   clang-tidy, clangd  lower(Context, Options) when the AST is complete
//
// Promises:
//  1. The module is canonical, and depends on the translation unit and the
//     options alone: not on addresses, the clock, or the working directory
//     where ProjectRoot is set.
//  2. Code that cannot be lowered makes its Function Incomplete; nothing here
//     ends the process.
//  3. In clangd, where the headers' part of the AST is a preamble, only the
//     bodies within the context's traversal scope are lowered.
//
// Thread safety: lower() may run in many threads, each with its own ASTContext;
// a Vocabulary is immutable while in use.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_FRONTEND_H
#define RUNNEL_CHECKS_FRONTEND_FRONTEND_H

#include "checks/ir/Module.h"

#include <functional>
#include <memory>
#include <string>

namespace clang {
class ASTConsumer;
class ASTContext;
class FrontendAction;
} // namespace clang

namespace runnel::frontend {

class Vocabulary;

struct FrontendOptions {
  /// Null: Vocabulary::builtin().
  const Vocabulary *Vocab = nullptr;
  /// Absolute. Files below it are named relative to it. Empty: the names are
  /// absolute.
  std::string ProjectRoot;
  /// Lower the bodies of functions in system headers too (they must have been
  /// parsed): for looking into the frontend, not for checks.
  bool LowerSystem = false;
};

/// Lowers all project code of \p Context.
ir::Module lower(clang::ASTContext &Context, const FrontendOptions &Options);

using ModuleSink = std::function<void(ir::Module)>;

/// Calls \p Done once with the module when the translation unit is complete,
/// also after errors in it. Tells clang to skip the bodies of functions in
/// system headers, which takes effect where
/// clang::FrontendOptions::SkipFunctionBodies is set.
std::unique_ptr<clang::ASTConsumer> makeConsumer(FrontendOptions Options,
                                                 ModuleSink Done);
std::unique_ptr<clang::FrontendAction> makeAction(FrontendOptions Options,
                                                  ModuleSink Done);

/// Whether \p Source (a project file's text) names anything that could make it
/// matter to a check: a cheap test before a parse. Of all files of a
/// translation unit none need say yes for it to be skipped, provided no lock
/// can be held across a call into it.
bool mentionsVocabulary(llvm::StringRef Source, const Vocabulary &V);

/// Changes whenever the same source may give another module: part of a cache's
/// key.
llvm::StringRef frontendVersion();

} // namespace runnel::frontend

#endif
