//===- Symbols.h - Names of entities across translation units ---*- C++ -*-===//
//
// clang's USRs, with three changes:
//  1. An instantiation has the symbol of its template.
//  2. What has no external linkage gets the path of the file it stands in, for
//     the USR holds the file's base name at most.
//  3. A lambda is named after the function it is written in, and its place.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_SYMBOLS_H
#define RUNNEL_CHECKS_FRONTEND_SYMBOLS_H

#include "checks/frontend/Sources.h"

namespace runnel::frontend {

class Symbols {
public:
  explicit Symbols(Sources &Where) : Where(Where) {}

  ir::Name of(const clang::NamedDecl *D);
  /// Qualified, without template arguments and anonymous or inline namespaces.
  ir::Name qualified(const clang::NamedDecl *D);

  /// The template an instantiated declaration came from, or \p D itself.
  static const clang::FunctionDecl *pattern(const clang::FunctionDecl *D);
  static const clang::CXXRecordDecl *pattern(const clang::CXXRecordDecl *D);

private:
  ir::Name make(const clang::NamedDecl *D);
  ir::Name lambda(const clang::CXXRecordDecl *Closure);
  static const clang::NamedDecl *canonical(const clang::NamedDecl *D);

  Sources &Where;
  llvm::DenseMap<const clang::NamedDecl *, ir::Name> Cache;
  llvm::DenseMap<const clang::NamedDecl *, ir::Name> QualifiedCache;
};

} // namespace runnel::frontend

#endif
