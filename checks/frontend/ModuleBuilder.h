//===- ModuleBuilder.h - A translation unit's module ------------*- C++ -*-===//
//
// Walks the declarations of a translation unit and lowers what is project code.
// Of a template, the first instantiation that has a body stands for all; a
// template without one is lowered as it is written.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_MODULEBUILDER_H
#define RUNNEL_CHECKS_FRONTEND_MODULEBUILDER_H

#include "checks/frontend/Frontend.h"
#include "checks/frontend/Types.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace runnel::frontend {

class ModuleBuilder {
public:
  ModuleBuilder(clang::ASTContext &Context, const FrontendOptions &Options);

  ir::Module build();

  // What lowering needs and asks for.
  Types &types() { return TypeTable; }
  Sources &sources() { return Where; }
  Symbols &symbols() { return Names; }
  clang::ASTContext &context() { return Context; }

  /// Makes sure the module describes a class, a global or a callee that some
  /// function mentions.
  void wantLock(const clang::CXXRecordDecl *R);
  void want(const clang::CXXRecordDecl *R);
  void want(const clang::VarDecl *V);
  void want(const clang::FunctionDecl *F);
  /// A function found inside another: a lambda's, or a local class's method.
  /// \p Extra sets what only the place it was found in can tell.
  void lowerInner(const clang::FunctionDecl *F, ir::Name Parent,
                  std::vector<ir::Capture> Captures,
                  llvm::ArrayRef<const clang::ValueDecl *> CaptureOf);
  void lowerLocalClass(const clang::CXXRecordDecl *R);
  /// RUNNEL_ALLOW on \p D, or on a statement.
  void allow(const clang::Decl *D);
  void allow(llvm::ArrayRef<const clang::Attr *> Attrs,
             clang::SourceRange Extent);

private:
  void walk(const clang::DeclContext *Scope);
  void walkDecl(const clang::Decl *D);
  void walkRecord(const clang::CXXRecordDecl *R);
  void walkMethods(const clang::CXXRecordDecl *R);
  void walkFunctionTemplate(const clang::FunctionTemplateDecl *T);
  void walkClassTemplate(const clang::ClassTemplateDecl *T);
  /// Lowers \p F's body, if it has one and its symbol has none yet.
  bool lowerFunction(const clang::FunctionDecl *F);
  void lowerBody(const clang::FunctionDecl *F, const clang::Stmt *Body,
                 ir::Function &Out,
                 llvm::ArrayRef<const clang::ValueDecl *> CaptureOf);
  ir::Function header(const clang::FunctionDecl *F);
  void fillRecord(const clang::CXXRecordDecl *R, ir::Record &Out);
  void addField(const clang::DeclaratorDecl *D, ir::Record &Out);
  void lowerCompilerMade();
  void addSuppressions();

  clang::ASTContext &Context;
  const FrontendOptions &Options;
  Sources Where;
  Symbols Names;
  Types TypeTable;
  ir::Module Out;
  std::unordered_set<ir::Name> LoweredFunctions;
  std::unordered_set<ir::Name> SeenGlobals;
  std::unordered_set<ir::Name> SeenRecords;
  /// Callees without a body here.
  std::unordered_map<ir::Name, const clang::FunctionDecl *> Wanted;
  /// Compiler-made members, until somebody wants them.
  std::vector<const clang::FunctionDecl *> CompilerMade;
  unsigned InnerDepth = 0;
};

/// What `annotate` attributes of this project say about a function.
struct Annotations {
  bool Blocking = false;
  bool Suspends = false;
  bool NoEscape = false;
};
Annotations annotationsOf(const clang::Decl *D);
/// The lock a guarded_by attribute or annotation names.
ir::Name guardOf(Types &T, const clang::Decl *D);

/// NOLINT comments of one file's text, raw-lexed.
void findSuppressions(Sources &Where, clang::FileID File,
                      std::vector<ir::Suppression> &Out);

} // namespace runnel::frontend

#endif
